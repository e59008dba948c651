import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { assignments, type ShellValue } from "../../formats/shell.ts";

/** What a script does: makes it so, undoes it, or tells how it is. */
export type Verb = "apply" | "remove" | "look";

/** Seconds that a script may wait for the host's lock; prelude.sh has the same number. */
export const lockSeconds = 300;

/**
 * The constant command line of a verb. Values never stand in it, since it is in process lists and in errors.
 * The login shell only starts a clean bash, so nothing of a profile takes part; who is not root needs sudo
 * without a password. `timeoutSeconds` come on top of those that it may wait for the host's lock.
 */
export function remoteCommand(verb: Verb, timeoutSeconds: number, user: string): string {
  return (
    `exec ${user === "root" ? "" : "sudo -n -- "}` +
    `env -i HOME=/root LC_ALL=C.UTF-8 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin ` +
    `timeout --kill-after=30 ${timeoutSeconds + lockSeconds} bash -s -- ${verb}`
  );
}

const texts = new Map<string, string>();

function textOf(file: URL): string {
  const text = texts.get(file.href) ?? readFileSync(file, "utf8");
  texts.set(file.href, text);
  return text;
}

/**
 * The text on stdin: assignments, prelude, script. `CONTENT_ID` is the digest of all the rest; the host keeps
 * it only keyed with a secret of its own.
 */
export function scriptText(
  files: readonly URL[],
  values: Readonly<Record<string, ShellValue>>,
): string {
  const prelude = new URL("./prelude.sh", import.meta.url);
  const text = assignments(values) + [prelude, ...files].map(textOf).join("\n");
  const id = createHash("sha256").update(text).digest("hex");
  return assignments({ CONTENT_ID: id }) + text;
}
