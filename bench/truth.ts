import { rm } from "node:fs/promises";
import { join } from "node:path";
import * as command from "@pulumi/command";
import type { PulumiFn, Stack } from "@pulumi/pulumi/automation/index.js";
import { ConfigSet, Packages, Unit, type Host } from "../components/host/index.ts";
import { withAgent } from "../lab/identity.ts";
import { removeMachine, startMachine, type Machine } from "../lab/machines.ts";
import { openStack } from "../lab/stack.ts";
import { imagesFolder } from "../lab/standin-image.ts";
import { ensureToolchain } from "../lab/toolchain/index.ts";
import { inTurn, report } from "./measure.ts";

const root = join(import.meta.dirname, "..");
const labDir = join(root, ".lab/bench");
const runs = 7;

const files = Array.from({ length: 26 }, (_, index) => ({
  path: `/etc/bench/${index}.conf`,
  content: `# file ${index}\n${"key = value\n".repeat(40)}`,
}));
const packages = ["curl", "openssl"];
const units = ["systemd-journald.service", "ssh.service"];

/** 30 resources that are read before each preview. */
function ours(machine: Machine): PulumiFn {
  return () => {
    const { name, address, port, hostKey, instance } = machine;
    const host: Host = {
      name,
      address,
      port,
      user: "root",
      hostKey,
      instance,
      release: "bookworm",
    };
    for (const one of packages) new Packages(one, { host, packages: [one] });
    for (const unit of units) new Unit(unit, { host, unit, ready: ["true"] });
    for (const file of files) new ConfigSet(file.path, { host, files: [file] });
    return Promise.resolve();
  };
}

/** The same as commands, which nobody reads. */
function plain({ address, port, hostKey }: Machine): PulumiFn {
  return () => {
    const run = (name: string, create: string, stdin?: string) =>
      new command.remote.Command(name, {
        connection: { host: address, port, user: "root", hostKey },
        create,
        stdin,
        logging: "none",
        addPreviousOutputInEnv: false,
      });
    for (const one of packages) run(one, `apt-get -qq install ${one} >/dev/null`);
    for (const unit of units) run(unit, `systemctl enable -q --now ${unit}`);
    for (const { path, content } of files)
      run(path, `mkdir -p /etc/bench && cat >${path}`, content);
    return Promise.resolve();
  };
}

/** A preview that reads 30 resources on one machine, beside one of as many commands that reads nothing. */
export async function truth(): Promise<void> {
  const toolchain = await ensureToolchain();
  const images = imagesFolder(labDir);
  const spec = { name: "truth", address: "127.82.0.12", labDir, images, prefix: "platform-bench" };
  await removeMachine(spec);
  const machine = await startMachine(spec);
  try {
    await withAgent(labDir, async (env) => {
      const open = async (name: string, program: PulumiFn): Promise<Stack> => {
        const folder = join(labDir, `truth-${name}`);
        await rm(folder, { recursive: true, force: true });
        const committed = join(root, "stacks/Pulumi.lab.yaml");
        const own = { folder, stack: "lab", root, committed, known: {}, secrets: [] };
        return openStack({ ...own, program, toolchain, env });
      };
      const [here, commands] = [
        await open("here", ours(machine)),
        await open("plain", plain(machine)),
      ];
      const silent = { color: "never" } as const;
      await here.up(silent);
      await commands.up({ ...silent, parallel: 4 });
      const rows = await inTurn(runs, {
        "preview here: 30 resources, all read": () => here.preview(silent),
        "preview of 30 remote.Commands: nothing read": () => commands.preview(silent),
        "up here, no change: all read": () => here.up(silent),
        "up of 30 remote.Commands, no change": () => commands.up(silent),
      });
      report(toolchain.description, rows);
    });
  } finally {
    await removeMachine(spec);
  }
}
