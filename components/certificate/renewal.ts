import { readFileSync } from "node:fs";
import { assignments } from "../../formats/shell.ts";
import { timedUnits } from "../../formats/systemd.ts";
import type { ConfigFile } from "../host/index.ts";
import { dnsProvider } from "./challenge.ts";
import type { AcmeSource } from "./options.ts";

/** What is asked for, and who is to have it. */
export interface Renewal {
  readonly site: string;
  readonly names: readonly [string, ...string[]];
  readonly source: AcmeSource;
  /** Common name of who signs the temporary certificate. */
  readonly temporaryIssuer: string;
}

/** Where a site's obtained certificates are kept, with the account at the authority: for root alone. */
export function homeDirectory(site: string): string {
  return `/var/lib/platform/acme/${site}`;
}

/** The link to the directory that is served. */
export function liveLink(site: string): string {
  return `/etc/ssl/platform/acme/${site}`;
}

/** Where lego puts what the authority will ask for over HTTP (RFC 8555, 8.3), in memory. */
export const webroot = "/run/platform-acme";

const directories = {
  letsencrypt: "https://acme-v02.api.letsencrypt.org/directory",
  "letsencrypt-staging": "https://acme-staging-v02.api.letsencrypt.org/directory",
} as const;

/** The address of the authority's directory. */
export function directoryUrl({ directory }: AcmeSource): string {
  return typeof directory === "string" ? directories[directory] : directory.url;
}

/** The program on the host that obtains, renews, serves and tells the certificate of a site. */
export function programPath(site: string): string {
  return `/usr/local/lib/platform/certificate-${site}`;
}

/** What answers the authority over DNS where lego itself does not: a program that it calls. */
function hookPath(site: string): string {
  return `${programPath(site)}-dns`;
}

/** What lego or the hook is to know of the DNS servers, as shell assignments, for root alone. */
export function environmentPath(site: string): string {
  return `/etc/platform-acme/${site}.env`;
}

/** What a certificate was asked for with, besides directory and names: another asks anew. */
export function manner(source: AcmeSource): string {
  return [source.keyType, dnsProvider(source.challenge) ?? []].flat().join(" ");
}

/** The timer that runs it. */
export function timerName(site: string): string {
  return `platform-certificate-${site}.timer`;
}

const parts = ["challenge.sh", "obtain.sh", "serving.sh", "deploy.sh", "telling.sh"].map((name) =>
  readFileSync(new URL(`./${name}`, import.meta.url), "utf8"),
);

function program({ site, names, source, temporaryIssuer }: Renewal): string {
  const { directory, email, keyType, challenge } = source;
  const dns = challenge.kind === "dns" ? challenge : undefined;
  const values = {
    SITE: site,
    NAMES: names,
    DIRECTORY: directoryUrl(source),
    CA: typeof directory === "string" ? "" : (directory.ca ?? ""),
    EMAIL: email,
    KEY_TYPE: keyType,
    HOME_DIRECTORY: homeDirectory(site),
    LINK: liveLink(site),
    MANNER: manner(source),
    WEBROOT: webroot,
    DNS_PROVIDER: dnsProvider(challenge) ?? "",
    DNS_RESOLVERS: dns?.resolvers ?? [],
    DNS_ENVIRONMENT: environmentPath(site),
    DNS_SECRETS: Object.keys(dns?.environment ?? {}),
    DNS_HOOK: hookPath(site),
    TEMPORARY_ISSUER: temporaryIssuer,
  };
  const head = "#!/bin/bash\nset -euo pipefail\nshopt -s inherit_errexit\numask 022\n";
  return [head, assignments(values), ...parts, '"$@" </dev/null\n'].join("");
}

/** The hook, where there is one. */
function hookFiles({ site, source: { challenge } }: Renewal): ConfigFile[] {
  if (challenge.kind !== "dns" || challenge.hook === undefined) return [];
  return [{ path: hookPath(site), content: challenge.hook, mode: "0700" }];
}

/** The program of a site's certificate, and what runs it twice a day; without the secrets that it is to know. */
export function renewalFiles(renewal: Renewal): ConfigFile[] {
  const { site } = renewal;
  const path = programPath(site);
  return [
    { path, content: program(renewal), mode: "0755" },
    ...hookFiles(renewal),
    ...timedUnits(timerName(site).replace(/\.timer$/, ""), {
      description: `Renew the certificate of ${site} when a third of its life is left`,
      unit: [
        ["Wants", "network-online.target"],
        ["After", "network-online.target nginx.service"],
      ],
      service: [
        ["ExecStart", [path, "obtain"]],
        // With the lock of the platform's own changes, so that the two never judge each other's half.
        ["ExecStart", ["/usr/bin/flock", "-w", "300", "/var/lib/platform/lock", path, "deploy"]],
        ["TimeoutStartSec", "20min"],
      ],
      timer: [
        ["OnCalendar", "03,15:00"],
        ["RandomizedDelaySec", "6h"],
        ["Persistent", "true"],
      ],
    }),
  ];
}
