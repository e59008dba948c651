import { randomBytes } from "node:crypto";
import { existsSync, globSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { LocalWorkspace, type PulumiFn, type Stack } from "@pulumi/pulumi/automation/index.js";
import { parse, stringify } from "yaml";
import { must } from "./process.ts";
import { say } from "./progress.ts";
import { labProject, labStack, missingSecrets } from "./project.ts";
import type { Config, Project, StackFile } from "./project.ts";
import type { Toolchain } from "./toolchain/index.ts";

/** A stack to run in-process, on state and secrets of its own. */
export interface StackSpec {
  /** Holds `project/`, `state/` and `passphrase`. */
  readonly folder: string;
  readonly stack: string;
  /** The folder of the committed `Pulumi.yaml`. */
  readonly root: string;
  /** The committed stack file's path. */
  readonly committed: string;
  /** Configuration that only the caller knows; it wins over the committed one. */
  readonly known: Config;
  /** Where secrets stand that get a random value when there is none. */
  readonly secrets: readonly (readonly [string, ...string[]])[];
  readonly program: PulumiFn;
  readonly toolchain: Toolchain;
  /** Added to the engine's environment: the agent's socket. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Opens a stack, made when it is not there: writes its project and stack file, and gives each
 * secret that is missing a random value once, kept encrypted in the stack file. The caller must be
 * the only one who works on the stack.
 */
export async function openStack(spec: StackSpec): Promise<Stack> {
  const { stack: stackName, program } = spec;
  const workDir = join(spec.folder, "project");
  const state = join(spec.folder, "state");
  for (const folder of [workDir, state]) await mkdir(folder, { recursive: true, mode: 0o700 });
  const committed = await readYaml<Project>(join(spec.root, "Pulumi.yaml"));
  const project = labProject(committed, spec.root, `file://${state}`, spec.toolchain.providers);
  await writeYaml(join(workDir, "Pulumi.yaml"), project);
  const stackPath = join(workDir, `Pulumi.${stackName}.yaml`);
  const earlier = existsSync(stackPath) ? await readYaml<StackFile>(stackPath) : undefined;
  const settings = labStack(await readYaml<StackFile>(spec.committed), spec.known, earlier);
  await writeYaml(stackPath, settings);

  const envVars = { ...(await engineEnvironment(spec)), ...spec.env };
  process.env["PATH"] = envVars.PATH; // the Automation API looks for the CLI there
  delete process.env["PULUMI_CONFIG_PASSPHRASE"]; // the operator's own would win over the file
  const stack = await LocalWorkspace.createOrSelectStack(
    { stackName, projectName: project.name, program },
    { workDir, pulumiHome: spec.toolchain.home, envVars },
  );
  for (const key of missingSecrets(settings, spec.secrets)) {
    const where = ["--stack", stackName, "--cwd", workDir];
    const value = randomBytes(18).toString("base64url");
    const args = ["config", "set", ...where, "--secret", "--path", key];
    await must("pulumi", args, { env: envVars, input: value }); // never on a command line
  }
  await releaseStale(stack, state);
  return stack;
}

/** Takes away the engine's own lock, for the caller is the only one here: its holder was killed. */
async function releaseStale(stack: Stack, state: string): Promise<void> {
  const locks = join(state, ".pulumi/locks");
  if (!existsSync(locks) || globSync("**/*.json", { cwd: locks }).length === 0) return;
  say("• an earlier run was killed and has left Pulumi's lock: taking it away");
  await stack.cancel();
}

/** The engine's environment for a stack, without the agent. */
async function engineEnvironment({ folder, toolchain }: StackSpec) {
  const path = [toolchain.cli, dirname(process.execPath), process.env["PATH"] ?? ""];
  return {
    PATH: path.join(delimiter),
    PULUMI_HOME: toolchain.home,
    PULUMI_CONFIG_PASSPHRASE_FILE: await passphraseFile(folder),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true", // the project file names all of them
  };
}

async function passphraseFile(folder: string): Promise<string> {
  const path = join(folder, "passphrase");
  if (!existsSync(path)) {
    await writeFile(path, `${randomBytes(24).toString("base64url")}\n`, { mode: 0o600 });
  }
  return path;
}

async function readYaml<T>(path: string): Promise<T> {
  return parse(await readFile(path, "utf8")) as T;
}

async function writeYaml(path: string, value: unknown): Promise<void> {
  await writeFile(path, stringify(value), { mode: 0o600 });
}
