import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type Connection, sshOptions } from "./options.ts";
import { spawnSsh, type SshResult, type SshRunner } from "./ssh.ts";

/** A command for the login shell of the remote user. */
export interface RemoteCommand {
  command: string;
  stdin: string;
  /** Sent as SSH environment requests, which a server may ignore. */
  environment: Record<string, string>;
}

/** What a command printed, each stream without its last newline. */
export interface Output {
  stdout: string;
  stderr: string;
}

/** Milliseconds: the first pause between dials, its growth, and its end. */
const backoff = { first: 100, factor: 1.5, longest: 5000 };

/** Runs a command, dialling again until the limit; a failed command is an error with its output. */
export async function runRemote(
  connection: Connection,
  command: RemoteCommand,
  signal: AbortSignal,
  runner: SshRunner = spawnSsh,
): Promise<Output> {
  const directory = await mkdtemp(join(tmpdir(), "stand-in-command-"));
  try {
    const connected = join(directory, "connected");
    const options = sshOptions(connection, Object.keys(command.environment), connected);
    if (connection.privateKey !== undefined) {
      const identity = join(directory, "identity");
      await writeFile(identity, `${connection.privateKey.trimEnd()}\n`, { mode: 0o600 });
      options.push("-i", identity);
    }
    const { user, host, port, proxy } = connection;
    const args = [...options, "-p", String(port), "-l", user, "--", host, command.command];
    const failed = { proxy: 0, machine: 0 };
    for (let wait = backoff.first; ;) {
      const result = await runner({ args, ...command, signal });
      if (result.status !== 255 || (await exists(connected))) return outcome(command, result);
      const one = proxy && !beyondProxy(result.stderr) ? "proxy" : "machine";
      const limit = one === "proxy" && proxy ? proxy.dialErrorLimit : connection.dialErrorLimit;
      if (limit >= 0 && ++failed[one] > limit) {
        const word = proxy ? "proxy: " : ""; // the real one says so whichever of the two has failed
        throw new Error(`${word}after ${limit} failed attempts: ${lastReason(result.stderr)}`);
      }
      await pause(wait, undefined, { signal });
      wait = Math.min(wait * backoff.factor, backoff.longest);
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function outcome({ command }: RemoteCommand, { status, stdout, stderr, both }: SshResult): Output {
  if (status !== 0) {
    const text = JSON.stringify(command);
    throw new Error(`Process exited with status ${status}: running ${text}:\n${both}`);
  }
  return { stdout: stdout.replace(/\n$/, ""), stderr: stderr.replace(/\n$/, "") };
}

/** What ssh says when the one of the proxy has ended, and that one when the machine was not reached. */
const cutOff =
  /^(?:kex_exchange_identification: .*|Connection closed by UNKNOWN port \d+|stdio forwarding failed)$/;

/** Whether a failed dial has got past the proxy. */
function beyondProxy(printed: string): boolean {
  return /: open failed: connect failed/.test(printed) || !/ UNKNOWN port \d+\s*$/.test(printed);
}

/** OpenSSH ends with the reason; before it may stand pages of warnings. */
function lastReason(printed: string): string {
  const lines = printed
    .trim()
    .split("\n")
    .map((line) => line.trim());
  return lines.findLast((line) => !cutOff.test(line)) ?? lines.at(-1) ?? "";
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
