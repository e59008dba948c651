import { summary } from "./measure.ts";

/** Seconds of each run of some works, by their names. */
export type Times = Readonly<Record<string, readonly number[]>>;

/** What was measured on a number of machines. */
export interface Measured {
  readonly hosts: number;
  /** The computer's load before and after (getloadavg(3), one minute). */
  readonly load: readonly [number, number];
  /** Looking at 30 resources on each machine, of which none is to be changed. */
  readonly look: Times;
  /** Changing one file on each machine. */
  readonly apply: Times;
}

/** A whole comparison, as it is kept in `.lab/bench/truth.json`. */
export interface Results {
  readonly date: string;
  /** What it was measured with, a line each. */
  readonly versions: readonly string[];
  readonly measured: readonly Measured[];
}

/** The works that are compared, in the order in which they are shown, and what each is called. */
export const looks = {
  here: "`pulumi preview`, host provider",
  together: "the same with all files in one ConfigSet",
  commands: "`pulumi preview`, remote.Command (reads nothing)",
  program: "program of those above: start of Node, SDK",
  pyinfra: "`pyinfra --dry`",
  ansible: "`ansible-playbook --check`",
} as const;

/** The same for a change. */
export const applies = {
  here: "`pulumi up`, host provider",
  together: "the same with all files in one ConfigSet",
  commands: "`pulumi up`, remote.Command",
  program: "program of those above: start of Node, SDK",
  pyinfra: "`pyinfra --yes`",
  ansible: "`ansible-playbook`",
} as const;

/** Seconds that a person waits for a tool, in the median: a program of Pulumi's has to start before it says anything. */
export function usual(work: keyof typeof looks, times: Times): number {
  const median = (name: string) => summary(times[name] ?? []).median;
  const start = work === "pyinfra" || work === "ansible" ? 0 : median("program");
  return median(work) + start;
}
