import { Unreachable } from "./failure.ts";
import { isObject, type Properties } from "./grpc/values.ts";
import { hostOf } from "./host.ts";
import type { Hosts } from "./hosts.ts";
import type { Kind } from "./kind.ts";
import { upgraded } from "./state.ts";

/** A resource whose inputs may see its host otherwise than those of its state do. */
interface Seen {
  readonly id: string;
  readonly state: Properties;
  readonly inputs: Properties;
  readonly signal: AbortSignal;
}

/**
 * The state as new inputs see it on their host. It is as it was read when they see the same, cannot be asked yet, or
 * nobody answers: a host that did not answer in this run is not asked again. What they are warned of there is logged.
 */
export async function seenLive(
  kind: Kind,
  hosts: Hosts,
  { id, state, inputs, signal }: Seen,
): Promise<Properties> {
  const is = upgraded(state);
  const script = kind.live?.(is, inputs);
  if (!script) return is;
  const host = hostOf(inputs);
  try {
    await hosts.manifest(host, signal);
    const sent = { ...script, values: { ...script.values, ID: id, NAME: id } };
    const seen = kind.observe(await hosts.look(host, sent, signal), id, is, inputs) ?? is;
    if ("unverified" in seen) return is;
    const warning = isObject(seen["told"]) ? seen["told"]["warning"] : undefined;
    if (typeof warning === "string") hosts.forewarn(`${host.name}: ${warning}`);
    return seen;
  } catch (error) {
    if (error instanceof Unreachable) return is;
    throw error;
  }
}
