import { mkdir, rm } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { containerName, createArguments, labels, specId, type MachineSpec } from "./containers.ts";
import { docker, ensureDocker, inspect } from "./docker.ts";
import { hostKey, machineFolder, operatorKey, sshArguments, type KeyPair } from "./identity.ts";
import { ensureMachineImage } from "./machine-image.ts";
import { lastLines, run, type Result } from "./process.ts";
import { say, step } from "./progress.ts";

const bootSeconds = 90;

/** A machine of the lab that answers, as the operator sees it. */
export interface Machine {
  readonly name: string;
  readonly container: string;
  /** New for each creation of the machine. */
  readonly instance: string;
  readonly address: string;
  readonly port: number;
  /** Its public host key, `ssh-ed25519 AAAA…`, known before the machine starts. */
  readonly hostKey: string;
  /** The `ssh` command line that reaches it as root; what follows it runs there. */
  readonly ssh: readonly [string, ...string[]];
  /** Runs a command line as root over SSH; the code is 255 when SSH itself fails. */
  run(command: string, input?: string): Promise<Result>;
}

/**
 * Makes sure that a machine runs and answers: makes it, starts it, or keeps it as it is.
 * Refuses to touch one that belongs to another lab or was made with other ports or keys.
 */
export async function startMachine(spec: MachineSpec): Promise<Machine> {
  await ensureDocker(spec.labDir);
  const found = await existing(spec);
  const image = await ensureMachineImage(spec.release ?? "bookworm", spec.packages);
  const keys = {
    host: await hostKey(spec.labDir, spec.name),
    operator: await operatorKey(spec.labDir),
  };
  if (found) await checkKept(found, spec, keys, image);
  else await create(spec, image, keys);

  const machine = await reach(spec, keys);
  if (found?.running) {
    await waitForBoot(machine);
    say(`✓ machine ${spec.name} runs at ${machine.address}`);
    return machine;
  }
  const what = found ? "start" : "first start";
  await step(`machine ${spec.name} at ${machine.address}: ${what}`, "some seconds", async () => {
    await installKeys(machine.container, keys);
    await docker(["start", machine.container]);
    await waitForBoot(machine);
  });
  return machine;
}

interface Existing {
  readonly running: boolean;
  readonly image: string;
  readonly spec: string;
}

/** The machine's container, if there is one; refuses one that belongs to somebody else. */
async function existing(spec: MachineSpec): Promise<Existing | undefined> {
  const container = containerName(spec);
  const fields = [".State.Running", ".Image", ...[labels.spec, labels.lab].map(labelField)];
  const format = fields.map((field) => `{{${field}}}`).join("\n");
  const answer = await inspect("container", container, format);
  if (answer === undefined) return undefined;
  const [running, image = "", made = "", lab] = answer.split("\n");
  if (lab === spec.labDir) return { running: running === "true", image, spec: made };
  throw new Error(
    `The container ${container} belongs to ${lab ? `the lab in ${lab}` : "something else"}. ` +
      `Two labs cannot run at once on one computer: destroy that one first, or, if its folder is ` +
      `gone: docker rm --force --volumes ${container}`,
  );
}

function labelField(name: string): string {
  return `index .Config.Labels "${name}"`;
}

async function checkKept(found: Existing, spec: MachineSpec, keys: Keys, image: string) {
  if (found.spec !== specId(spec, publicKeys(keys))) {
    throw new Error(
      `The machine ${spec.name} was made with another address, release or key than is asked for ` +
        `now. It is not replaced by itself, for it holds data. To give it up: ` +
        `docker rm --force --volumes ${containerName(spec)}`,
    );
  }
  if (found.image !== (await inspect("image", image, "{{.Id}}"))) {
    say(`• machine ${spec.name} is kept, though a newer ${image} exists`);
  }
}

function publicKeys({ host, operator }: Keys): string[] {
  return [host.publicKey, operator.publicKey];
}

