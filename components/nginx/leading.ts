import { block, directive, expression, type Directive } from "../../formats/nginx.ts";
import type { Release, Site, SiteCertificate } from "../host/index.ts";
import { realAddress } from "./limits.ts";
import { accessLog } from "./log.ts";
import type { NginxOptions } from "./options.ts";
import { secured, tlsListeners } from "./tls.ts";

/** The servers that only lead to a site: port 80, and its other names. */
export function leadingServers(
  site: Site,
  certificate: SiteCertificate,
  { release, options }: { readonly release: Release; readonly options: NginxOptions },
): Directive[] {
  const { aliases = [] } = site;
  const noted = [accessLog(site.name, options.accessLog), ...realAddress(options)];
  return [
    block(
      "server",
      [],
      [
        directive("listen", "80"),
        directive("listen", "[::]:80"),
        directive("server_name", site.hostname, ...aliases),
        directive("server_tokens", "off"),
        ...noted,
        ...plain(site, certificate),
      ],
    ),
    ...(aliases.length > 0
      ? [
          block(
            "server",
            [],
            [
              ...tlsListeners(release),
              directive("server_name", ...aliases),
              directive("server_tokens", "off"),
              ...noted,
              ...secured(certificate, options),
              canonical(site),
            ],
          ),
        ]
      : []),
  ];
}

function canonical({ hostname }: Site): Directive {
  return leaves(hostname);
}

/** Leads to the same page of another name, for good. */
export function leaves(hostname: string): Directive {
  return directive("return", 301, expression(`https://${hostname}$request_uri`));
}

/** All goes to HTTPS, but the questions of an authority that asks for a certificate. */
function plain(site: Site, { challenges }: SiteCertificate): Directive[] {
  const leave = canonical(site);
  if (challenges === undefined) return [leave];
  return [
    block(
      "location",
      ["^~", "/.well-known/acme-challenge/"],
      [directive("root", challenges), directive("default_type", "text/plain")],
    ),
    block("location", ["/"], [leave]),
  ];
}
