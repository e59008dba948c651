import { z } from "zod";
import { HostOptions, hostname, secret } from "../host/index.ts";

const path = z.string().regex(/^(?:\/[\w.@:+-]+)+$/, {
  error: "must be an absolute path of plain characters, such as /srv/backups",
});

const machine = z.string().regex(/^[a-z][a-z0-9-]{0,30}$/, { error: "must be a machine's name" });

/** When something happens: what systemd's OnCalendar takes, without line breaks or anything that is not in it. */
const calendar = z.string().regex(/^[\w*][\w ,.:/~*-]{0,99}$/, {
  error: "must be an event of systemd's calendar, such as `*-*-* 02:30:00` (systemd.time(7))",
});

const key = (what: string) =>
  secret(/^[\x21-\x7e]{1,200}$/, `must be ${what}: printable characters without spaces`);

/** A directory of the machine itself, such as one on another disk. */
const LocalRepository = z.strictObject({
  path: path.describe("Where it lies; a directory of the machine's name is made in it."),
});

/** A machine of this stack. */
const MachineRepository = z.strictObject({
  name: machine.describe("The machine of this stack that keeps the copies of all others."),
  address: z
    .union([hostname, z.ipv4(), z.ipv6()], { error: "must be a host name or an IP address" })
    .optional()
    .describe("Where it answers as the other machines see it; as `hosts` says if absent."),
  path: path
    .default("/srv/backups")
    .describe("Where they lie there; root alone may write in the directories above it."),
});

/** A machine of somebody else that speaks SFTP. */
const SftpRepository = HostOptions.pick({ address: true, port: true, hostKey: true }).extend({
  hostKey: HostOptions.shape.hostKey.unwrap().describe("The public host key that it must show."),
  user: z
    .string()
    .regex(/^[A-Za-z_][\w.@-]*$/, { error: "must be a login" })
    .describe(
      "The login there; the machine's public key is in the output `copies`, to be authorized there.",
    ),
  path: path.describe("Where it lies there; a directory of the machine's name is made in it."),
});

/** A bucket of S3 or of a service that speaks its protocol. */
const S3Repository = z.strictObject({
  endpoint: z
    .string()
    .regex(/^https?:\/\/[\w.:-]+$/, { error: "must be an address such as https://s3.example.org" })
    .describe("The service."),
  bucket: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{2,62}$/, { error: "must be the name of a bucket" })
    .describe("The bucket, which must be there."),
  path: z
    .string()
    .regex(/^[\w.+-]+(?:\/[\w.+-]+)*$/, { error: "must be a path of plain characters" })
    .default("backups")
    .describe("The path in it, before the machine's name."),
  region: z
    .string()
    .regex(/^[a-z0-9-]{1,32}$/, { error: "must be a region" })
    .default("us-east-1")
    .describe("Its region."),
  keyId: key("the id of an access key").describe("The access key's id, encrypted."),
  secretKey: key("a secret access key").describe("The secret access key, encrypted."),
});

/** Where the copies go. */
const RepositoryOptions = z
  .strictObject({
    local: LocalRepository.optional(),
    machine: MachineRepository.optional(),
    sftp: SftpRepository.optional(),
    s3: S3Repository.optional(),
  })
  .refine((kinds) => Object.keys(kinds).length === 1, {
    error: "must be exactly one of local, machine, sftp and s3",
  });

const kept = (what: string, most: number) =>
  z.int().min(0).max(most).describe(`How many of the last ${what} that have a copy keep one.`);

/** What is kept of old copies; what was the last good one is kept in any case. */
const KeepOptions = z.strictObject({
  last: z.int().min(1).max(1000).default(3).describe("The newest copies, whenever made."),
  daily: kept("days", 1000).default(7),
  weekly: kept("weeks", 1000).default(5),
  monthly: kept("months", 1000).default(12),
  yearly: kept("years", 100).default(0),
});

/** The backups of all machines of the stack: each has a repository of its own in one place. */
export const BackupOptions = z.strictObject({
  repository: RepositoryOptions,
  password: secret(
    /^[\x21-\x7e]{16,200}$/,
    "must be 16 to 200 printable characters without spaces",
  ).describe(
    "What the repositories are encrypted with. Whoever loses it has lost the copies: see `escrow`.",
  ),
  escrow: machine
    .optional()
    .describe("A machine of this stack that keeps the password, too; not the one with the copies."),
  schedule: calendar
    .default("*-*-* 02:30:00")
    .describe("When copies are made, unless a service says otherwise (systemd.time(7))."),
  drill: calendar
    .default("Sun *-*-* 05:00:00")
    .describe("When the last copy is restored to another place and tried."),
  drillMaxDays: z.int().min(1).max(400).default(9).describe("How old the last drill may become."),
  readPercent: z
    .int()
    .min(1)
    .max(100)
    .default(5)
    .describe("How much of the repository a drill reads and compares with its checksums."),
  keep: KeepOptions.prefault({}),
  scratch: path
    .default("/var/tmp/platform-backup")
    .describe("Where copies are restored to be tried; it needs room for one."),
});

/** A validated section for backups. */
export type BackupOptions = z.output<typeof BackupOptions>;
