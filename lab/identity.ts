import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pinnedOptions } from "../formats/ssh.ts";
import { ensureProgram } from "./packages.ts";
import { must } from "./process.ts";

/** A key pair of ssh on this machine. */
export interface KeyPair {
  /** The private key's path; the public one lies beside it. */
  readonly path: string;
  /** The public key without a comment: `ssh-ed25519 AAAA…`. */
  readonly publicKey: string;
}

/** The operator's key for all machines of a lab; made when it is not there. */
export function operatorKey(labDir: string): Promise<KeyPair> {
  return ensureKey(join(labDir, "ssh/id_ed25519"), "platform-lab");
}

/** The host key of one machine of a lab; made when it is not there. */
export function hostKey(labDir: string, machine: string): Promise<KeyPair> {
  return ensureKey(join(machineFolder(labDir, machine), "ssh_host_ed25519_key"), machine);
}

/** The folder of a lab that holds what belongs to one machine. */
export function machineFolder(labDir: string, machine: string): string {
  return join(labDir, "machines", machine);
}

async function ensureKey(path: string, comment: string): Promise<KeyPair> {
  if (!existsSync(path)) {
    await ensureProgram("ssh-keygen", ["openssh-client"]);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await must("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", path]);
  }
  await chmod(path, 0o600);
  const [type = "", key = ""] = (await readFile(`${path}.pub`, "utf8")).split(/\s+/);
  return { path, publicKey: `${type} ${key}` };
}

/**
 * Runs `work` with an ssh-agent that holds this lab's key and no other, so that neither state
 * nor programs see a path of a key. The agent ends with the work, however that ends.
 */
export async function withAgent<T>(
  labDir: string,
  work: (env: { readonly SSH_AUTH_SOCK: string }) => Promise<T>,
): Promise<T> {
  const { path } = await operatorKey(labDir);
  await ensureProgram("ssh-agent", ["openssh-client"]);
  // OpenSSH puts its control sockets there (ControlPath=%d/.ssh/…) and does not make the folder.
  await mkdir(join(homedir(), ".ssh"), { recursive: true, mode: 0o700 });
  const folder = await mkdtemp(join(tmpdir(), "lab-")); // short: a socket's path has 107 bytes
  const env = { SSH_AUTH_SOCK: join(folder, "agent") };
  const agent = await startAgent(env.SSH_AUTH_SOCK);
  try {
    await must("ssh-add", ["-q", path], { env });
    return await work(env);
  } finally {
    agent.end();
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Starts an agent around a `cat` that reads from us, so that it ends when we are killed, too,
 * but not on a Ctrl-C: what that interrupts still has to end in order.
 */
async function startAgent(socket: string): Promise<{ end: () => void }> {
  const script = 'trap "" INT; echo "$SSH_AGENT_PID"; exec cat';
  const child = spawn("ssh-agent", ["-a", socket, "sh", "-c", script], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const [answer] = (await Promise.race([
    once(child.stdout, "data"),
    once(child, "exit").then(([code]) => {
      throw new Error(`ssh-agent ended at once with ${String(code)}`);
    }),
  ])) as [Buffer];
  const pid = Number(answer.toString());
  return {
    end: () => {
      child.stdin.end();
      process.kill(pid);
    },
  };
}

/** The arguments of ssh that log in as root on a pinned host with one key. */
export function sshArguments(
  host: { readonly address: string; readonly port: number; readonly hostKey: string },
  key: string,
): string[] {
  const identity = ["-i", key, "-o", "IdentitiesOnly=yes"];
  const options = pinnedOptions(host.hostKey, { ConnectTimeout: "10" });
  return [...options, ...identity, "-p", String(host.port), `root@${host.address}`];
}
