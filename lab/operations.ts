import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CommandError, type Stack } from "@pulumi/pulumi/automation/index.js";
import { must } from "./process.ts";
import { labConfig, labDir, labHosts } from "./session.ts";
import { closingWords } from "./report.ts";

const color = process.stdout.isTTY && !process.env["NO_COLOR"] ? "always" : "never";

/** How the engine's words reach the person: as they come. */
const streams = {
  color,
  suppressOutputs: true, // they are for programs; people get the closing words
  onOutput: (text: string) => process.stdout.write(text),
  onError: (text: string) => process.stderr.write(text),
} as const;

/** The engine has refused or failed, and has said why on the terminal. */
export class EngineError extends Error {}

/** Applies the stack and says where to look. */
export async function up(stack: Stack): Promise<void> {
  const { outputs, summary } = await engine("up", () => stack.up(streams));
  const authority = outputs["authorityCertificate"]?.value as string;
  await writeFile(join(labDir, "ca.pem"), authority);
  const config = await labConfig();
  const result = {
    changes: summary.resourceChanges ?? {},
    urls: outputs["urls"]?.value as string[],
    hosts: labHosts(config),
    config,
    authority: ".lab/ca.pem",
  };
  console.log(closingWords(result));
}

/** Shows what `up` would change. */
export async function preview(stack: Stack): Promise<void> {
  await engine("preview", () => stack.preview({ ...streams, diff: true }));
}

/** Reads the real resources into the state. */
export async function refresh(stack: Stack): Promise<void> {
  await engine("refresh", () => stack.refresh(streams));
}

/** The part of an exported stack that is looked at. */
interface Checkpoint {
  readonly resources?: readonly { readonly urn: string; readonly protect?: boolean }[];
}

/** Destroys what is not protected; gives the protected resources that stay. */
export async function destroyUnprotected(stack: Stack): Promise<string[]> {
  await engine("destroy", () => stack.destroy({ ...streams, excludeProtected: true }));
  const { resources = [] } = (await stack.exportStack()).deployment as Checkpoint;
  return resources
    .filter(({ protect }) => protect === true)
    .map(({ urn }) => {
      const [types = "", name = ""] = urn.split("::").slice(-2);
      return `${types.split("$").at(-1) ?? types} ${name}`;
    });
}

/** Destroys everything in the stack, protected or not. */
export async function destroyAll(stack: Stack): Promise<void> {
  const where = ["--stack", stack.name, "--cwd", stack.workspace.workDir];
  await must("pulumi", ["state", "unprotect", "--all", "--yes", ...where], {
    env: stack.workspace.envVars,
  });
  await engine("destroy", () => stack.destroy(streams));
}

/** The engine's own words were shown as they came; the SDK's error repeats all of them. */
async function engine<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    throw new EngineError(`${what} has failed; the reason stands above`, { cause: error });
  }
}
