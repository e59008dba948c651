import type { Check, Host, Site, SiteCertificate } from "../host/index.ts";
import { hstsValue } from "./headers.ts";
import type { NginxOptions } from "./options.ts";
import { whole } from "./routes/paths.ts";

/** Something that nginx answers itself, and how that is seen. */
interface Promised {
  readonly name: string;
  readonly from: Check["from"];
  readonly needs: string;
  /** The words for `check_http`, after those that all have. */
  readonly words: readonly string[];
  readonly runbook: string;
}

/**
 * How wants to be watched what nginx promises for a site besides its pages: HTTPS for whoever comes by HTTP, HSTS, and the first
 * of its redirects and of its other names.
 */
export function promiseChecks(
  component: string,
  host: Host,
  site: Site,
  {
    options,
    certificate,
  }: { readonly options: NginxOptions; readonly certificate: SiteCertificate },
): Check[] {
  const all = [
    encrypted(site),
    remembered(site, hstsValue(options, certificate)),
    redirected(site, options),
    alias(site),
  ];
  return all.flatMap((one) => {
    if (!one) return [];
    const { words, ...rest } = one;
    return {
      ...{ ...rest, host: host.name, component, option: `hosts.${host.name}.nginx` },
      command: ["check_http", "-t", "10", "-w", "2", "-c", "5", ...words],
      ...{ intervalSeconds: 300, retrySeconds: 60, timeoutSeconds: 15 },
    };
  });
}

/** Port 80 is for visitors who typed no scheme, and an authority asks there, so it is seen from outside. */
function encrypted({ name, hostname }: Site): Promised {
  return {
    ...{ name: `https-${name}`, from: "outside", needs: `site-${name}-outside` },
    words: ["-H", hostname, "-e", " 301 ", "-d", `Location: https://${hostname}/`],
    runbook:
      "See what stands before port 80 of the machine; whoever comes by HTTP does not get to the site meanwhile.",
  };
}

/** Closed sites and the offline page have it, too, so any status will do. */
function remembered({ name, hostname }: Site, value: string | undefined): Promised | undefined {
  if (value === undefined) return undefined;
  return {
    ...{ name: `hsts-${name}`, from: "outside", needs: `site-${name}-outside` },
    words: [
      ...["-H", hostname, "-S", "--sni", "-e", "HTTP/1.1 "],
      ...["-d", `Strict-Transport-Security: ${value}`],
    ],
    runbook:
      "See what stands before nginx and changes its headers; without this one, browsers may be led to HTTP.",
  };
}

/** A closed site answers others with its page, so it is seen from the machine itself, which is let through. */
function redirected({ name, hostname }: Site, { redirects }: NginxOptions): Promised | undefined {
  const first = redirects.find((one) => one.kind !== "query" && one.hostname === hostname);
  if (!first || first.kind === "query") return undefined;
  const { from, to, status } = first;
  return {
    ...{ name: `redirect-${name}`, from: "inside", needs: "nginx" },
    words: [
      ...["-H", hostname, "-I", "127.0.0.1", "-S", "--sni", "-u", from],
      ...["-e", ` ${status} `, "-d", `Location: ${whole(hostname, to)}`],
    ],
    runbook: `See what answers \`curl -sI https://${hostname}${from}\`; links to what used to be there lead nowhere meanwhile.`,
  };
}

/** A name with a star stands for names that nobody knows here. */
function alias({ name, hostname, aliases = [] }: Site): Promised | undefined {
  const other = aliases.find((one) => !one.startsWith("*"));
  if (other === undefined) return undefined;
  return {
    ...{ name: `alias-${name}`, from: "outside", needs: `site-${name}-outside` },
    words: [
      ...["-H", other, "-S", "--sni"],
      ...["-e", " 301 ", "-d", `Location: https://${hostname}/`],
    ],
    runbook: `See that the name ${other} leads to the machine in the DNS, and that \`certificates\` holds it.`,
  };
}
