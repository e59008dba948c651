import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ensureProgram } from "../../lab/packages.ts";
import { must } from "../../lab/process.ts";
import { testLab, type TestMachine } from "./machine.ts";

const requirements = new URL("s3-requirements.txt", import.meta.url);
const port = 5984;

/** Moto in a virtual environment of Python; it stays for the next run. */
async function ensureMoto(): Promise<string> {
  const venv = join(testLab, "moto");
  const stamp = join(venv, "requirements.txt");
  const wanted = await readFile(requirements, "utf8");
  const found = existsSync(stamp) ? await readFile(stamp, "utf8") : "";
  if (found !== wanted) {
    await ensureProgram("python3", ["python3", "python3-venv"]);
    await rm(venv, { recursive: true, force: true });
    await must("python3", ["-m", "venv", venv]);
    const install = ["-m", "pip", "install", "--quiet", "--no-deps", "--requirement"];
    await must(join(venv, "bin/python3"), [...install, requirements.pathname]);
    await writeFile(stamp, wanted);
  }
  return join(venv, "bin/moto_server");
}

/** S3 by moto: on loopback here, and by a tunnel on the loopback of a machine. */
export interface S3 {
  readonly endpoint: string;
  /** Ends it; what it held is gone. */
  stop(): Promise<void>;
}

/** Starts it with one empty bucket, `copies`. */
export async function startS3(machine: TestMachine): Promise<S3> {
  const endpoint = `http://127.0.0.1:${port}`;
  const server = spawn(await ensureMoto(), ["-H", "127.0.0.1", "-p", String(port)], {
    stdio: "ignore",
  });
  const [ssh, ...args] = machine.ssh;
  const way = `${port}:127.0.0.1:${port}`;
  const tunnel = spawn(ssh, ["-N", "-o", "ExitOnForwardFailure=yes", "-R", way, ...args], {
    stdio: "ignore",
  });
  const stop = async () => {
    for (const child of [tunnel, server]) await end(child);
  };
  for (let tries = 0; ; tries++) {
    const made = await fetch(`${endpoint}/copies`, { method: "PUT" }).catch(() => undefined);
    if (made?.ok === true) break;
    if (tries > 150) {
      await stop();
      throw new Error("moto does not answer");
    }
    await sleep(200);
  }
  await machine.waitUntilSucceeds(`timeout 2 bash -c '</dev/tcp/127.0.0.1/${port}'`);
  return { endpoint, stop };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = once(child, "exit");
  child.kill();
  await ended;
}
