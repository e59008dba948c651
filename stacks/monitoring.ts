import type { Check, Host } from "../components/host/index.ts";
import { Icinga, IcingaAgent, StackChecks } from "../components/icinga/index.ts";
import type { Configuration } from "../config.ts";

/** Icinga on its machine, agents on all others, and all that is to be watched; gives what these want watched themselves. */
export function monitoring(
  options: NonNullable<Configuration["monitoring"]>,
  hosts: ReadonlyMap<string, Host>,
  checks: readonly Check[],
): readonly Check[] {
  const host = hosts.get(options.host);
  if (!host) throw new RangeError(`no machine is called ${options.host}`);
  const others = [...hosts.values()].filter((one) => one !== host);
  const names = others.map(({ name }) => name);
  const icinga = new Icinga("monitoring", { host, options, agents: names });
  const { authority } = icinga;
  const agents = others.map(
    (one) => new IcingaAgent(`${one.name}-agent`, { host: one, authority, options, checks }),
  );
  const own = [icinga, ...agents].flatMap((one) => one.checks);
  new StackChecks("monitoring-checks", { host, options, agents, checks: [...checks, ...own] });
  return own;
}
