import type { Check, Host } from "../components/host/index.ts";
import { Icinga, IcingaAgent, StackChecks } from "../components/icinga/index.ts";
import type { Configuration } from "../config.ts";

/** What both functions need to know. */
interface Monitored {
  readonly options: NonNullable<Configuration["monitoring"]>;
  readonly hosts: ReadonlyMap<string, Host>;
}

/** Icinga on its machine. It comes before what it watches, so that it can be told of deployments. */
export function monitor({ options, hosts }: Monitored): Icinga {
  const host = hosts.get(options.host);
  if (!host) throw new RangeError(`no machine is called ${options.host}`);
  const agents = [...hosts.keys()].filter((name) => name !== options.host);
  return new Icinga("monitoring", { host, options, agents });
}

/** Agents on all other machines, and all that is to be watched; gives what these want watched themselves. */
export function watch(
  { authority, host, checks: first }: Icinga,
  { options, hosts }: Monitored,
  checks: readonly Check[],
): readonly Check[] {
  const others = [...hosts.values()].filter((one) => one !== host);
  const agents = others.map(
    (one) => new IcingaAgent(`${one.name}-agent`, { host: one, authority, options, checks }),
  );
  const own = [...first, ...agents.flatMap((one) => one.checks)];
  new StackChecks("monitoring-checks", { host, options, agents, checks: [...checks, ...own] });
  return own;
}
