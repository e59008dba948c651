import { block, directive, type Directive } from "../../formats/nginx.ts";
import type { SiteCertificate } from "../host/index.ts";
import type { NginxOptions } from "./options.ts";
import { hstsDays } from "./profiles.ts";

const hstsHeader = "Strict-Transport-Security";

/**
 * HSTS (RFC 6797), whose one owner is nginx. Browsers remember it, so without a word it is only for certificates that
 * they trust of themselves.
 */
export function hsts(options: NginxOptions, certificate: SiteCertificate): Directive[] {
  const value = hstsValue(options, certificate);
  return value === undefined ? [] : [directive("add_header", hstsHeader, value, "always")];
}

/** What stands in that header, if it is sent at all. */
export function hstsValue(
  { hsts: wanted }: NginxOptions,
  { trusted }: SiteCertificate,
): string | undefined {
  const standard = { maxAgeDays: hstsDays, includeSubDomains: false, preload: false };
  const chosen = wanted ?? (trusted === true ? standard : "off");
  if (chosen === "off") return undefined;
  const { maxAgeDays, includeSubDomains, preload } = chosen;
  return [
    `max-age=${maxAgeDays * 86_400}`,
    ...(includeSubDomains ? ["includeSubDomains"] : []),
    ...(preload ? ["preload"] : []),
  ].join("; ");
}

/** What the application says about it does not get through: two answers would be none. */
export const hideForeign: readonly Directive[] = [directive("proxy_hide_header", hstsHeader)];

/** For pages that nginx has itself. The application's pages have the application's own words, which know its needs. */
const ownPage: readonly Directive[] = [
  ["Cache-Control", "no-store"],
  [
    "Content-Security-Policy",
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  ],
  ["Referrer-Policy", "no-referrer"],
  ["X-Content-Type-Options", "nosniff"],
].map(([name = "", value = ""]) => directive("add_header", name, value, "always"));

/** Where nginx leads to for a page that it has itself; nobody asks for it from outside. */
export function ownPageLocation(
  uri: string,
  file: string,
  retrySeconds: number,
  inherited: readonly Directive[],
): Directive {
  return block(
    "location",
    ["=", uri],
    [
      directive("internal"),
      directive("alias", file),
      directive("add_header", "Retry-After", String(retrySeconds), "always"),
      ...ownPage,
      ...inherited, // with headers of its own, a location has none of its server
    ],
  );
}
