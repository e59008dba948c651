import type { Check, Host, Site } from "../host/index.ts";

/** How nginx itself wants to be watched. What all sites need is looked at more often than they are. */
export function nginxCheck(component: string, host: Host): Check {
  return {
    ...{ name: "nginx", host: host.name, from: "inside", component },
    command: ["check_tcp", "-H", "127.0.0.1", "-p", "443", "-t", "5", "-w", "1", "-c", "5"],
    ...{ intervalSeconds: 20, retrySeconds: 10, timeoutSeconds: 10 },
    option: `hosts.${host.name}.nginx`,
    runbook:
      "Read `nginx -t` and `journalctl -u nginx` on the machine; it serves no site meanwhile.",
  };
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
