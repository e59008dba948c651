/** Says a line to the person who waits. It goes to stderr, so that stdout stays the command's. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/**
 * Announces a step that takes long, does it, and says how long it took. `expect` is what to
 * expect, for example "about 1 min".
 */
export async function step<T>(title: string, expect: string, work: () => Promise<T>): Promise<T> {
  say(`• ${title} (${expect})`);
  const start = performance.now();
  try {
    const result = await work();
    say(`✓ ${title}: ${seconds(start)}`);
    return result;
  } catch (error) {
    say(`✗ ${title}: failed after ${seconds(start)}`);
    throw error;
  }
}

function seconds(start: number): string {
  return `${((performance.now() - start) / 1000).toFixed(0)} s`;
}
