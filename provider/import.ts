import { randomBytes } from "node:crypto";
import type { State } from "./grpc/provider.ts";
import { isObject, type Properties, reveal } from "./grpc/values.ts";
import { hostOf } from "./host.ts";
import type { Hosts } from "./hosts.ts";
import { importOf } from "./import-id.ts";
import type { Kind } from "./kind.ts";
import { written } from "./state.ts";

/** The property of the state that an imported resource has until its machine has noted it; previews show its text. */
const mark =
  "taken over as it stands: up notes that on the machine, and changes only what is shown here";

/** Fields of a host of which another one says another machine. */
const machine = ["name", "address", "port", "hostKey"];

/** Which resource is meant: its id, and what is known of it. */
interface Meant {
  readonly id: string;
  readonly state: Properties;
  readonly inputs: Properties;
  readonly signal: AbortSignal;
}

/** Whether the resource was imported and its machine, as far as the state knows, has not noted it. */
export function isImported(state: Properties): boolean {
  return "imported" in state;
}

/** The resource that an import id names, as it stands on its machine. Throws what is wrong with it, all by name. */
export async function importedAs(
  kind: Kind,
  hosts: Hosts,
  { id: importId, signal }: Pick<Meant, "id" | "signal">,
): Promise<State & { id: string; inputs: Properties }> {
  if (!kind.importing) throw new Error("this cannot be imported: declare it and run `up`");
  const { host, things } = importOf(importId, kind.importing);
  const named = kind.check({ ...kind.importing.named(things), host }, {});
  refuse(named.failures.map(({ property, reason }) => `${property} ${reason}`));
  const id = randomBytes(8).toString("hex");
  const values = { ...kind.importing.values({}, named.inputs), ID: id };
  const manifest = await hosts.survey(hostOf(named.inputs), values, signal);
  const found = kind.importing.found(manifest, id, named.inputs);
  refuse(found.refused);
  const { inputs, failures } = kind.check({ ...found.inputs, host }, {});
  refuse(failures.map(({ property, reason }) => `${property} ${reason}`));
  const state = kind.observe(manifest, id, inputs, inputs);
  return { id, inputs, ...written({ ...state, imported: mark }) };
}

/**
 * How a resource is found: as its machine has noted it, else, when it was imported, as it stands there. Undefined when
 * it is gone.
 */
export async function found(
  kind: Kind,
  hosts: Hosts,
  { id, state, inputs, signal }: Meant,
): Promise<Properties | undefined> {
  const host = hostOf(state);
  const { imported, ...is } = state;
  const noted = kind.observe(await hosts.manifest(host, signal), id, is, inputs);
  if (noted || imported === undefined || !kind.importing) return noted;
  const values = { ...kind.importing.values(is, inputs), ID: id };
  const seen = kind.observe(await hosts.survey(host, values, signal), id, is, inputs);
  return seen && { ...seen, imported };
}

/** Whether an imported resource is noted on its machine all the same; a machine that does not answer may have it. */
export async function isNoted(
  kind: Kind,
  hosts: Hosts,
  { id, state, signal }: Omit<Meant, "inputs">,
): Promise<boolean> {
  return hosts.manifest(hostOf(state), signal).then(
    (manifest) => kind.observe(manifest, id, state, state) !== undefined,
    () => true,
  );
}

/** The properties without what no machine could tell: inputs that stand in the program alone, and the way to the host. */
export function readable(kind: Kind, properties: Properties): Properties {
  const unread = kind.importing?.unread ?? [];
  const host = reveal(properties["host"] ?? null);
  const which = Object.entries(isObject(host) ? host : {}).filter(([key]) => machine.includes(key));
  const rest = Object.entries(properties).filter(([name]) => !unread.includes(name));
  return { ...Object.fromEntries(rest), host: Object.fromEntries(which) };
}

/** Whether a change of this path means that another machine is meant than what was imported from. */
export function saysAnotherMachine(path: string): boolean {
  return machine.some((field) => path === `host.${field}`);
}

function refuse(reasons: readonly string[]): void {
  if (reasons.length > 0) throw new Error(`nothing was imported: ${reasons.join("; ")}`);
}
