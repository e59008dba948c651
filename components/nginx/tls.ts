import { readFileSync } from "node:fs";
import { directive, type Directive } from "../../formats/nginx.ts";
import type { Release, SiteCertificate } from "../host/index.ts";
import { hsts } from "./headers.ts";
import type { NginxOptions } from "./options.ts";
import { type Profile, profiles } from "./profiles.ts";

/** What the nginx and OpenSSL of a release can do; bookworm has 1.22 and 3.0, trixie 1.26 and 3.5. */
const abilities = {
  // An unknown group is a hard error, but since OpenSSL 3.3 not one with a question mark.
  // Session tickets keep one key for ever before nginx 1.23.2.
  bookworm: { hybridGroup: [], rotatesTickets: false, http2Directive: false },
  trixie: { hybridGroup: ["?X25519MLKEM768"], rotatesTickets: true, http2Directive: true },
} as const satisfies Record<Release, object>;

/** The settings that all TLS sites of a host share. */
export const tlsPath = "/etc/nginx/platform/tls.conf";

/** Where the Diffie-Hellman group lies on the host. */
export const dhparamPath = "/etc/nginx/platform/dhparam.pem";

/** The group's PEM, or undefined for none. The groups are those of RFC 7919, appendix A. */
export function dhparam(option: NginxOptions["dhparam"]): string | undefined {
  if (option === "none") return undefined;
  if (typeof option === "object") return option.pem;
  return readFileSync(new URL(`./dhparam/${option}.pem`, import.meta.url), "utf8");
}

/** TLS for all sites of a host. */
export function tlsDirectives(options: NginxOptions, release: Release): Directive[] {
  const { protocols, ciphers, groups }: Profile = profiles[options.profile];
  const known = groups.flatMap((group) =>
    group === "X25519MLKEM768" ? abilities[release].hybridGroup : [group],
  );
  return [
    directive("ssl_protocols", ...protocols),
    ...(ciphers.length > 0 ? [directive("ssl_ciphers", ciphers.join(":"))] : []),
    directive("ssl_ecdh_curve", known.join(":")),
    directive("ssl_prefer_server_ciphers", "off"),
    directive("ssl_session_timeout", "1d"),
    directive("ssl_session_cache", "shared:platform:10m"),
    ...(abilities[release].rotatesTickets ? [] : [directive("ssl_session_tickets", "off")]),
    ...(options.dhparam === "none" ? [] : [directive("ssl_dhparam", dhparamPath)]),
  ];
}

/** The sockets of a TLS site, with HTTP/2 as the release's nginx writes it (`http2 on` since 1.25.1). */
export function tlsListeners(release: Release, ...more: string[]): Directive[] {
  const { http2Directive } = abilities[release];
  const flags = http2Directive ? ["ssl", ...more] : ["ssl", "http2", ...more];
  return [
    directive("listen", "443", ...flags),
    directive("listen", "[::]:443", ...flags),
    ...(http2Directive ? [directive("http2", "on")] : []),
  ];
}

/** The certificate of a server, what all have in common, and what goes with the certificate. */
export function secured(certificate: SiteCertificate, options: NginxOptions): Directive[] {
  const { files } = certificate;
  return [
    directive("ssl_certificate", files.chain),
    directive("ssl_certificate_key", files.key),
    directive("include", tlsPath),
    ...stapling(certificate, options),
    ...hsts(options, certificate),
  ];
}

/** Only where the certificate names a responder: without one nginx warns, and a resolver is what finds it. */
function stapling({ files, responder }: SiteCertificate, { resolvers }: NginxOptions): Directive[] {
  if (responder !== true || resolvers.length === 0) return [];
  const servers = resolvers.map((address) => (address.includes(":") ? `[${address}]` : address));
  return [
    directive("ssl_stapling", "on"),
    directive("ssl_stapling_verify", "on"),
    directive("ssl_trusted_certificate", files.chain),
    directive("resolver", ...servers),
  ];
}
