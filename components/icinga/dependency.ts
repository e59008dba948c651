import type { IcingaObject } from "../../formats/icinga.ts";
import type { Check } from "../host/index.ts";

/**
 * What a check depends on, which is one thing: Icinga before 2.14 calls a service reachable while any of its parents is
 * well. That a parent cannot be reached itself counts for its children too, so one chain is enough.
 */
export function dependency(
  check: Check,
  remote: boolean,
  checks: readonly Check[],
): IcingaObject | undefined {
  const { host, name, needs } = check;
  if (needs !== undefined) assertChain(check, checks);
  else if (!remote) return undefined;
  return {
    type: "Dependency",
    name: needs ?? "agent",
    attributes: {
      parent_host_name: host,
      ...(needs === undefined ? {} : { parent_service_name: needs }),
      child_host_name: host,
      child_service_name: name,
      // Without its agent, Icinga would call each service of the machine unknown; what needs another one goes on, and is red.
      disable_checks: needs === undefined,
      ignore_soft_states: false,
    },
  };
}

/** Refuses a check that needs one which is not there, or that needs itself in the end. */
function assertChain({ host, name, component, needs }: Check, checks: readonly Check[]): void {
  const own = new Map(checks.filter((one) => one.host === host).map((one) => [one.name, one]));
  const seen: string[] = [];
  for (let next = needs; next !== undefined && !seen.includes(next); next = own.get(next)?.needs) {
    const wrong = !own.has(next)
      ? `needs ${next}, and ${host} has none of that name`
      : next === name
        ? `needs itself, by ${seen.join(", ")}`
        : undefined;
    if (wrong !== undefined) throw new RangeError(`${component}: the check ${name} ${wrong}`);
    seen.push(next);
  }
}
