import { Backups } from "../components/backup/index.ts";
import { Certificate, CertificateAuthority, issuances } from "../components/certificate/index.ts";
import { Discourse } from "../components/discourse/index.ts";
import type { Backup, Host, Offers, Watcher } from "../components/host/index.ts";
import { lint } from "../components/icinga/index.ts";
import { Nginx } from "../components/nginx/index.ts";
import type { Configuration } from "../config.ts";
import { engines, type Engines } from "./engines.ts";
import { machines } from "./machines.ts";
import { monitor, watch } from "./monitoring.ts";

/** The stack: one function a section, and the rooms that collect what the others offer. */
export function platform(config: Configuration) {
  const authority = new CertificateAuthority("authority", config.certificates);
  const engine = engines(config.hosts);
  const hosts = machines(config.hosts, engine);
  const monitored = config.monitoring && { options: config.monitoring, hosts };
  const watcher = monitored && monitor(monitored);
  const parts = config.forum
    ? forum(config, config.forum, { hosts, engine, authority, watcher })
    : { urls: [], served: [], offers: [] };
  const backups = parts.offers.flatMap((one) => one.backups);
  const kept = config.backups ? keep(config.backups, { hosts, backups }) : [];
  const checks = [...parts.offers, ...kept].flatMap((one) => one.checks);
  const own = watcher ? watch(watcher, monitored, checks) : [];
  return {
    urls: parts.urls,
    sites: parts.served,
    authorityCertificate: authority.certPem,
    hosts: Object.fromEntries(hosts),
    checks: lint([...checks, ...own]),
    backups,
    copies: Object.fromEntries(
      kept.map(({ machine, repository, publicKey }) => [machine, { repository, publicKey }]),
    ),
  };
}

/** What the sections share. */
interface Shared {
  readonly hosts: ReadonlyMap<string, Host>;
  readonly engine: Engines;
  readonly authority: CertificateAuthority;
  readonly watcher: Watcher | undefined;
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

/** The forum on its machine: engine, container, certificate, proxy. */
function forum(
  config: Configuration,
  options: NonNullable<Configuration["forum"]>,
  { hosts, engine: engineOn, authority, watcher }: Shared,
) {
  const section = config.hosts[options.host];
  const host = hosts.get(options.host);
  if (!section || !host) throw new RangeError(`no machine is called ${options.host}`);
  const engine = engineOn(host);
  const discourse = new Discourse("forum", { host, engine, options, watcher });
  const names = [options.hostname, ...options.aliases] as const;
  const wanted = { host, site: "forum", names, options: config.certificates };
  const certificate = new Certificate("forum-certificate", { ...wanted, authority });
  const certificates = { forum: certificate.served };
  const proxy = { host, sites: discourse.sites, certificates, options: section.nginx };
  const nginx = new Nginx(`${host.name}-nginx`, proxy);
  const issued = issuances("forum-issuance", wanted);
  const offers: readonly Offers[] = [engine, discourse, certificate, nginx, ...issued];
  return { urls: nginx.urls, served: nginx.served, offers };
}
