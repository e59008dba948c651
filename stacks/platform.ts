import { Backups } from "../components/backup/index.ts";
import { CertificateAuthority } from "../components/certificate/index.ts";
import { Discourse } from "../components/discourse/index.ts";
import type { Backup, Host, Offers, Watcher } from "../components/host/index.ts";
import { lint } from "../components/icinga/index.ts";
import type { Configuration } from "../config.ts";
import { engines, type Engines } from "./engines.ts";
import { gitlab } from "./gitlab.ts";
import { machines } from "./machines.ts";
import { monitor, watch } from "./monitoring.ts";
import { proxies, type Served } from "./proxies.ts";
import { withoutTraces } from "./traces.ts";

/** The stack of a configuration. */
export function platform(config: Configuration) {
  return withoutTraces(() => compose(config));
}

/** One function a section, and the rooms that collect what the others offer. */
function compose(config: Configuration) {
  const authority = new CertificateAuthority("authority", config.certificates);
  const engine = engines(config.hosts);
  const hosts = machines(config.hosts, engine);
  const monitored = config.monitoring && { options: config.monitoring, hosts };
  const watcher = monitored && monitor(monitored);
  const around = { hosts, engine, watcher };
  const discourse = config.forum ? [forum(config, config.forum, around)] : [];
  const fleet = gitlab(config, around);
  const services = [...discourse.flatMap((one) => one.offers), ...fleet.offers];
  const toServe = [...discourse.map((one) => one.served), ...fleet.served];
  const fronts = proxies(config, authority, toServe);
  const offers = [...new Set([...services, ...fronts.flatMap((one) => one.offers)])];
  const backups = offers.flatMap((one) => one.backups);
  const kept = config.backups ? keep(config.backups, { hosts, backups }) : [];
  const checks = [...offers, ...kept].flatMap((one) => one.checks);
  const own = watcher ? watch(watcher, monitored, checks) : [];
  return {
    urls: fronts.flatMap((one) => one.urls),
    sites: fronts.flatMap((one) => one.served),
    gitlab: fleet.instances,
    authorityCertificate: authority.certPem,
    hosts: Object.fromEntries(hosts),
    checks: lint([...checks, ...own]),
    backups,
    copies: Object.fromEntries(
      kept.map(({ machine, repository, publicKey }) => [machine, { repository, publicKey }]),
    ),
  };
}

/** Copies of what the services of each machine must not lose. */
function keep(
  options: NonNullable<Configuration["backups"]>,
  { hosts, backups }: { hosts: ReadonlyMap<string, Host>; backups: readonly Backup[] },
) {
  return [...hosts.values()].flatMap((host) => {
    const own = backups.filter((one) => one.host === host.name);
    if (own.length === 0) return [];
    return [new Backups(`${host.name}-backups`, { host, backups: own, options, machines: hosts })];
  });
}

/** What the sections share. */
interface Around {
  readonly hosts: ReadonlyMap<string, Host>;
  readonly engine: Engines;
  readonly watcher: Watcher | undefined;
}

/** The forum on its machine: engine and container. */
function forum(
  { certificates }: Configuration,
  options: NonNullable<Configuration["forum"]>,
  { hosts, engine: engineOn, watcher }: Around,
) {
  const host = hosts.get(options.host);
  if (!host) throw new RangeError(`no machine is called ${options.host}`);
  const engine = engineOn(host);
  const discourse = new Discourse("forum", { host, engine, options, watcher });
  const names = [options.hostname, ...options.aliases] as const;
  const served: Served = { host, name: "forum", sites: discourse.sites, names, certificates };
  const offers: readonly Offers[] = [engine, discourse];
  return { served, offers };
}
