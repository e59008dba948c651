import { readFileSync } from "node:fs";
import { timedUnits } from "../../formats/systemd.ts";
import type { Check, ConfigFile } from "../host/index.ts";

/** What compares a machine with how the platform left it, and tells what was found. */
export const driftProgram = "/usr/local/sbin/platform-drift";

/** What has it compare. */
export const driftTimer = "platform-drift.timer";

/** The program and its timer. It waits for a change that is under way, and compares soon after the machine was started. */
export function driftFiles(): ConfigFile[] {
  const source = new URL("./programs/platform-drift.sh", import.meta.url);
  const waiting = [
    "/usr/bin/flock",
    "--shared",
    "--wait",
    "900",
    "/var/lib/platform/lock",
  ] as const;
  return [
    { path: driftProgram, content: readFileSync(source, "utf8"), mode: "0755" },
    ...timedUnits("platform-drift", {
      description: "Looks what was changed by hand of what the platform keeps",
      service: [
        ["ExecStart", [...waiting, driftProgram, "compare"]],
        ["Nice", "10"],
        ["IOSchedulingClass", "idle"],
      ],
      timer: [
        ["OnBootSec", "1min"],
        ["OnActiveSec", "10s"], // a new machine is not unknown until its next turn
        ["AccuracySec", "10s"],
        ["OnUnitActiveSec", "15min"],
      ],
    }),
  ];
}

/** Watches that a machine is as the platform left it. */
export function driftCheck(component: string, host: string): Check {
  return {
    name: "drift",
    host,
    from: "inside",
    command: [driftProgram, "check"],
    ...{ intervalSeconds: 300, retrySeconds: 60, timeoutSeconds: 10 },
    runbook:
      "See in `pulumi preview` what was changed, carry it over into the configuration or let `pulumi up` put it right.",
    component,
    option: "monitoring",
  };
}
