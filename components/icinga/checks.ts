import { readFileSync } from "node:fs";
import type { Check, ConfigFile, Host } from "../host/index.ts";
import { bracketed } from "./node.ts";
import { systemChecks } from "./system.ts";

/** The plugin that looks whether Icinga runs with what it has on the disk. */
const configPlugin = "/usr/local/lib/platform/check-icinga-config";

/** What the machine that monitors has to run besides Debian's plugins. */
export function masterPlugins(): ConfigFile[] {
  const source = new URL("./programs/check-icinga-config.sh", import.meta.url);
  return [{ path: configPlugin, content: readFileSync(source, "utf8"), mode: "0755" }];
}

/** How the machine that monitors wants to be watched by itself, besides what all are watched for. */
export function masterChecks(component: string, host: string, listen: string): Check[] {
  return [
    {
      name: "icinga-config",
      host,
      from: "inside",
      command: [configPlugin, host, bracketed(listen)],
      ...{ intervalSeconds: 900, retrySeconds: 60, timeoutSeconds: 120 },
      runbook:
        "Repair what it names, then run `pulumi up`: until then, Icinga goes on with what it had.",
      component,
      option: "monitoring",
    },
  ];
}

/** How every machine wants to be watched, whatever runs on it. Icinga there answers at `listen`. */
export function machineChecks(component: string, host: string, listen: string): Check[] {
  const from = { host, from: "inside", component, option: "monitoring" } as const;
  const times = { intervalSeconds: 300, retrySeconds: 60, timeoutSeconds: 15 };
  const left = ["-w", "15%", "-c", "8%", "-W", "15%", "-K", "8%"];
  return [
    {
      ...{ name: "disk", ...from, ...times },
      // Docker's mounts are of the same file systems, and not for nagios to look into.
      command: [
        "check_disk",
        ...["-t", "10", "-l", ...left, "-A", "-X", "tmpfs", "-X", "devtmpfs"],
        ...["-i", "^/(dev|proc|run|sys|var/lib/docker)(/|$)"],
      ],
      runbook: "Make room: `du -xhd1 / | sort -h` on the machine shows where it went.",
    },
    {
      ...{ name: "load", ...from, ...times },
      command: ["check_load", "-r", "-w", "4,3,2", "-c", "8,6,4"],
      runbook: "See in `top` on the machine what it is busy with; the numbers are per processor.",
    },
    ...systemChecks(component, host),
    certificateCheck(component, host, listen),
  ];
}

/**
 * How a machine that others are to reach wants to be watched by the one that monitors. Not where its address is only known
 * when it has been made, where a bastion stands before it, or where the address is one of its own computer alone.
 */
export function reachedChecks(component: string, host: Host): Check[] {
  const { name, address, port, bastion } = host;
  if (typeof address !== "string" || bastion || /^(?:127\.|::1$)/.test(address)) return [];
  const from = { host: name, from: "outside", component, option: `hosts.${name}` } as const;
  return [
    {
      ...{ name: "ssh", ...from },
      command: ["check_ssh", "-t", "10", "-p", String(port), address],
      ...{ intervalSeconds: 60, retrySeconds: 15, timeoutSeconds: 15 },
      runbook:
        "See whether the machine runs and what stands before it; without SSH, nobody can put anything right there.",
    },
    {
      // How long a connection takes, for pings are kept out by many networks.
      ...{ name: "latency", ...from, needs: "ssh" },
      command: ["check_tcp", "-H", address, "-p", String(port), "-t", "10", "-w", "1", "-c", "5"],
      ...{ intervalSeconds: 300, retrySeconds: 60, timeoutSeconds: 15 },
      runbook:
        "See by `mtr` from the machine that monitors where the time goes; what is seen from outside is slow, too.",
    },
  ];
}

/** Watches how long the certificate is good by which Icinga's machines know this one. */
function certificateCheck(component: string, host: string, listen: string): Check {
  return {
    name: "icinga-certificate",
    host,
    from: "inside",
    command: ["check_http", "-I", listen, "-p", "5665", "-S", "-t", "10", "-C", "45,14"],
    ...{ intervalSeconds: 3600, retrySeconds: 60, timeoutSeconds: 15 },
    runbook:
      "Run `pulumi up`: it renews the certificates by which Icinga's machines know each other.",
    component,
    option: "monitoring",
  };
}
