import type { Check } from "../host/index.ts";

/** Words without which a plugin says that all is well whatever it sees: one of these groups has to be there. */
const thresholds: Readonly<Record<string, readonly (readonly string[])[]>> = {
  check_disk: [["-w", "-c"]],
  check_http: [["-w", "-c"], ["-C"]],
  check_load: [["-w", "-c"]],
  check_procs: [["-c"], ["-w"]],
  check_tcp: [["-w", "-c"]],
};

/**
 * Gives the checks of a stack when each of them can be run and helps who reads it. Refuses the others, all at once, each by the
 * component that wants it and the option that it comes from. Whether its plugin is there, only its machine can tell.
 */
export function lint(checks: readonly Check[]): readonly Check[] {
  const all = checks.flatMap((check) =>
    checkFaults(check).map(
      (what) =>
        `${check.component}, ${check.option}: the check ${check.name} on ${check.host} ${what}`,
    ),
  );
  if (all.length > 0) throw new RangeError(all.join("\n"));
  return checks;
}

/** What is wrong with a check, one line for each fault. */
export function checkFaults(check: Check): string[] {
  const { name, command, intervalSeconds, retrySeconds, timeoutSeconds, runbook } = check;
  const [program, ...words] = command;
  const wrong: Readonly<Record<string, boolean>> = {
    "is no plain name: take lower case, digits and dashes": !/^[a-z][a-z0-9-]{0,60}$/.test(name),
    "has no interval, no time of retries or no limit of time": [
      ...[intervalSeconds, retrySeconds, timeoutSeconds],
    ].some((seconds) => !(Number.isInteger(seconds) && seconds > 0)),
    "runs more often than it may last": timeoutSeconds > intervalSeconds,
    "is tried again later than it runs": retrySeconds > intervalSeconds,
    "names no plugin: take one of Debian's, or an absolute path":
      !/^(?:check_\w+|(?:\/[\w.-]+)+)$/.test(program),
    "would be ended before its plugin's own limit": timeoutSeconds <= limitOf(words),
    "has no thresholds, so it would never be red": !hasThresholds(program, words),
    "does not say what to do, in a sentence": !/^[A-Z].{20,}\.$/.test(runbook),
  };
  return Object.entries(wrong).flatMap(([what, is]) => (is ? [what] : []));
}

/** The plugin's own time limit in seconds, by its option `-t` or `--timeout`; 0 where it has none. */
function limitOf(words: readonly string[]): number {
  const at = words.findIndex((word) => word === "-t" || word === "--timeout");
  return at < 0 ? 0 : Number(words[at + 1]);
}

function hasThresholds(program: string, words: readonly string[]): boolean {
  const groups = Object.hasOwn(thresholds, program) ? thresholds[program] : undefined;
  return groups?.some((group) => group.every((word) => words.includes(word))) ?? true;
}
