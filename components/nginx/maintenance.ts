import { readFileSync } from "node:fs";
import {
  addressMap,
  block,
  directive,
  expression,
  type Argument,
  type Directive,
} from "../../formats/nginx.ts";
import { assignments } from "../../formats/shell.ts";
import type { Check, ConfigFile, Host, Site } from "../host/index.ts";
import { ownPageLocation } from "./headers.ts";
import { pageHtml } from "./page.ts";

/** What people, deployments and checks run on the machine to close a site and to open it again. */
export const programPath = "/usr/local/sbin/platform-maintenance";

const directory = "/etc/nginx/platform/maintenance";

/** Which page a site has while one of these notes is there; the last that is there says it. */
const notes = [
  ["/run/platform-maintenance", "offline"], // of a deployment: soon over, so the page that asks again by itself
  ["/var/lib/platform-maintenance", "maintenance"], // of a person
] as const;

/** How long a client is asked to wait, in seconds. */
const retrySeconds = 300;

/** nginx's own for "closed", which nobody else answers: with 503, the application's own would be taken for it. */
const closed = 599;

const page = "$platform_page";

/** Who is let through by its address: testers, and the machine itself, whose checks go on to judge the application. */
export function letThrough({ name, maintenance }: Site): Directive[] {
  if (!maintenance) return [];
  const all = [...new Set(["127.0.0.1", "::1", ...maintenance.testers])];
  const through = all.map((network) => [network, "1"] as const);
  return [addressMap(testerOf(name), through, "0")];
}

function testerOf(site: string): string {
  return `$platform_tester_${site.replaceAll("-", "_")}`;
}

/**
 * How a site is closed, for its server: nginx looks for the notes at each request, so nothing is reloaded. The
 * platform's own paths stay, and what nginx leads to itself comes by here again.
 */
export function closing(site: Site, inherited: readonly Directive[]): Directive[] {
  const { name, maintenance } = site;
  if (!maintenance) return [];
  const shown = (condition: Argument[], which: string) =>
    block("if", condition, [directive("set", expression(page), which)]);
  const own = String.raw`^/\.platform/(?:id|offline\.html|maintenance\.html)$`;
  return [
    directive("set", expression(page), maintenance.active ? "maintenance" : ""),
    ...notes.map(([where, which]) => shown(["(-f", `${where}/${name})`], which)),
    shown([expression(`(${testerOf(name)})`)], ""),
    shown([expression("($uri"), "~", expression(`${own})`)], ""),
    block("if", [expression(`(${page})`)], [directive("return", closed)]),
    directive("error_page", closed, "=503", expression(`/.platform/${page}.html`)),
    ownPageLocation("/.platform/maintenance.html", pagePath(name), retrySeconds, inherited),
  ];
}

function pagePath(site: string): string {
  return `${directory}/${site}.html`;
}

/** The pages of the sites that can be closed, what the program has to know of them, and the program. */
export function maintenanceFiles(sites: readonly Site[]): (ConfigFile & { content: string })[] {
  const own = sites.flatMap(({ name, maintenance }) => {
    if (!maintenance) return [];
    const { active, warnHours } = maintenance;
    const content = assignments({
      ACTIVE: active ? "yes" : "no",
      WARN_HOURS: String(warnHours),
    });
    return [
      { path: pagePath(name), content: pageHtml(maintenance.page) },
      { path: `${directory}/${name}.conf`, content },
    ];
  });
  if (own.length === 0) return [];
  const source = new URL("./programs/platform-maintenance.sh", import.meta.url);
  return [...own, { path: programPath, content: readFileSync(source, "utf8"), mode: "0755" }];
}

/** Watches that a site is not forgotten to be opened. */
export function maintenanceChecks(
  component: string,
  host: Host,
  { name, maintenance }: Site,
): Check[] {
  if (!maintenance) return [];
  return [
    {
      ...{ name: `maintenance-${name}`, host: host.name, from: "inside", component },
      command: [programPath, "check", name],
      ...{ intervalSeconds: 300, retrySeconds: 60, timeoutSeconds: 10 },
      option: `${name}.maintenance`,
      runbook: `Open it by \`npm run site -- maintenance off ${name}\`, or by \`maintenance.active: false\` where the configuration has closed it.`,
    },
  ];
}
