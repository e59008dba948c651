import {
  firstPasswords,
  GitLabMachine,
  Instance,
  instanceSiteName,
} from "../components/gitlab/index.ts";
import type { Host, Watcher } from "../components/host/index.ts";
import type { Configuration } from "../config.ts";
import type { Engines } from "./engines.ts";
import type { Served } from "./proxies.ts";

/** What the fleet needs to know of the stack. */
interface Around {
  readonly hosts: ReadonlyMap<string, Host>;
  readonly engine: Engines;
  readonly watcher: Watcher | undefined;
}

/** The GitLab instances, machine by machine: what they share there, then each of them. */
export function gitlab(
  { gitlab: section, certificates: standard }: Configuration,
  { hosts, engine: engineOn, watcher }: Around,
) {
  if (!section) return { served: [], offers: [], instances: {} };
  const machines = Map.groupBy(Object.entries(section.instances), ([, { host }]) => host);
  const passwords = firstPasswords("gitlab");
  const made = [...machines].flatMap(([machine, own]) => {
    const host = hosts.get(machine);
    if (!host) throw new RangeError(`no machine is called ${machine}`);
    const engine = engineOn(host);
    const instances = Object.fromEntries(own);
    const shared = new GitLabMachine(`${machine}-gitlab`, { host, engine, instances });
    const around = { machine: shared, passwords, watcher };
    return own.map(([instance, options]) => {
      const name = instanceSiteName(instance);
      const apart = options.certificate !== undefined;
      const of = new Instance(name, { ...around, instance, options, apart });
      const source = options.certificate ?? standard.source;
      const certificates = { ...standard, source };
      const served: Served[] = [{ host, name, sites: of.sites, names: of.names, certificates }];
      const own = of.providerSites.map((site): Served => {
        return {
          host,
          name: site.name,
          sites: [site],
          names: [site.hostname],
          certificates: standard,
        };
      });
      return { instance, of, engine, served: [...served, ...own], options };
    });
  });
  return {
    served: made.flatMap(({ served }) => served),
    offers: [...new Set(made.map(({ engine }) => engine)), ...made.map(({ of }) => of)],
    instances: Object.fromEntries(
      made.map(({ instance, of, options: { customer, hostname } }) => [
        instance,
        {
          customer,
          url: `https://${hostname}/`,
          sshPort: of.sshPort,
          rootPassword: of.rootPassword,
        },
      ]),
    ),
  };
}
