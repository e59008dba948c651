import { spawn } from "node:child_process";
import { existsSync, openSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ensureProgram, findProgram } from "./packages.ts";
import { lastLines, must, run, type RunOptions } from "./process.ts";
import { say, step } from "./progress.ts";

const startSeconds = 60;

/** Runs the docker client and gives its output; refuses with its message when it fails. */
export function docker(args: readonly string[], options?: RunOptions): Promise<string> {
  return must("docker", args, options);
}

/** The value of a Go template over a Docker object; undefined when there is no such object. */
export async function inspect(
  kind: "container" | "image",
  name: string,
  format: string,
): Promise<string | undefined> {
  const { code, stdout, stderr } = await run("docker", [
    kind,
    "inspect",
    `--format=${format}`,
    name,
  ]);
  if (code === 0) return stdout.trim();
  if (/no such/i.test(stderr)) return undefined;
  throw new Error(`docker ${kind} inspect ${name}: ${stderr.trim()}`);
}

/**
 * Makes sure that a Docker daemon answers: one that runs is used; else root gets Debian's
 * engine, started by systemd or, where no service manager runs, by this program. It is never
 * stopped. Refuses, with what to do, when there is none and the operator is not root.
 */
export async function ensureDocker(labDir: string): Promise<void> {
  const problem = await unreachable();
  if (problem === undefined) return;
  if (process.getuid?.() !== 0) throw new Error(adviceWithoutRoot(problem));
  await ensureProgram("dockerd", ["docker.io", "iptables"]);
  await ensureProgram("iptables", ["iptables"]);
  await ensureProgram("docker", ["docker-cli"]); // its own package from trixie on
  if ((await unreachable()) === undefined) return; // the package has started it
  if (existsSync("/run/systemd/system")) {
    await must("systemctl", ["enable", "--now", "docker.service"]);
    if (!(await answersWithin(startSeconds))) {
      throw new Error("Docker was started, but does not answer. See: journalctl -u docker");
    }
    return;
  }
  await step("starting dockerd, for no service manager runs here", "some seconds", () =>
    startDaemon(join(labDir, "dockerd.log")),
  );
}

/** Why no daemon answers; undefined when one does. */
async function unreachable(): Promise<string | undefined> {
  if (!(await findProgram("docker"))) return "there is no docker command";
  const { code, stderr } = await run("docker", ["version", "--format={{.Server.Version}}"], {
    seconds: 20,
  });
  return code === 0 ? undefined : stderr.trim() || "the daemon does not answer";
}

/** What somebody who is not root can do about it. */
export function adviceWithoutRoot(problem: string): string {
  const remedy = /permission denied/i.test(problem)
    ? "Docker runs, but this user may not use it. As root: usermod -aG docker <user>, then log in\n" +
      "again (the group is as powerful as root)."
    : "As root: apt-get install docker.io iptables,\n" +
      "usermod -aG docker <user>, then log in again (the group is as powerful as root).\n" +
      "Or run this command as root: it then installs and starts Docker itself.";
  return `The lab needs Docker Engine: ${problem}\n${remedy}`;
}

async function startDaemon(log: string): Promise<void> {
  await mkdir(join(log, ".."), { recursive: true });
  const output = openSync(log, "a");
  const path = (await findProgram("dockerd")) ?? "dockerd";
  const daemon = spawn(path, [], {
    detached: true,
    stdio: ["ignore", output, output],
    env: { ...process.env, PATH: `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin` },
  });
  daemon.unref();
  if (!(await answersWithin(startSeconds))) {
    const words = lastLines(await readFile(log, "utf8"), 15);
    throw new Error(`dockerd does not answer. The end of ${log}:\n${words}`);
  }
  say(`  it stays for later runs as process ${daemon.pid ?? "?"}; its log is ${log}`);
}

async function answersWithin(seconds: number): Promise<boolean> {
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) {
    if ((await unreachable()) === undefined) return true;
    await sleep(500);
  }
  return false;
}
