import type { Check, Host, Site } from "../host/index.ts";

/** How a site wants to be watched: by the machine itself, and from outside through its public name. */
export function siteChecks(component: string, host: Host, { name, hostname }: Site): Check[] {
  const times = { intervalSeconds: 60, retrySeconds: 15, timeoutSeconds: 15 };
  const from = { host: host.name, component, option: `hosts.${host.name}.nginx`, site: name };
  const limits = ["-S", "--sni", "-t", "10", "-w", "2", "-c", "5"];
  return [
    {
      ...{ name: `site-${name}`, from: "inside", ...from, ...times },
      command: ["check_http", "-H", hostname, "-I", "127.0.0.1", ...limits],
      runbook:
        "A 503 is the offline page: look at the application; no answer at all: `systemctl status nginx`.",
    },
    {
      ...{ name: `site-${name}-outside`, from: "outside", ...from, ...times },
      command: ["check_http", "-H", hostname, ...limits],
      runbook: `When the machine itself is content with the site, see what stands before it: the name ${hostname} in the DNS, firewalls, the network.`,
    },
  ];
}
