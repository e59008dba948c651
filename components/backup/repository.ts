import type { Argv, ShellValue } from "../../formats/shell.ts";
import { destination, type Login, pinnedOptions } from "../../formats/ssh.ts";
import type { BackupOptions } from "./options.ts";

/** Where settings and secrets of the backups lie on a machine; secrets in files that only root reads. */
export const directory = "/etc/platform-backup";

/** A place that is reached by SFTP, and where the repository lies there. */
export interface SftpPlace extends Login {
  readonly path: string;
}

/** What programs are to know of a repository, as shell variables; no secret is among them. */
export type RepositoryValues = Readonly<Record<string, ShellValue>>;

/** A repository in a directory of the machine itself. */
export function localValues(path: string, host: string): RepositoryValues {
  const at = `${path}/${host}`;
  return { REPOSITORY: at, PLACE: at, OPTIONS: [], SFTP: [], SFTP_PATH: "" };
}

/**
 * A repository that is reached by SFTP, with the machine's own key and a pinned host key. restic takes the whole
 * command of ssh as one option; it splits words at spaces outside of quotes, as a shell does.
 */
export function sftpValues(place: SftpPlace): RepositoryValues {
  const { user, address, port, path } = place;
  const pinned = pinnedOptions(place.hostKey, {
    IdentityFile: `${directory}/ssh-key`,
    IdentitiesOnly: "yes",
    IdentityAgent: "none",
  });
  const connect = ["ssh", ...pinned, "-s", ...destination({ user, address, port }), "sftp"];
  const bracketed = address.includes(":") ? `[${address}]` : address;
  return {
    REPOSITORY: `sftp:${user}@${bracketed}:${path}`,
    PLACE: `${path} on ${user}@${bracketed}`,
    OPTIONS: ["-o", `sftp.command=${connect.map(resticWord).join(" ")}`],
    SFTP: ["sftp", "-q", ...pinned, "-b", "-", "-P", String(port), `${user}@${bracketed}`],
    SFTP_PATH: path,
  };
}

/** A repository in a bucket. */
export function s3Values(
  { endpoint, bucket, path, region }: NonNullable<BackupOptions["repository"]["s3"]>,
  host: string,
): RepositoryValues {
  const at = `${endpoint}/${bucket}/${path}/${host}`;
  const options = ["-o", `s3.region=${region}`];
  return { REPOSITORY: `s3:${at}`, PLACE: at, OPTIONS: options, SFTP: [], SFTP_PATH: "" };
}

/** restic knows no escapes inside single quotes; refuses the one character that they cannot hold. */
function resticWord(text: string): string {
  if (text.includes("'")) throw new RangeError(`restic cannot be given ${JSON.stringify(text)}`);
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text}'`;
}

/** What is kept of old copies, as `restic forget` takes it (restic's manual, "Removing backup snapshots"). */
export function keepArguments(keep: BackupOptions["keep"]): Argv {
  const rest = (["daily", "weekly", "monthly", "yearly"] as const)
    .filter((unit) => keep[unit] > 0)
    .flatMap((unit) => [`--keep-${unit}`, String(keep[unit])]);
  return ["--keep-last", String(keep.last), ...rest];
}

/** The credentials of S3 in the form of AWS's own programs, which restic reads, too. */
export function credentialsText(keyId: string, secretKey: string): string {
  return `[default]\naws_access_key_id = ${keyId}\naws_secret_access_key = ${secretKey}\n`;
}

/** What is kept for the day when the machine and the stack's own secrets are gone. */
export function escrowText(
  host: string,
  { REPOSITORY }: RepositoryValues,
  secrets: Readonly<Record<string, string>>,
): string {
  const lines = Object.entries(secrets).map(([name, value]) => `${name}: ${value}`);
  return [`Copies of ${host}, by restic`, `repository: ${String(REPOSITORY)}`, ...lines, ""].join(
    "\n",
  );
}
