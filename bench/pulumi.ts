import { rm } from "node:fs/promises";
import { join } from "node:path";
import * as command from "@pulumi/command";
import type { EngineEvent, PulumiFn } from "@pulumi/pulumi/automation/index.js";
import { ConfigSet, Packages, Unit, type Host } from "../components/host/index.ts";
import type { Machine } from "../lab/machines.ts";
import { openStack } from "../lab/stack.ts";
import type { Toolchain } from "../lab/toolchain/index.ts";
import { labDir, root } from "./lab.ts";
import { limitSeconds } from "./peer.ts";
import { type Resources, resources } from "./resources.ts";
import { type Changes, counted, type Tool, type Wanted } from "./tool.ts";

/** Registers the resources of one machine; their names begin with that of the machine. */
type Register = (machine: Machine, resources: Resources) => void;

/** As this project does it: all of them are read before each preview and each `up`. */
export const here: Register = (machine, { files, ...others }) => {
  const host = packagesAndUnits(machine, others);
  for (const file of files) new ConfigSet(`${host.name}${file.path}`, { host, files: [file] });
};

/** The same, but that the files stand or fall together: 5 resources of Pulumi's that are read just as closely. */
export const together: Register = (machine, { directory, files, ...others }) => {
  const host = packagesAndUnits(machine, others);
  new ConfigSet(`${host.name}${directory}`, { host, files });
};

function packagesAndUnits(
  machine: Machine,
  { packages, units }: Pick<Resources, "packages" | "units">,
): Host {
  const { name, address, port, hostKey, instance } = machine;
  const login = { user: "root", release: "bookworm" } as const;
  const host: Host = { name, address, port, hostKey, instance, ...login };
  for (const one of packages) new Packages(`${name}/${one}`, { host, packages: [one] });
  for (const unit of units) new Unit(`${name}/${unit}`, { host, unit, ready: ["true"] });
  return host;
}

/** The same as plain commands, which nobody reads. */
export const commands: Register = (machine, { packages, units, directory, files }) => {
  const { name, address, port, hostKey } = machine;
  const run = (what: string, create: string, stdin?: string) =>
    new command.remote.Command(name + what, {
      connection: { host: address, port, user: "root", hostKey },
      create,
      stdin,
      logging: "none",
      addPreviousOutputInEnv: false,
    });
  const install = "apt-get -qq -o DPkg::Lock::Timeout=60 install";
  for (const one of packages) run(`/${one}`, `${install} ${one} >/dev/null`);
  for (const unit of units) run(`/${unit}`, `systemctl enable -q --now ${unit}`);
  for (const { path, content } of files)
    run(path, `mkdir -p ${directory} && cat >${path}`, content);
};

/** A stack of its own, made anew, whose program registers the resources in this very process. */
export async function pulumiTool(
  name: string,
  register: Register,
  { reads, ...given }: { reads: boolean; toolchain: Toolchain; env: Record<string, string> },
): Promise<Tool> {
  let wanted: Wanted = { machines: [], edition: 0 };
  const program: PulumiFn = () => {
    for (const machine of wanted.machines) register(machine, resources(name, wanted.edition));
    return Promise.resolve();
  };
  const folder = join(labDir, `truth-${name}`);
  await rm(folder, { recursive: true, force: true });
  const committed = join(root, "stacks/Pulumi.lab.yaml");
  const own = { folder, stack: "lab", root, committed, known: {}, secrets: [], program };
  const stack = await openStack({ ...own, ...given });

  const told = async (next: Wanted, verb: "preview" | "up", parallel?: number) => {
    wanted = next;
    const changed: string[] = [];
    const onEvent = (event: EngineEvent) => changed.push(...changedBy(event));
    const signal = AbortSignal.timeout(limitSeconds * 1000);
    await stack[verb]({ color: "never", onEvent, signal, ...(parallel ? { parallel } : {}) });
    return counted(changed);
  };
  return {
    name,
    reads,
    look: (next): Promise<Changes> => told(next, "preview"),
    // Each command dials anew, and sshd drops some of more than ten at a time (MaxStartups in sshd_config(5)).
    apply: (next) => told(next, "up", reads ? undefined : 4 * next.machines.length),
  };
}

/** What an event says is changed: a file where it names one, else the resource, without its machine. */
function changedBy({ resourcePreEvent }: EngineEvent): string[] {
  const { op = "same", urn = "", type = "", detailedDiff } = resourcePreEvent?.metadata ?? {};
  if (!/^(?:create|update|replace|delete)$/.test(op) || type.startsWith("pulumi:")) return [];
  const fields = Object.keys(detailedDiff ?? {});
  const files = fields.flatMap((field) => /^files\["(.+?)"\]/.exec(field)?.[1] ?? []);
  const resource = (urn.split("::").at(-1) ?? urn).replace(/^host-\d+/, "");
  return files.length > 0 ? [...new Set(files)] : [resource];
}
