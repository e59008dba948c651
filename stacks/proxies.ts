import {
  Certificate,
  issuances,
  type CertificateAuthority,
} from "../components/certificate/index.ts";
import type { Host, Offers, Site } from "../components/host/index.ts";
import { Nginx } from "../components/nginx/index.ts";
import type { Configuration } from "../config.ts";

/** What is to be served on a machine under one certificate. */
export interface Served {
  readonly host: Host;
  /** Its resources begin with it, and its certificate lies under it. */
  readonly name: string;
  readonly sites: readonly Site[];
  /** All names of the certificate. */
  readonly names: readonly [string, ...string[]];
  readonly certificates: Configuration["certificates"];
}

/** The proxy of each machine that serves something: the certificates that it needs, then itself, then who obtains others. */
export function proxies(
  { hosts }: Configuration,
  authority: CertificateAuthority,
  all: readonly Served[],
) {
  const proxies = Map.groupBy(all, ({ host }) => host);
  return [...proxies].flatMap(([host, served]) => {
    const wanted = served.map(({ name, names, certificates: options }) => {
      return { host, site: name, names, options };
    });
    const certificates = wanted.map(
      (one) => new Certificate(`${one.site}-certificate`, { ...one, authority }),
    );
    const sites = served.flatMap((one) => one.sites);
    const bySite = served.flatMap((one, index) =>
      one.sites.map((site) => [site.name, certificates[index]?.served] as const),
    );
    const options = hosts[host.name]?.nginx;
    if (!options) throw new RangeError(`no machine is called ${host.name}`);
    const nginx = new Nginx(`${host.name}-nginx`, {
      ...{ host, sites, options },
      certificates: Object.fromEntries(bySite.flatMap(([name, one]) => (one ? [[name, one]] : []))),
    });
    const issued = wanted.flatMap((one) => issuances(`${one.site}-issuance`, one));
    const offers: readonly Offers[] = [...certificates, nginx, ...issued];
    return [{ urls: nginx.urls, served: nginx.served, offers }];
  });
}
