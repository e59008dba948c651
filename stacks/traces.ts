/** What Node has when nobody asks for another. */
const usual = 10;

/**
 * Runs the work without stack traces, unless they were asked for by `--stack-trace-limit`. Pulumi's SDK takes one for each of its
 * promises, of which a fleet has some hundred thousand, and that is a fifth of the program's time even when it is one line. What
 * is thrown then says how to see where.
 */
export function withoutTraces<T>(work: () => T): T {
  const limit = Error.stackTraceLimit;
  if (limit !== usual) return work();
  Error.stackTraceLimit = 0;
  try {
    return work();
  } catch (error) {
    if (error instanceof Error) error.stack = `${error.stack ?? String(error)}\n${hint}`;
    throw error;
  } finally {
    Error.stackTraceLimit = limit;
  }
}

const hint = "    (where: run it again with NODE_OPTIONS=--stack-trace-limit=30)";
