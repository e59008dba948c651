import type { Check } from "../host/index.ts";

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
    certificateCheck(component, host, listen),
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
