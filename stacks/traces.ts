/**
 * Runs the work with stack traces of one line. Pulumi's SDK takes one for each of its promises, of which a fleet has some hundred
 * thousand, and that is half of the program's time.
 */
export function shortTraces<T>(work: () => T): T {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 1;
  try {
    return work();
  } finally {
    Error.stackTraceLimit = limit;
  }
}
