import type { Backup, Check } from "../host/index.ts";
import { program } from "./files.ts";

/** What is watched of every backup, and what to do when it is not green. */
const watched = {
  age: [
    900,
    "Read `journalctl -u platform-backup-<name>` on the machine, then `npm run backup -- run`.",
  ],
  size: [3600, "See what became of the data; the copies before it are kept."],
  verified: [
    3600,
    "Read `journalctl -u platform-drill-<name>`; nothing is pruned until a drill succeeds.",
  ],
  space: [900, "Make room where the copies lie, or where they are tried, before the next run."],
  reachable: [
    900,
    "See that the machine or the service with the copies is up; the next run tries again.",
  ],
} as const;

/** How the backups of a machine want to be watched. */
export function backupChecks(component: string, host: string, backups: readonly Backup[]): Check[] {
  return backups.flatMap(({ name }) =>
    Object.entries(watched).map(([what, [intervalSeconds, runbook]]) => ({
      name: `backup-${name}-${what}`,
      host,
      from: "inside",
      command: [program, "check", name, what],
      ...{ intervalSeconds, retrySeconds: 60, timeoutSeconds: 30 },
      runbook: runbook.replace("<name>", name),
      component,
      option: "backups",
    })),
  );
}
