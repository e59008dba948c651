import { globSync } from "node:fs";

/** The tiers of tests, cheapest first. */
export const tiers = {
  /** Pure functions and Pulumi mocks: no network, no container. */
  unit: { files: "tests/unit/**/*.test.ts", isolation: "none" },
  /** Components on a lab machine over SSH. */
  hosts: { files: "tests/hosts/*.test.ts", isolation: "none" },
  /** Life cycles with the real `pulumi`; one process a file, because its settings are global. */
  engine: { files: "tests/engine/*.test.ts", isolation: "process" },
  /** Virtual machines that boot: minutes each, so they only run when they are asked for. */
  vm: { files: "tests/vm/*.test.ts", isolation: "none" },
  /** What judges TLS from outside for minutes: before a release, not at each commit. */
  scan: { files: "tests/scan/*.test.ts", isolation: "none" },
} as const;

/** A tier's name. */
export type TierName = keyof typeof tiers;

/** Those that run when none is named. */
export const usual = ["unit", "hosts", "engine"] as const satisfies readonly TierName[];

/** What a person asked for on the command line. */
export interface Selection {
  readonly tiers: readonly TierName[];
  /** Part of a file's path or, when no file matches, a pattern of tests' names. */
  readonly filter: string | undefined;
}

/** How to run the tests, shown for `help` and after a wrong command. */
export const usage = `usage: npm test [-- <tier> [<filter>]]
  tiers: unit (seconds), hosts (a lab machine), engine (real pulumi); all three without a tier
         vm (a virtual machine that boots), scan (testssl.sh): only when they are named
  filter: part of a test file's path or, when no file matches, a pattern of tests' names`;

/** Reads the command line; undefined when it makes no sense. */
export function select(args: readonly string[]): Selection | undefined {
  const [tier, filter, ...rest] = args;
  if (rest.length > 0) return undefined;
  if (tier === undefined) return { tiers: usual, filter };
  return Object.hasOwn(tiers, tier) ? { tiers: [tier as TierName], filter } : undefined;
}

/** What one `node --test` runs: files of one tier. */
export interface Job {
  readonly tier: TierName;
  readonly title: string;
  readonly files: readonly string[];
  /** A pattern of tests' names, when no file matches what was asked for. */
  readonly pattern: string | undefined;
}

// Host tests wait more than they work. Files that use the same machine must be in one lane, for they share it.
const beside = /\/(?:acme|backup|discourse-backup|icinga-agent|kill-steps)[^/]*$/;

/**
 * The jobs of a run, in the folder `root`: one after the other in each lane. What is in the second lane may run
 * beside the first. A tier without a test file is a job without one.
 */
export function lanes(root: string, { tiers: names, filter }: Selection): [Job[], Job[]] {
  const made: [Job[], Job[]] = [[], []];
  for (const tier of names) {
    const files = globSync(tiers[tier].files, { cwd: root }).sort();
    const chosen = files.filter((file) => filter === undefined || file.includes(filter));
    const pattern = chosen.length === 0 ? filter : undefined;
    const job = {
      tier,
      title: `${tier} tests`,
      files: pattern === undefined ? chosen : files,
      pattern,
    };
    const second = job.files.filter((file) => beside.test(file));
    if (tier === "engine" && made[0].length > 0) made[1].push(job);
    else if (tier !== "hosts" || pattern !== undefined || second.length === 0) made[0].push(job);
    else {
      const first = job.files.filter((file) => !beside.test(file));
      if (first.length > 0) made[0].push({ ...job, files: first });
      made[first.length > 0 ? 1 : 0].push({ ...job, files: second });
    }
  }
  return made;
}

/** The arguments of `node` for a job; `node --test` without a file would look for some of its own. */
export function nodeArguments({ tier, files, pattern }: Job): string[] {
  return [
    "--test",
    `--test-isolation=${tiers[tier].isolation}`,
    "--test-concurrency=1",
    // A file whose tests are all left out may keep open what its last test would have closed.
    ...(pattern === undefined ? [] : [`--test-name-pattern=${pattern}`, "--test-force-exit"]),
    ...files,
  ];
}
