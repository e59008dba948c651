import { globSync } from "node:fs";
import { basename } from "node:path";

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

/**
 * Host tests that share machines, by the names of their files; those in no group share the rest. A machine is used in one
 * group only, for groups run beside each other.
 */
const groups: readonly (readonly [string, RegExp])[] = [
  ["backups", /^(?:backup|discourse-backup)/],
  [
    "forum",
    /^(?:applications|container-machine|discourse|docker-images|maintenance|nginx|proxy|redirects)/,
  ],
  ["monitoring", /^icinga-(?:checks\.|downtime|notify)/],
  ["agents", /^icinga-agent/],
  ["faults of monitoring", /^icinga-checks-faults/],
  ["Icinga", /^(?:icinga\.|monitoring-language)/],
  ["kills", /^kill-steps/],
  ["lost links", /^(?:full-disk|kill-links|lost-links|reboot)/],
  ["acme", /^acme/],
  ["hypervisor", /^(?:cloud-init|vm)\./],
  ["GitLab's stand-in", /^gitlab-standin/],
  ["GitLab", /^gitlab/],
];
const rest = "components";

/** How many jobs run at once beside each other: on two processors, for most of them wait more than they work. */
export const atOnce = 3;

/**
 * The jobs of a run, in the folder `root`. Those in `first` run one after the other, and before those in `beside`,
 * which are begun in this order. A tier without a test file is a job without one.
 */
export function plan(root: string, { tiers: names, filter }: Selection) {
  const all = names.map((tier): Job => {
    const files = globSync(tiers[tier].files, { cwd: root }).sort();
    const chosen = files.filter((file) => filter === undefined || file.includes(filter));
    const pattern = chosen.length === 0 ? filter : undefined;
    const title = `${tier} tests`;
    return { tier, title, files: pattern === undefined ? chosen : files, pattern };
  });
  const few = (tier: TierName) => all.filter((job) => job.tier === tier);
  return {
    first: all.filter(({ tier }) => tier !== "hosts" && tier !== "engine"),
    beside: [...few("engine"), ...few("hosts").flatMap(grouped)], // the engine's are the longest
  };
}

/** A job for each group of host tests; all of them are one where a pattern of names has to find its tests first. */
function grouped(job: Job): Job[] {
  if (job.pattern !== undefined || job.files.length === 0) return [job];
  const found = Map.groupBy(
    job.files,
    (file) => groups.find(([, names]) => names.test(basename(file)))?.[0] ?? rest,
  );
  return ["forum", rest, ...groups.map(([name]) => name)]
    .filter((name, index, order) => found.has(name) && order.indexOf(name) === index)
    .map((name) => ({ ...job, title: `${job.title}: ${name}`, files: found.get(name) ?? [] }));
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
