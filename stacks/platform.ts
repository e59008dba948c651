import { Certificate, CertificateAuthority, issuances } from "../components/certificate/index.ts";
import { Discourse } from "../components/discourse/index.ts";
import { DockerEngine } from "../components/docker-engine/index.ts";
import type { Host, Offers } from "../components/host/index.ts";
import { Nginx } from "../components/nginx/index.ts";
import type { Configuration } from "../config.ts";
import { machines } from "./machines.ts";

/** The stack: one function a section, and the rooms that collect what the others offer. */
export function platform(config: Configuration) {
  const authority = new CertificateAuthority("authority", config.certificates);
  const hosts = machines(config.hosts);
  const parts = config.forum
    ? forum(config, config.forum, { hosts, authority })
    : { urls: [], offers: [] };
  return {
    urls: parts.urls,
    authorityCertificate: authority.certPem,
    checks: parts.offers.flatMap(({ checks }) => checks),
    backups: parts.offers.flatMap(({ backups }) => backups),
  };
}

/** The forum on its machine: engine, container, certificate, proxy. */
function forum(
  config: Configuration,
  options: NonNullable<Configuration["forum"]>,
  { hosts, authority }: { hosts: ReadonlyMap<string, Host>; authority: CertificateAuthority },
) {
  const section = config.hosts[options.host];
  const host = hosts.get(options.host);
  if (!section || !host) throw new RangeError(`no machine is called ${options.host}`);
  const engine = new DockerEngine(`${host.name}-docker`, { host, options: section.docker });
  const discourse = new Discourse("forum", { host, engine, options });
  const names = [options.hostname, ...options.aliases] as const;
  const wanted = { host, site: "forum", names, options: config.certificates };
  const certificate = new Certificate("forum-certificate", { ...wanted, authority });
  const certificates = { forum: certificate.served };
  const proxy = { host, sites: discourse.sites, certificates, options: section.nginx };
  const nginx = new Nginx(`${host.name}-nginx`, proxy);
  const issued = issuances("forum-issuance", wanted);
  const offers: readonly Offers[] = [engine, discourse, certificate, nginx, ...issued];
  return { urls: nginx.urls, offers };
}
