import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { parse } from "yaml";
import { inventedSecrets } from "../stacks/secrets.ts";
import { ensureDocker } from "./docker.ts";
import { withAgent } from "./identity.ts";
import type { Release } from "./images/apt.ts";
import { startMachine, type Machine } from "./machines.ts";
import { say } from "./progress.ts";
import type { Config, StackFile } from "./project.ts";
import { ensureStandinImage, imagesFolder } from "./standin-image.ts";
import { ensureToolchain } from "./toolchain/index.ts";

/** The folder of the project. */
export const root = join(import.meta.dirname, "..");

/** Where the lab keeps what it generates; ignored by git, and safe to delete after `destroy --all`. */
export const labDir = join(root, ".lab");

const committed = join(root, "stacks/Pulumi.lab.yaml");
const secrets = inventedSecrets.map(
  ([section, ...fields]) => [`platform:${section}`, ...fields] as const,
);

/** A host as the lab's stack file names it, with what the lab adds. */
export interface LabHost {
  readonly name: string;
  readonly address: string;
  readonly release: Release;
}

/** The committed configuration of the lab. */
export async function labConfig(): Promise<Config> {
  return (parse(await readFile(committed, "utf8")) as StackFile).config ?? {};
}

/** The machines that a configuration asks for; one without an address gets the next of the lab's. */
export function labHosts(config: Config): LabHost[] {
  const hosts = (config["platform:hosts"] ?? {}) as Record<string, Partial<LabHost> | null>;
  return Object.entries(hosts).map(([name, host], index) => ({
    name,
    address: host?.address ?? `127.80.0.${11 + index}`,
    release: host?.release ?? "bookworm",
  }));
}

/** Makes sure that all machines of the lab run. */
async function startMachines(hosts: readonly LabHost[]): Promise<Machine[]> {
  const machines: Machine[] = [];
  const images = imagesFolder(labDir);
  for (const host of hosts) machines.push(await startMachine({ ...host, labDir, images }));
  return machines;
}

/**
 * Does the set-up that the stack needs, and works with the open stack. Without `program`, for
 * work on what the state holds, no image is made.
 */
export async function withStack<T>(
  { program }: { readonly program: boolean },
  work: (stack: Stack) => Promise<T>,
): Promise<T> {
  const hosts = labHosts(await labConfig());
  await ensureDocker(labDir);
  const forum = program ? { "platform:forum": { image: await ensureStandinImage(labDir) } } : {};
  const known = { "platform:hosts": reached(hosts, await startMachines(hosts)), ...forum };
  const toolchain = await ensureToolchain();
  say(`✓ toolchain: ${toolchain.description}`);
  // Only now, because they load the whole Pulumi SDK, which takes a second.
  const { openStack } = await import("./stack.ts");
  const { default: platform } = await import("../index.ts");
  const own = { folder: labDir, stack: "lab", root, committed, known, secrets };
  return withAgent(labDir, async (env) =>
    work(await openStack({ ...own, program: platform, toolchain, env })),
  );
}

/** What the lab knows of its machines, as the configuration wants it. */
function reached(hosts: readonly LabHost[], machines: readonly Machine[]) {
  return Object.fromEntries(
    machines.map(({ name, address, port, hostKey, instance }, index) => [
      name,
      { address, port, hostKey, instance, release: hosts[index]?.release },
    ]),
  );
}
