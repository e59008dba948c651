import { loadavg } from "node:os";

/** Wall-clock seconds of each run of some work. */
export async function seconds(count: number, work: () => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (let run = 0; run < count; run++) {
    const start = performance.now();
    await work();
    times.push((performance.now() - start) / 1000);
  }
  return times;
}

/** Runs several kinds of work in turn, so that a busy machine is unfair to none; gives the seconds of each. */
export async function inTurn<K extends string>(
  count: number,
  works: Readonly<Record<K, () => Promise<unknown>>>,
): Promise<Record<K, number[]>> {
  const rows = Object.fromEntries(
    Object.keys(works).map((what) => [what, []]),
  ) as unknown as Record<K, number[]>;
  for (let run = 0; run < count; run++) {
    for (const what of Object.keys(works) as K[]) {
      rows[what].push(...(await seconds(1, works[what])));
    }
  }
  return rows;
}

/** Prints a table of times with their least and their median. */
export function report(about: string, rows: Readonly<Record<string, readonly number[]>>): void {
  console.log(`\n${about}\nload at the end: ${loadavg()[0]?.toFixed(1) ?? "?"}\n`);
  console.log("| what | runs | min | median |\n| --- | --- | --- | --- |");
  for (const [what, times] of Object.entries(rows)) {
    const sorted = times.toSorted((a, b) => a - b);
    const [min, median] = [sorted[0], sorted[Math.floor(sorted.length / 2)]];
    console.log(`| ${what} | ${times.length} | ${format(min)} | ${format(median)} |`);
  }
}

function format(value = Number.NaN): string {
  return `${value.toFixed(2)} s`;
}
