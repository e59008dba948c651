import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Who works in a lab: enough to tell a living process from another with its old number. */
interface Holder {
  readonly pid: number;
  /** When it started, in the kernel's ticks since boot. */
  readonly started: string;
  readonly command: string;
  readonly since: string;
}

/**
 * Runs `work` as the only one in this lab. Refuses, and says who works there, when another
 * command does; a lock whose process is gone counts for nothing.
 */
export async function withLock<T>(
  labDir: string,
  command: string,
  work: () => Promise<T>,
): Promise<T> {
  const path = join(labDir, "lock");
  await mkdir(labDir, { recursive: true, mode: 0o700 });
  const holder = await read(path);
  if (holder) {
    if ((await startOf(holder.pid)) === holder.started) {
      throw new Error(
        `this lab is in use: \`${holder.command}\` runs since ${holder.since} as process ` +
          `${holder.pid}. Wait until it has ended, or end it: kill -INT ${holder.pid}`,
      );
    }
    await rm(path, { force: true });
  }
  const started = (await startOf(process.pid)) ?? "";
  const own: Holder = { pid: process.pid, started, command, since: new Date().toISOString() };
  await writeFile(path, `${JSON.stringify(own)}\n`, { flag: "wx", mode: 0o600 }).catch(
    (error: unknown) => {
      throw new Error("this lab is in use: another command has just begun", { cause: error });
    },
  );
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

async function read(path: string): Promise<Holder | undefined> {
  const text = await readFile(path, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as Holder;
  } catch {
    return { pid: 0, started: "", command: "", since: "" }; // half written by a killed process
  }
}

async function startOf(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  // The name in parentheses may hold anything; the start is the 20th field after it.
  return stat?.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
}
