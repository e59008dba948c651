import * as pulumi from "@pulumi/pulumi";
import type { Argv } from "../../formats/shell.ts";
import {
  ConfigSet,
  Packages,
  Unit,
  Service,
  type Host,
  type Site,
  type SiteCertificate,
} from "../host/index.ts";
import { nginxChecks, siteChecks } from "./checks.ts";
import { maintenanceChecks } from "./maintenance.ts";
import type { NginxOptions } from "./options.ts";
import { promiseChecks } from "./promises.ts";
import { certificateOf, proxyFiles } from "./render.ts";
import { idUri } from "./site.ts";

export { NginxOptions } from "./options.ts";
export { routeFaults } from "./routes/faults.ts";

/** Arguments of a proxy. */
export interface NginxArgs {
  readonly host: Host;
  /** All sites of the host; each needs a certificate of its name there. */
  readonly sites: readonly Site[];
  /** Certificates by name of the site; absent is one in the common place. */
  readonly certificates?: Readonly<Record<string, SiteCertificate>>;
  readonly options: NginxOptions;
}

/** A site and where it is. */
export interface Served extends Pick<Site, "name" | "hostname"> {
  /** Name of the machine. */
  readonly host: string;
  /** Whether a person can close it to its visitors. */
  readonly closable: boolean;
}

/** The reverse proxy of a host: TLS, the sites that components want served, and their offline pages. */
export class Nginx extends Service {
  /** Addresses of the sites, in the order given. */
  readonly urls: readonly string[];
  /** Which machine serves which site under which name. */
  readonly served: readonly Served[];

  constructor(name: string, args: NginxArgs, opts?: pulumi.ComponentResourceOptions) {
    super("platform:nginx:Nginx", name, opts);
    const { host, sites, certificates = {}, options } = args;
    const child = { parent: this };
    const wanted = { host, packages: ["nginx", "curl", "logrotate"] };
    const packages = new Packages(`${name}-packages`, wanted, child);
    const { files, id } = proxyFiles(sites, host.release, options, certificates);
    new ConfigSet(
      `${name}-files`,
      {
        host,
        files,
        absent: ["/etc/nginx/sites-enabled/default"],
        validate: [["nginx", "-t", "-q"]],
        activate: [["systemctl", "reload-or-restart", "nginx"]],
        deactivate: [["systemctl", "try-reload-or-restart", "nginx"]],
        probe: sites.map((site) => probe(site, id)),
      },
      child,
    );
    const ready = ["nginx", "-t", "-q"] as const;
    new Unit(`${name}-unit`, { host, unit: "nginx.service", ready, packages }, child);
    this.urls = sites.map((site) => `https://${site.hostname}/`);
    this.served = sites.map((site) => ({
      name: site.name,
      hostname: site.hostname,
      host: host.name,
      closable: site.maintenance !== undefined,
    }));
    this.checks = [
      ...nginxChecks(name, host),
      ...sites.flatMap((site) => [
        ...siteChecks(name, host, site),
        ...promiseChecks(name, host, site, {
          options,
          certificate: certificateOf(site, certificates),
        }),
        ...maintenanceChecks(name, host, site),
      ]),
    ];
    const { urls, served, checks } = this;
    this.registerOutputs({ urls, served, checks });
  }
}

// A reload returns before the new workers serve, and it says nothing when it was refused; so ask the site itself.
const ask = `for try in 1 2 3 4 5 6 7 8 9 10; do
  answer=$(curl -ksS --max-time 5 --resolve "$1:443:127.0.0.1" "https://$1${idUri}" 2>&1) || true
  [ "$answer" = "$2" ] && exit 0
  sleep 0.5
done
echo "https://$1/ on the machine itself answers: $answer" >&2
exit 1`;

function probe(site: Site, id: string): Argv {
  return ["sh", "-c", ask, "probe", site.hostname, id];
}
