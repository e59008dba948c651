import type { Host } from "../../../provider/host.ts";

/** What the outputs of a stack tell of its machines and of what is backed up. */
export interface Outputs {
  readonly hosts?: Readonly<Record<string, Host>>;
  readonly backups?: readonly { readonly name: string; readonly host: string }[];
  /** Where copies are, by machine. */
  readonly copies?: Readonly<Record<string, unknown>>;
}

/** The machine whose backup of that name is meant. Refuses one that the stack does not have, with those that it has. */
export function chosen(
  { hosts = {}, backups = [], copies = {} }: Outputs,
  host: string,
  name: string,
): Host {
  const kept = backups.filter((one) => Object.hasOwn(copies, one.host));
  const machine = Object.hasOwn(hosts, host) ? hosts[host] : undefined;
  if (machine && kept.some((one) => one.host === host && one.name === name)) return machine;
  const all = kept.map((one) => `${one.host} ${one.name}`).join(", ");
  throw new Error(
    `the stack keeps no copies of ${name} on ${host}; it keeps those of: ${all || "nothing, for it has no section `backups`"}`,
  );
}
