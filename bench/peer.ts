import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lastLines, run, type RunOptions } from "../lab/process.ts";
import { resources } from "./resources.ts";
import type { Wanted } from "./tool.ts";

/** Where the data of the peers lies: playbook, deploy, inventory. */
export const peersFolder = join(import.meta.dirname, "peers");

/** Seconds after which any command of a benchmark is given up. */
export const limitSeconds = 1800;

/** Runs `work` with a folder for what the peers are told; it goes afterwards. Its path is short: sockets lie there. */
export async function withPeerFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "bench-"));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Writes what a peer reads: the machines, their pinned keys, and the resources. */
export async function brief(folder: string, tool: string, { machines, edition }: Wanted) {
  const pins = machines.map(({ address, hostKey }) => `${address} ${hostKey}\n`);
  const hosts: Record<string, object> = {};
  for (const { name, address } of machines) hosts[name] = { ansible_host: address };
  const all = { vars: { ansible_user: "root" }, hosts };
  await writeFile(join(folder, "known_hosts"), pins.join(""));
  await writeFile(join(folder, "inventory.json"), JSON.stringify({ all }));
  await writeFile(join(folder, `${tool}.json`), JSON.stringify(resources(tool, edition)));
}

/** Runs a peer and gives all that it printed; throws its last words when it fails or takes too long. */
export async function runPeer(program: string, args: readonly string[], options: RunOptions) {
  const { code, stdout, stderr } = await run(program, args, { ...options, seconds: limitSeconds });
  if (code === 0) return stdout + stderr;
  throw new Error(`${program} ended with ${code}:\n${lastLines(stdout + stderr, 20)}`);
}
