import { readFileSync } from "node:fs";
import { assignments } from "../../formats/shell.ts";
import { unitText } from "../../formats/systemd.ts";
import type { Check, ConfigFile } from "../host/index.ts";

/** What Icinga's machine is told of deployments by, and what looks after those that were broken off. */
export const deploymentProgram = "/usr/local/sbin/platform-deployments";

/** What has it look. */
export const deploymentTimer = "platform-deployments.timer";

const parts = ["api", "services", "downtimes", "records", "programs/platform-deployments"].map(
  (name) => new URL(`./${name}.sh`, import.meta.url),
);

const strict = `#!/bin/bash
set -euo pipefail
shopt -s inherit_errexit
umask 022
say() { printf '%s\\n' "$*"; }
fail() { say "$*" >&2; exit 1; }
`;

/** The program, with the values by which it speaks with Icinga and the service that it tells of, and its timer. */
export function deploymentFiles(
  values: Readonly<Record<string, string>>,
  service: string,
): ConfigFile[] {
  const known = assignments({ ...values, SERVICE: service });
  const program = [strict, known, ...parts.map((part) => readFileSync(part, "utf8"))].join("\n");
  const description = "Ends the downtimes of a deployment that was broken off";
  const unit = unitText({
    Unit: [["Description", description]],
    Service: [
      ["Type", "oneshot"],
      ["ExecStart", [deploymentProgram, "tend"]],
      ["TimeoutStartSec", "5min"],
    ],
  });
  const timer = unitText({
    Unit: [["Description", description]],
    Timer: [
      ["OnBootSec", "1min"],
      ["OnUnitInactiveSec", "1min"],
    ],
    Install: [["WantedBy", "timers.target"]],
  });
  const units = "/etc/systemd/system/platform-deployments";
  return [
    { path: deploymentProgram, content: program, mode: "0755" },
    { path: `${units}.service`, content: unit },
    { path: `${units}.timer`, content: timer },
  ];
}

/** What a stack's deployments are called in Icinga: names of checks have nothing but small letters, digits and dashes. */
export function deploymentService(stack: string): string {
  return `deploy-${stack.toLowerCase().replaceAll(/[^a-z0-9-]/g, "-")}`;
}

/** Tells how the last deployment of each of the stack's sites ended. */
export function deploymentCheck(component: string, host: string, stack: string): Check {
  return {
    name: deploymentService(stack),
    host,
    from: "inside",
    command: [deploymentProgram, "check"],
    ...{ intervalSeconds: 300, retrySeconds: 30, timeoutSeconds: 10 },
    runbook:
      "Run `pulumi up`: it tells what hinders the deployment, and when it ends well, this is green.",
    component,
    option: "monitoring",
  };
}
