import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { spawnSsh, type SshResult, type SshRunner } from "./ssh.ts";

/** Where a command runs, as the inputs have it once Check has filled in the defaults. */
export interface Connection {
  host: string;
  port: number;
  user: string;
  hostKey: string | undefined;
  privateKey: string | undefined;
  /** How many failed dials are forgiven; -1 for any number. */
  dialErrorLimit: number;
  /** Seconds; 0 waits for as long as it takes. */
  perDialTimeout: number;
}

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
    const options = sshOptions(connection, command, connected);
    if (connection.privateKey !== undefined) {
      const identity = join(directory, "identity");
      await writeFile(identity, `${connection.privateKey.trimEnd()}\n`, { mode: 0o600 });
      options.push("-i", identity);
    }
    const { user, host, port } = connection;
    const args = [...options, "-p", String(port), "-l", user, "--", host, command.command];
    for (let dials = 1, wait = backoff.first; ; dials += 1) {
      const result = await runner({ args, ...command, signal });
      if (result.status !== 255 || (await exists(connected))) return outcome(command, result);
      const limit = connection.dialErrorLimit;
      if (limit >= 0 && dials > limit) {
        throw new Error(`after ${limit} failed attempts: ${lastLine(result.stderr)}`);
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

/** OpenSSH ends with the reason; before it may stand pages of warnings. */
function lastLine(printed: string): string {
  return printed.trim().split("\n").at(-1)?.trim() ?? "";
}

/** No configuration of the operator's counts. The local command tells a dial from a command. */
function sshOptions(connection: Connection, { environment }: RemoteCommand, connected: string) {
  const settings = {
    BatchMode: "yes",
    ClearAllForwardings: "yes",
    ControlPath: "none",
    GlobalKnownHostsFile: "/dev/null",
    LocalCommand: `: > '${connected}'`,
    LogLevel: "ERROR",
    PermitLocalCommand: "yes",
    UserKnownHostsFile: "/dev/null",
    ...(connection.perDialTimeout > 0 ? { ConnectTimeout: connection.perDialTimeout } : {}),
    ...hostKeySettings(connection.hostKey),
  };
  return [
    ...["-F", "none", "-T"],
    ...Object.entries(settings).flatMap(([name, value]) => ["-o", `${name}=${value}`]),
    ...Object.keys(environment).flatMap((name) => ["-o", `SendEnv=${name}`]),
  ];
}

/** Like the real provider: a host key is pinned, with its algorithm; without one any key will do. */
function hostKeySettings(hostKey: string | undefined): Record<string, string> {
  if (hostKey === undefined) return { StrictHostKeyChecking: "no" };
  const [type, key] = hostKey.trim().split(/\s+/);
  if (!type || !key || !/^[a-z0-9@.-]+$/.test(type) || !/^[A-Za-z0-9+/=]+$/.test(key)) {
    throw new Error("failed to parse host key: connection.hostKey has to be `type key`");
  }
  return {
    HostKeyAlgorithms: type,
    KnownHostsCommand: `/bin/echo %H ${type} ${key}`,
    StrictHostKeyChecking: "yes",
  };
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
