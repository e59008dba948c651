import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { randomBytes } from "node:crypto";
import { lstat, mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import { destination, pinnedOptions, type Reach, throughBastion } from "../formats/ssh.ts";

/** How a command on the host ended, and what it printed. */
export interface Ran {
  /** Its exit status; 255 also when the link was lost. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** One SSH connection on which any number of commands run side by side. */
export interface Connection {
  /** Runs a command of the login shell to its end; `stdin` is all that it can read. */
  run(command: string, stdin: string): Promise<Ran>;
  alive(): boolean;
  /** After a command that failed: why the link was lost, or undefined when it was not. */
  lost(): Promise<string | undefined>;
  close(): void;
}

/** Opens a connection or throws what OpenSSH says; the signal ends the attempt, not what came of it. */
export type Open = (reach: Reach, signal: AbortSignal) => Promise<Connection>;

/** The master's own session ends with this process, however that ends: its stdin is a pipe of ours. */
const hold = "exec cat >/dev/null";

/** ssh itself says so when the link stands; the far side's shell would take a round trip, and may print a banner. */
const greeted = { PermitLocalCommand: "yes", LocalCommand: "echo platform-ready" };

/**
 * Opens a connection by a master of OpenSSH; each command is a session on its socket (ssh_config(5),
 * ControlMaster). `docs/decisions/0009` says why it is not a library.
 */
export const openConnection: Open = async (reach, signal) => {
  const socket = join(await socketFolder(), randomBytes(6).toString("hex"));
  const control = { ControlMaster: "yes", ControlPath: socket, ControlPersist: "no", ...greeted };
  const where = destination(reach);
  const options = pinnedOptions(reach.hostKey, { ...control, ...throughBastion(reach.bastion) });
  const master = ssh([...options, "-T", ...where, hold]);
  const ended = finished(master);
  const { promise: cancelled, resolve: cancel } = Promise.withResolvers<Ran>();
  const stop = () => {
    master.kill(); // a bastion's ssh may outlive it by some seconds, and is not waited for
    cancel({ code: 255, stdout: "", stderr: "the run was cancelled" });
  };
  signal.addEventListener("abort", stop);
  const ready = await Promise.race([ended, cancelled, greeting(master.stdout)]);
  signal.removeEventListener("abort", stop);
  if (ready !== undefined) throw new Error(ready.stderr.trim() || "ssh ended without a word");
  let alive = true;
  master.once("exit", () => (alive = false));
  const reason = ended.then(({ stderr }) => lossIn(stderr) || "the other side went away");
  // No second connection is ever made: without its master a session ends at once.
  const session = pinnedOptions(reach.hostKey, { ControlPath: socket, ProxyCommand: "false" });
  return {
    alive: () => alive,
    // Its sessions learn of it some milliseconds before the master does.
    lost: () => Promise.race([reason, pause(300, undefined)]),
    close: () => {
      master.stdin.end();
    },
    run: (command, stdin) => {
      const child = ssh([...session, "-T", ...where, command]);
      child.stdin.on("error", () => undefined); // a command may end without reading all of it
      child.stdin.end(stdin);
      return finished(child);
    },
  };
};

/**
 * One folder a user for the sockets, which OpenSSH itself takes away. Not one a run: the engine ends plugins
 * without a word, and it would stay. A path of a socket may have 107 bytes (unix(7)).
 */
async function socketFolder(): Promise<string> {
  const uid = process.getuid?.() ?? 0;
  const folder = join(tmpdir(), `platform-ssh-${uid}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const found = await lstat(folder);
  if (!found.isDirectory() || found.uid !== uid || (found.mode & 0o77) !== 0) {
    throw new Error(`${folder} is not a folder of yours alone: remove it, then run again`);
  }
  return folder;
}

type Ssh = ChildProcessByStdio<Writable, Readable, Readable>;

/** The OpenSSH client, with nothing of this process's environment that it can do without. */
function ssh(args: readonly string[]): Ssh {
  const { PATH, HOME, SSH_AUTH_SOCK } = process.env;
  return spawn("ssh", args, { env: { PATH, HOME, SSH_AUTH_SOCK }, stdio: "pipe" });
}

async function finished(child: Ssh): Promise<Ran> {
  const texts = [child.stdout, child.stderr].map(async (stream) => {
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString();
  });
  const [code] = (await once(child, "close")) as [number | null];
  const [stdout = "", stderr = ""] = await Promise.all(texts);
  return { code: code ?? 255, stdout, stderr };
}

/** Why a link was lost: who did not respond, or what OpenSSH said at last; its lines end in CR and LF. */
export function lossIn(said: string): string {
  const lines = said.trim().split(/\r?\n/);
  // A bastion's ssh says it first, and that of the machine then misses its pipe.
  return (lines.find((line) => line.startsWith("Timeout, ")) ?? lines.at(-1) ?? "").trim();
}

async function greeting(stdout: Readable): Promise<undefined> {
  let said = "";
  return new Promise((resolve) => {
    stdout.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes("platform-ready\n")) resolve(undefined);
    });
  });
}
