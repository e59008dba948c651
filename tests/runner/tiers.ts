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

/**
 * The arguments of `node`, run in the folder `root`, for a tier; undefined when it has no test
 * file, for then `node --test` would look for files of its own.
 */
export function nodeArguments(
  root: string,
  name: TierName,
  filter: string | undefined,
): string[] | undefined {
  const tier = tiers[name];
  const files = globSync(tier.files, { cwd: root }).sort();
  const chosen = files.filter((file) => filter === undefined || file.includes(filter));
  const named = filter !== undefined && chosen.length === 0;
  if (files.length === 0) return undefined;
  return [
    "--test",
    `--test-isolation=${tier.isolation}`,
    "--test-concurrency=1",
    // A file whose tests are all left out may keep open what its last test would have closed.
    ...(named ? [`--test-name-pattern=${filter}`, "--test-force-exit"] : []),
    ...(named ? files : chosen),
  ];
}
