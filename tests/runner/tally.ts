import { basename } from "node:path";

/** How one test ended, as `reporter.ts` writes it. A test marked `todo` counts as skipped. */
export type Outcome =
  | { readonly result: "passed" | "failed"; readonly name: string; readonly file: string }
  | {
      readonly result: "skipped";
      readonly name: string;
      readonly file: string;
      readonly reason: string;
    };

/** The sums of one tier or of all; `notes` are the lines to show before the closing one. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly notes: readonly string[];
}

/** What a tier's runner left behind. */
export interface TierResult {
  readonly tier: string;
  /** The lines that `reporter.ts` wrote. */
  readonly report: string;
  /** Whether the runner ended with exit code 0. */
  readonly ok: boolean;
  /** Whether a skipped test is a failure, because this machine must be able to run all. */
  readonly strict: boolean;
}

/**
 * Counts a tier's tests. A tier that failed without a failed test (a crash, a hook), or in
 * which no test ran, counts as one failure: silence is never success.
 */
export function tally({ tier, report, ok, strict }: TierResult): Tally {
  const outcomes = report
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Outcome);
  const skips = outcomes.filter((outcome) => outcome.result === "skipped");
  const passed = outcomes.filter((outcome) => outcome.result === "passed").length;
  let failed = outcomes.filter((outcome) => outcome.result === "failed").length;
  const notes = skips.map(
    ({ name, file, reason }) =>
      `${strict ? "failed, for it was skipped" : "skipped"}: ${tier}: ${name} (${basename(file)})${reason && `: ${reason}`}`,
  );
  if (strict) failed += skips.length;
  if (failed === 0 && outcomes.length === 0) {
    failed = 1;
    notes.push(`failed: ${tier}: no test ran`);
  } else if (failed === 0 && !ok) {
    failed = 1;
    notes.push(`failed: ${tier}: the runner ended with an error outside of any test`);
  }
  return { passed, failed, skipped: strict ? 0 : skips.length, notes };
}

/** The sum over the tiers. */
export function sum(tallies: readonly Tally[]): Tally {
  const total = (key: "passed" | "failed" | "skipped") =>
    tallies.reduce((count, tally) => count + tally[key], 0);
  return {
    passed: total("passed"),
    failed: total("failed"),
    skipped: total("skipped"),
    notes: tallies.flatMap((tally) => tally.notes),
  };
}

/** The closing line, for people and for the machines that read it. */
export function summaryLine({ passed, failed, skipped }: Tally): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}
