import type { LabHost } from "./session.ts";
import type { Config } from "./project.ts";

/** What the closing words of `up` are made of. */
export interface Result {
  /** How many resources were created, updated and so on, as the engine counts them. */
  readonly changes: Readonly<Record<string, number>>;
  readonly urls: readonly string[];
  readonly hosts: readonly LabHost[];
  readonly config: Config;
  /** The path of the lab's certificate authority, as a person would write it. */
  readonly authority: string;
}

/** Says what changed, for example `2 created, 1 updated`, or `no changes`. */
export function changeLine(changes: Readonly<Record<string, number>>): string {
  const words: Record<string, string> = {
    create: "created",
    update: "updated",
    delete: "deleted",
    replace: "replaced",
  };
  const parts = Object.entries(words).flatMap(([operation, word]) => {
    const count = changes[operation] ?? 0;
    return count > 0 ? [`${count} ${word}`] : [];
  });
  return parts.join(", ") || "no changes";
}

/** The closing words of `up`: where the sites are, and how to look at them. */
export function closingWords({ changes, urls, hosts, config, authority }: Result): string {
  const sites = urls.map((url) => {
    const { hostname } = new URL(url);
    return { url, hostname, address: addressOf(hostname, hosts, config) };
  });
  const names = sites.map(({ hostname, address }) => `${address} ${hostname}`);
  return `
The lab is up: ${changeLine(changes)}.

${sites.map(({ url, address }) => `  ${url} (on ${address})`).join("\n")}

Look at it:
${sites.map(({ url, hostname, address }) => `  curl --cacert ${authority} --resolve ${hostname}:443:${address} ${url}`).join("\n")}

In a browser on this computer: name the machine, then let the browser trust the lab's
certificate authority (Firefox: Settings, Certificates, Authorities, Import ${authority}).
${names.map((line) => `  echo '${line}' | sudo tee -a /etc/hosts`).join("\n")}

Log in on a machine: npm run lab -- ssh ${hosts[0]?.name ?? "<host>"}
Take it down:        npm run lab -- destroy`;
}

/** The address of the machine that a site is on: its section of the configuration names it. */
function addressOf(hostname: string, hosts: readonly LabHost[], config: Config): string {
  const sections = Object.values(config) as ({ hostname?: unknown; host?: unknown } | null)[];
  const section = sections.find((candidate) => candidate?.hostname === hostname);
  return (hosts.find(({ name }) => name === section?.host) ?? hosts[0])?.address ?? "unknown";
}