interface Keys {
  readonly host: KeyPair;
  readonly operator: KeyPair;
}

async function create(spec: MachineSpec, image: string, keys: Keys): Promise<void> {
  if (spec.images !== undefined) await mkdir(spec.images, { recursive: true });
  const id = specId(spec, publicKeys(keys));
  await docker(["create", ...(await createArguments(spec, id)), image]);
}

/** Done before each start, for the one that created the container may have been interrupted. */
async function installKeys(container: string, { host, operator }: Keys): Promise<void> {
  for (const [from, to] of [
    [host.path, "/etc/ssh/ssh_host_ed25519_key"],
    [`${host.path}.pub`, "/etc/ssh/ssh_host_ed25519_key.pub"],
    [`${operator.path}.pub`, "/root/.ssh/authorized_keys"],
  ] as const) {
    await docker(["cp", from, `${container}:${to}`]); // becomes root's, and keeps its mode
  }
}

async function reach(spec: MachineSpec, { host, operator }: Keys): Promise<Machine> {
  const container = containerName(spec);
  const at = { address: spec.address, port: 22, hostKey: host.publicKey };
  const ssh = ["ssh", ...sshArguments(at, operator.path)] as const;
  const [program, ...args] = ssh;
  const id = await docker(["container", "inspect", "--format={{.Id}}", container]);
  return {
    ...at,
    name: spec.name,
    container,
    instance: id.slice(0, 12),
    ssh,
    run: (command, input) => run(program, [...args, command], { input: input ?? "" }),
  };
}

async function waitForBoot(machine: Machine): Promise<void> {
  const end = performance.now() + bootSeconds * 1000;
  let result: Result;
  do {
    result = await machine.run(`timeout ${bootSeconds} systemctl is-system-running --wait`);
    if (result.code !== 255) break;
    const running = await inspect("container", machine.container, "{{.State.Running}}");
    if (running !== "true") break;
    await sleep(300);
  } while (performance.now() < end);
  if (result.code === 255) {
    const { stdout, stderr } = await run("docker", ["logs", "--tail=20", machine.container]);
    throw new Error(
      `Machine ${machine.name} does not answer at ${machine.address} (${lastLines(result.stderr, 1)}). ` +
        `The last it said:\n${stdout}${stderr}`,
    );
  }
  const state = result.stdout.trim() || `not up after ${bootSeconds} s`;
  if (state === "running") return;
  const { stdout } = await machine.run("systemctl list-units --failed --plain --no-legend");
  say(`• machine ${machine.name} answers, but systemd is ${state}: ${stdout.trim()}`);
}

/** Stops a machine as one presses its power button; `startMachine` starts it again. */
export async function stopMachine(spec: Pick<MachineSpec, "name" | "prefix">): Promise<void> {
  await docker(["stop", "--time=30", containerName(spec)]);
}

/** Removes a machine, its disks and its host key; does nothing when there is none. */
export async function removeMachine(
  spec: Pick<MachineSpec, "name" | "prefix" | "labDir">,
): Promise<void> {
  const container = containerName(spec);
  if ((await inspect("container", container, "{{.Id}}")) !== undefined) {
    await stopMachine(spec); // or its inner containers' cgroups would stay behind
    await docker(["rm", "--force", "--volumes", container]);
  }
  await rm(machineFolder(spec.labDir, spec.name), { recursive: true, force: true });
}

/** The machines of a lab, whether they run or not. */
export async function listMachines(
  labDir: string,
): Promise<{ readonly name: string; readonly container: string; readonly running: boolean }[]> {
  const format = `{{.Label "${labels.machine}"}}\t{{.Names}}\t{{.State}}`;
  const args = ["ps", "--all", `--filter=label=${labels.lab}=${labDir}`, `--format=${format}`];
  const lines = (await docker(args)).split("\n").filter((line) => line !== "");
  return lines.sort().map((line) => {
    const [name = "", container = "", state] = line.split("\t");
    return { name, container, running: state === "running" };
  });
}
