import { rm } from "node:fs/promises";
import { join } from "node:path";
import { CommandError, type PulumiFn, type Stack } from "@pulumi/pulumi/automation/index.js";
import program from "../../index.ts";
import type { Config } from "../../lab/project.ts";
import { ensureStandinImage } from "../../lab/standin-image.ts";
import { openStack } from "../../lab/stack.ts";
import { ensureToolchain } from "../../lab/toolchain/index.ts";
import { heldAgent } from "./agent.ts";
import { testLab, testMachine, type TestMachine } from "./machine.ts";

/** Values of the secrets; looked for everywhere they must not be. */
export const canaries = ["canary-engine-user", "canary-engine-password"] as const;

/** What may be asked of an operation. */
export interface How {
  readonly refresh?: boolean;
  /** Shows every field. */
  readonly diff?: boolean;
  readonly continueOnError?: boolean;
  /** URNs of resources to make anew. */
  readonly replace?: string[];
}

/** A stack under the real engine. */
export interface EngineRun {
  readonly stack: Stack;
  /** Everything that the engine printed, of all operations. */
  readonly printed: () => string;
  /** What the engine printed while the work went on. */
  readonly during: (work: () => Promise<unknown>) => Promise<string>;
  /** Applies the stack; gives what happened to how many resources. */
  readonly up: (how?: How) => Promise<Record<string, number>>;
  /** Applies the stack, which must fail; gives what the engine printed. */
  readonly failingUp: (how?: How) => Promise<string>;
  /** What a preview says would happen to how many resources. */
  readonly preview: (how?: How) => Promise<Record<string, number>>;
}

/** The lab stack on a machine of its own, under the real engine. */
export interface EngineStack extends EngineRun {
  readonly machine: TestMachine;
  /** Sets an option by its path, such as `forum.language`. */
  readonly set: (path: string, value: string) => Promise<void>;
  /** Takes an option away. */
  readonly unset: (path: string) => Promise<void>;
}

/** Asks a page of the lab's forum on its machine itself, by its name and with the stack's authority; prints the page, then the status. */
export const request =
  "curl -sS --max-time 10 -w '%{http_code}' --resolve forum.lab.test:443:127.0.0.1 --cacert /run/ca.pem " +
  "https://forum.lab.test/latest.json";

/** The status that the lab's forum answers on its machine itself. */
export async function siteStatus(stack: Stack, machine: TestMachine): Promise<string> {
  const { authorityCertificate } = await stack.outputs();
  await machine.succeed("cat > /run/ca.pem", String(authorityCertificate?.value));
  return (await machine.succeed(request)).slice(-3);
}

/** Where the state and project of a test's stack lie; its machines' folders are beside all of them. */
export function stackFolder(name: string): string {
  return join(testLab, "stacks", name);
}

/**
 * Opens a stack of any program with fresh state; `env` is added to the engine's environment, `committed` is the stack file that
 * a person has written.
 */
export async function programStack(
  name: string,
  work: PulumiFn,
  known: Config = {},
  env: Readonly<Record<string, string>> = {},
  committed = "stacks/Pulumi.lab.yaml",
): Promise<EngineRun> {
  const root = join(import.meta.dirname, "../..");
  const folder = stackFolder(name);
  await rm(folder, { recursive: true, force: true });
  const toolchain = await ensureToolchain();
  console.log(`toolchain: ${toolchain.description}`);
  const stack = await openStack({
    folder,
    stack: "lab",
    root,
    committed: join(root, committed),
    known,
    secrets: [],
    program: work,
    toolchain,
    env: { ...(await heldAgent()), ...env },
  });
  return verbs(stack);
}

/** Opens the lab stack with fresh state on the machine of that name; ends with the test file. */
export async function engineStack(name: string): Promise<EngineStack> {
  const image = await ensureStandinImage(testLab);
  const machine = await testMachine(name);
  const { address, port, hostKey, instance } = machine;
  const opened = await programStack(name, program, {
    "platform:hosts": { forum: { address, port, hostKey, instance } },
    "platform:forum": { image },
  });
  const { stack } = opened;
  for (const [index, field] of ["user", "password"].entries()) {
    const value = canaries[index] ?? "";
    await stack.setConfig(`platform:forum.smtp.${field}`, { value, secret: true }, true);
  }
  return {
    ...opened,
    machine,
    set: (path, value) => stack.setConfig(`platform:${path}`, { value }, true),
    unset: (path) => stack.removeConfig(`platform:${path}`, true),
  };
}

function verbs(stack: Stack): EngineRun {
  let text = "";
  const options = {
    onOutput: (more: string) => (text += more),
    onError: (more: string) => (text += more),
    suppressOutputs: true,
    color: "never",
  } as const;
  const during = async (work: () => Promise<unknown>) => {
    const before = text.length;
    await work();
    return text.slice(before);
  };
  return {
    stack,
    printed: () => text,
    during,
    up: async (how) => (await stack.up({ ...options, ...how })).summary.resourceChanges ?? {},
    failingUp: (how) =>
      during(async () => {
        const failed = await stack.up({ ...options, ...how }).then(
          () => false,
          (error: unknown) => error instanceof CommandError,
        );
        if (!failed) throw new Error(`up should have failed:\n${text}`);
      }),
    preview: async (how) => (await stack.preview({ ...options, ...how })).changeSummary,
  };
}
