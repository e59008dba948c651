import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { assignments, type ShellValue } from "../../formats/shell.ts";

/** What a script does: makes it so, undoes it, or tells how it is; `result` and `forget` are of a run that was begun before. */
export type Verb = "apply" | "remove" | "look" | "result" | "forget";

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
  const before = ["boot.sh", "prelude.sh"].map((name) => new URL(`./${name}`, import.meta.url));
  const text = assignments(values) + [...before, ...files].map(textOf).join("\n");
  const id = createHash("sha256").update(text).digest("hex");
  return assignments({ CONTENT_ID: id }) + text;
}

/** Seconds that a unit of systemd may need to end a script, besides the script's own and those of its way back. */
const endSeconds = 60;

/** A run on a host that does not end with the connection, how to ask again how it went, and how to have that forgotten. */
export type DetachedRun = Readonly<
  Record<"begin" | "result" | "forget", { readonly command: string; readonly text: string }>
>;

/** What a session is sent so that a script's text runs as a unit of systemd, under the id `run`; detached.sh does it. */
export function detachedRun(
  run: string,
  verb: "apply" | "remove",
  text: string,
  timeoutSeconds: number,
  user: string,
  backSeconds = 120,
): DetachedRun {
  const launcher = textOf(new URL("./detached.sh", import.meta.url));
  const allSeconds = timeoutSeconds + backSeconds + endSeconds;
  const command = (word: Verb) => remoteCommand(word, allSeconds, user);
  const limit = String(timeoutSeconds + lockSeconds);
  const bytes = String(Buffer.byteLength(text));
  const values = { RUN: run, BYTES: bytes, LIMIT: limit, BACK_SECONDS: String(backSeconds) };
  const later = (word: Verb) => ({
    command: command(word),
    text: assignments({ RUN: run }) + launcher,
  });
  return {
    begin: { command: command(verb), text: assignments(values) + launcher + text },
    result: later("result"),
    forget: later("forget"),
  };
}
