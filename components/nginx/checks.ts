import { readFileSync } from "node:fs";
import type { Check, ConfigFile, Host, Site } from "../host/index.ts";

/** What tells how many of its connections nginx uses. */
const plugin = "/usr/local/lib/platform/check-nginx";

/** That plugin, of the platform's own. */
export function nginxPlugin(): ConfigFile & { readonly content: string } {
  const source = new URL("../../services/checks/check-nginx.sh", import.meta.url);
  return { path: plugin, content: readFileSync(source, "utf8"), mode: "0755" };
}

/** How nginx itself wants to be watched. What all sites need is looked at more often than they are. */
export function nginxChecks(component: string, host: Host): Check[] {
  const from = { host: host.name, from: "inside", component } as const;
  const option = `hosts.${host.name}.nginx`;
  return [
    {
      ...{ name: "nginx", ...from, option },
      command: ["check_tcp", "-H", "127.0.0.1", "-p", "443", "-t", "5", "-w", "1", "-c", "5"],
      ...{ intervalSeconds: 20, retrySeconds: 10, timeoutSeconds: 10 },
      runbook:
        "Read `nginx -t` and `journalctl -u nginx` on the machine; it serves no site meanwhile.",
    },
    {
      ...{ name: "nginx-connections", ...from, option, needs: "nginx" },
      command: [plugin, "--timeout", "5", "-w", "70", "-c", "90"],
      ...{ intervalSeconds: 60, retrySeconds: 15, timeoutSeconds: 10 },
      runbook:
        "Raise `worker_connections` in /etc/nginx/nginx.conf, and restart nginx, which then counts anew; /var/log/nginx tells who it is that comes.",
    },
  ];
}

/** How a site wants to be watched: by the machine itself, and from outside through its public name. */
export function siteChecks(component: string, host: Host, { name, hostname }: Site): Check[] {
  const times = { retrySeconds: 15, timeoutSeconds: 15 };
  const from = { host: host.name, component, option: `hosts.${host.name}.nginx`, site: name };
  const limits = ["-S", "--sni", "-t", "10", "-w", "2", "-c", "5"];
  return [
    {
      // What speaks for the same application needs it, so it is looked at before that is sure.
      ...{ name: `site-${name}`, from: "inside", ...from, ...times, intervalSeconds: 20 },
      needs: "nginx",
      command: ["check_http", "-H", hostname, "-I", "127.0.0.1", ...limits],
      runbook:
        "A 503 is the offline page: look at the application; no answer at all: `systemctl status nginx`.",
    },
    {
      ...{ name: `site-${name}-outside`, from: "outside", ...from, ...times, intervalSeconds: 60 },
      needs: `site-${name}`,
      command: ["check_http", "-H", hostname, ...limits],
      runbook: `When the machine itself is content with the site, see what stands before it: the name ${hostname} in the DNS, firewalls, the network.`,
    },
  ];
}
