import { readFileSync } from "node:fs";
import { assignments } from "../../formats/shell.ts";
import { timedUnits } from "../../formats/systemd.ts";
import type { Backup, ConfigFile } from "../host/index.ts";
import type { BackupOptions } from "./options.ts";
import { directory, keepArguments, type RepositoryValues } from "./repository.ts";

/** The program that people, timers and checks run. */
export const program = "/usr/local/sbin/platform-backup";

const library = "/usr/local/lib/platform/backup";
const parts = [
  ...["common", "repository", "judge", "run", "verify"],
  ...["restore", "status", "check", "check-place"],
];

/** The programs that are put on a machine as they are. */
function programFiles(): ConfigFile[] {
  const text = (name: string) =>
    readFileSync(new URL(`./programs/${name}.sh`, import.meta.url), "utf8");
  return [
    { path: program, content: text("platform-backup"), mode: "0755" },
    ...parts.map((name) => ({ path: `${library}/${name}.sh`, content: text(name) })),
  ];
}

/** The settings that all backups of a machine have in common; no secret is among them. */
export function settingsText(
  host: string,
  options: BackupOptions,
  repository: RepositoryValues,
): string {
  return assignments({
    ...repository,
    HOST: host,
    KEEP: keepArguments(options.keep),
    READ_PERCENT: String(options.readPercent),
    REACH_SECONDS: "90",
    SCRATCH: options.scratch,
    VERIFIED_DAYS: String(options.drillMaxDays),
  });
}

/** Programs, what is backed up, and units; all that does not depend on the repository. */
export function plainFiles(backups: readonly Backup[], options: BackupOptions): ConfigFile[] {
  return [
    ...programFiles(),
    ...backups.map((backup) => ({
      path: `${directory}/backups/${backup.name}.conf`,
      content: backupText(backup),
    })),
    ...backups.flatMap((backup) => [
      ...timed(`platform-backup-${backup.name}`, backup.schedule ?? options.schedule, {
        description: `Backup of ${backup.name}`,
        verb: ["run", backup.name, "--wait"],
      }),
      ...timed(`platform-drill-${backup.name}`, options.drill, {
        description: `Trial restore of ${backup.name}`,
        verb: ["verify", backup.name, "--wait"],
      }),
    ]),
    ...timed("platform-backup-probe", "hourly", {
      description: "Asks the repository of the backups",
      verb: ["probe-all"],
    }),
  ];
}

/** All calendar events of a machine's backups. */
export function calendars(backups: readonly Backup[], options: BackupOptions): string[] {
  const given = backups.map(({ schedule }) => schedule ?? options.schedule);
  return [...new Set([...given, options.drill])];
}

/** Timers of a machine's backups by what they are for, as `Unit` starts them. */
export function timers(backups: readonly Backup[]): Readonly<Record<string, string>> {
  return {
    ...Object.fromEntries(
      backups.flatMap(({ name }) => [
        [`${name}-timer`, `platform-backup-${name}.timer`],
        [`${name}-drill`, `platform-drill-${name}.timer`],
      ]),
    ),
    probe: "platform-backup-probe.timer",
  };
}

function backupText(backup: Backup): string {
  return assignments({
    NAME: backup.name,
    PATHS: backup.paths,
    PREPARE: backup.prepare ?? [],
    VERIFY: backup.verify,
    RUNNING: backup.running,
    RESTORE: backup.restore,
    MAX_AGE_HOURS: String(backup.maxAgeHours),
    MIN_FILES: String(backup.least.files),
    MIN_BYTES: String(backup.least.bytes),
  });
}

interface Job {
  readonly description: string;
  readonly verb: readonly [string, ...string[]];
}

/** What a timer starts at its time; one that was missed is made up for. */
function timed(name: string, when: string, { description, verb }: Job): ConfigFile[] {
  return timedUnits(name, {
    description,
    unit: [
      ["Wants", "network-online.target"],
      ["After", "network-online.target"],
    ],
    service: [
      ["ExecStart", [program, ...verb]],
      ["Nice", "10"],
      ["IOSchedulingClass", "idle"],
      ["TimeoutStartSec", "23h"],
    ],
    timer: [
      ["OnCalendar", when],
      ["Persistent", "true"],
    ],
  });
}
