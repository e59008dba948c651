import { join } from "node:path";
import { CommandError, type Stack } from "@pulumi/pulumi/automation/index.js";
import program from "../../index.ts";
import { ensureStandinImage } from "../../lab/standin-image.ts";
import { openStack } from "../../lab/stack.ts";
import { ensureToolchain } from "../../lab/toolchain/index.ts";
import { heldAgent } from "./agent.ts";
import { testLab, testMachine, type TestMachine } from "./machine.ts";
import { rm } from "node:fs/promises";

/** Values of the secrets; looked for everywhere they must not be. */
export const canaries = ["canary-engine-user", "canary-engine-password"] as const;

/** The lab stack on a machine of its own, under the real engine. */
export interface EngineStack {
  readonly stack: Stack;
  readonly machine: TestMachine;
  /** Everything that the engine printed, of all operations. */
  readonly printed: () => string;
  /** Applies the stack; gives what happened to how many resources. */
  readonly up: (how?: { refresh?: boolean }) => Promise<Record<string, number>>;
  /** Applies the stack, which must fail; gives what the engine printed. */
  readonly failingUp: () => Promise<string>;
  /** What a preview says would happen to how many resources. */
  readonly preview: (how?: { refresh?: boolean }) => Promise<Record<string, number>>;
  /** Sets an option by its path, such as `forum.language`. */
  readonly set: (path: string, value: string) => Promise<void>;
  /** Takes an option away. */
  readonly unset: (path: string) => Promise<void>;
}

/** Opens the lab stack with fresh state on the machine of that name; ends with the test file. */
export async function engineStack(name: string): Promise<EngineStack> {
  const root = join(import.meta.dirname, "../..");
  const folder = join(testLab, name);
  await rm(folder, { recursive: true, force: true });
  const toolchain = await ensureToolchain();
  console.log(`toolchain: ${toolchain.description}`);
  const image = await ensureStandinImage(testLab);
  const machine = await testMachine(name);
  const { address, port, hostKey, instance } = machine;
  const agent = await heldAgent();
  const stack = await openStack({
    folder,
    stack: "lab",
    root,
    committed: join(root, "stacks/Pulumi.lab.yaml"),
    known: {
      "platform:hosts": { forum: { address, port, hostKey, instance } },
      "platform:forum": { image },
    },
    secrets: [],
    program,
    toolchain,
    env: agent,
  });
  let text = "";
  const options = {
    onOutput: (more: string) => (text += more),
    onError: (more: string) => (text += more),
    suppressOutputs: true,
    color: "never",
  } as const;
  const set = (path: string, value: string) => stack.setConfig(`platform:${path}`, { value }, true);
  for (const [index, field] of ["user", "password"].entries()) {
    const value = canaries[index] ?? "";
    await stack.setConfig(`platform:forum.smtp.${field}`, { value, secret: true }, true);
  }
  return {
    stack,
    machine,
    printed: () => text,
    up: async (how) => (await stack.up({ ...options, ...how })).summary.resourceChanges ?? {},
    failingUp: async () => {
      const before = text.length;
      const failed = await stack.up(options).then(
        () => false,
        (error: unknown) => error instanceof CommandError,
      );
      if (!failed) throw new Error(`up should have failed:\n${text.slice(before)}`);
      return text.slice(before);
    },
    preview: async (how) => (await stack.preview({ ...options, ...how })).changeSummary,
    set,
    unset: (path) => stack.removeConfig(`platform:${path}`, true),
  };
}
