import type { Machine } from "../lab/machines.ts";

/** How it is to be: the resources of an edition on these machines. */
export interface Wanted {
  readonly machines: readonly Machine[];
  readonly edition: number;
}

/** What a tool changed or would change: a resource and on how many machines. */
export type Changes = Readonly<Record<string, number>>;

/** A tool that keeps the resources of `resources.ts` on machines. */
export interface Tool {
  /** Short: also the directory of its files. */
  readonly name: string;
  /** Whether it reads the machines before it tells what it would change. */
  readonly reads: boolean;
  /** Tells what it would change, and changes nothing. Throws when it could not read a machine. */
  look(wanted: Wanted): Promise<Changes>;
  /** Makes it so, and tells what it changed. Throws when it could not. */
  apply(wanted: Wanted): Promise<Changes>;
}

/** Counts how often each resource is named. */
export function counted(names: readonly string[]): Changes {
  const changes: Record<string, number> = {};
  for (const name of names) changes[name] = (changes[name] ?? 0) + 1;
  return changes;
}
