import { block, directive, expression, type Directive } from "../../formats/nginx.ts";
import type { Release, Site, SiteCertificate } from "../host/index.ts";
import type { NginxOptions } from "./options.ts";
import { hideForeign, hsts, ownPageLocation } from "./headers.ts";
import { leadingServers, leaves } from "./leading.ts";
import { limitZones, realAddress, siteLimits } from "./limits.ts";
import { accessLog, logFormats } from "./log.ts";
import { closing, letThrough } from "./maintenance.ts";
import { connection, upgrades } from "./passing.ts";
import { application } from "./routes/applications.ts";
import { mapsOf } from "./routes/query-maps.ts";
import { redirect } from "./routes/redirects.ts";
import { secured, tlsListeners } from "./tls.ts";

/** Where a site's offline page lies on the host. */
export function offlinePath(site: Site): string {
  return `/etc/nginx/platform/offline/${site.name}.html`;
}

const offlineUri = "/.platform/offline.html";

/** How often the offline page asks again, in seconds. */
export const refreshSeconds = 30;

/** Where the machine itself may ask a site which configuration answers. */
export const idUri = "/.platform/id";

/** What nginx has once for all sites of a host. */
export function shared(options: NginxOptions, sites: readonly Site[]): Directive[] {
  return [
    ...mapsOf(options.redirects),
    ...logFormats(options.accessLog),
    ...limitZones(options),
    ...upgrades(sites),
  ];
}

/** What all sites of a host have in common; `id` names the whole configuration, so that a probe knows which one answers. */
export interface Common {
  readonly release: Release;
  readonly options: NginxOptions;
  readonly id: string;
}

/** Both servers of a site. */
export function siteServers(
  site: Site,
  certificate: SiteCertificate,
  { release, options, id }: Common,
): Directive[] {
  const inherited = hsts(options, certificate);
  return [
    ...letThrough(site),
    ...leadingServers(site, certificate, { release, options }),
    block(
      "server",
      [],
      [
        ...tlsListeners(release),
        directive("server_name", site.hostname),
        directive("server_tokens", "off"),
        accessLog(site.name, options.accessLog),
        ...realAddress(options),
        ...siteLimits(options, site),
        ...secured(certificate, options),
        directive(
          "client_max_body_size",
          site.maxBodyBytes === "unlimited" ? 0 : site.maxBodyBytes,
        ),
        ...(site.leadsTo === undefined
          ? served(site, options, inherited)
          : [block("location", ["/"], [leaves(site.leadsTo)])]),
        configurationId(id),
        ...Object.entries(options.settings).map(([name, value]) =>
          directive(name, ...[value].flat()),
        ),
      ],
    ),
  ];
}

/** What an application answers, and what nginx itself does in its place. */
function served(site: Site, options: NginxOptions, inherited: readonly Directive[]): Directive[] {
  return [
    ...closing(site, inherited),
    ...proxy(site),
    ...routes(site, options, inherited),
    ...offline(site, inherited),
  ];
}

/**
 * The way to the application. What a client sends as X-Real-IP or X-Forwarded-For is overwritten: Discourse
 * limits and blocks by these addresses.
 */
function proxy(site: Site): Directive[] {
  const pass = passTo(site);
  return [
    directive("proxy_http_version", "1.1"),
    ...connection(site),
    directive("proxy_set_header", "Host", expression("$host")),
    directive("proxy_set_header", "X-Real-IP", expression("$remote_addr")),
    directive("proxy_set_header", "X-Forwarded-For", expression("$remote_addr")),
    directive("proxy_set_header", "X-Forwarded-Proto", expression("$scheme")),
    ...hideForeign,
    block("location", ["/"], [pass]),
    ...site.streaming.map((path) =>
      block("location", [path], [directive("proxy_buffering", "off"), pass]),
    ),
  ];
}

function passTo({ upstream }: Site): Directive {
  const end = upstream.startsWith("unix:") ? ":" : ""; // of a socket's path
  return directive("proxy_pass", `http://${upstream}${end}`);
}

/** Paths that somebody else answers than the site's application. */
function routes(
  site: Site,
  { redirects, applications }: NginxOptions,
  inherited: readonly Directive[],
): Directive[] {
  const here = ({ hostname }: { readonly hostname: string }) => hostname === site.hostname;
  return [
    ...redirects.filter(here).map((one) => redirect(one, site, passTo(site))),
    ...applications.filter(here).flatMap((one) => application(one, inherited)),
  ];
}

/** The page for 502 and 504 only, whoever says them: the application's own errors reach its users. */
function offline(site: Site, inherited: readonly Directive[]): Directive[] {
  return [
    directive("proxy_intercept_errors", "on"),
    directive("error_page", 502, 504, "=503", offlineUri),
    ownPageLocation(offlineUri, offlinePath(site), refreshSeconds, inherited),
  ];
}

function configurationId(id: string): Directive {
  return block(
    "location",
    ["=", idUri],
    [
      block("if", [expression("($remote_addr"), "!=", "127.0.0.1)"], [directive("return", 404)]),
      directive("return", 200, id),
    ],
  );
}
