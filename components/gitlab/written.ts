import { InstanceOptions } from "./options.ts";

/** Something wrong with a fleet: where it stands below the instances, and what to do. */
export interface FleetFault {
  readonly path: readonly string[];
  readonly message: string;
}

/** What a machine has, as it was written, and what else there is on it. */
export interface MachineOf {
  readonly memory: unknown;
  readonly cores: unknown;
  /** Where its own sshd answers. */
  readonly sshPort: number;
  /** Names that others serve there. */
  readonly names: readonly string[];
  /** Services of the platform besides GitLab, in words. */
  readonly others: readonly string[];
}

/** A member of a value that may be anything. */
export type Raw = Readonly<Record<string, unknown>>;

/** A part of an instance, when it is as the schema wants it. */
export function part<K extends keyof InstanceOptions>(
  raw: Raw,
  key: K,
): InstanceOptions[K] | undefined {
  const { success, data } = InstanceOptions.shape[key].safeParse(raw[key]);
  return success ? (data as InstanceOptions[K]) : undefined;
}

/** What is wrong, and where. */
export function fault(path: readonly string[], message: string): FleetFault {
  return { path, message };
}
