import { createHash } from "node:crypto";
import { after } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { ensureDocker } from "../../lab/docker.ts";
import type { Release } from "../../lab/images/apt.ts";
import { removeMachine, startMachine, type Machine } from "../../lab/machines.ts";
import type { Result } from "../../lab/process.ts";
import { imagesFolder } from "../../lab/standin-image.ts";
import { testLab } from "./lab-folder.ts";

export { testLab };

/** A machine with the verbs of a test. */
export interface TestMachine extends Machine {
  /** Runs a command that must succeed; gives its output. */
  succeed(command: string, input?: string): Promise<string>;
  /** Runs a command that must fail; gives how it did. */
  fail(command: string, input?: string): Promise<Result>;
  /** Runs a command until it succeeds; gives its output. */
  waitUntilSucceeds(command: string, seconds?: number): Promise<string>;
  /** Waits until a unit of systemd is active; refuses at once when it failed. */
  waitForUnit(unit: string, seconds?: number): Promise<void>;
}

/** What a test machine is made from: an address of its own, and the tests' images. */
export function testSpec(name: string, release: Release = "bookworm") {
  const [high = 0, low = 0] = createHash("sha256").update(name).digest();
  const address = `127.81.${high}.${low}`;
  const images = imagesFolder(testLab);
  return { name, address, release, labDir: testLab, images, prefix: "platform-test" };
}

const machines = new Map<string, Promise<TestMachine>>();
const keep = process.env["KEEP_TEST_MACHINES"] === "1";

/**
 * A machine that all tests of a run share by its name. It is a new one in each run, unless
 * KEEP_TEST_MACHINES=1 is set: then it stays, to look at it or to be quick.
 */
export function testMachine(name: string, release?: Release): Promise<TestMachine> {
  const machine = machines.get(name) ?? start(name, release);
  machines.set(name, machine);
  return machine;
}

async function start(name: string, release?: Release): Promise<TestMachine> {
  const spec = testSpec(name, release);
  await ensureDocker(testLab);
  if (!keep) await removeMachine(spec); // a run that was interrupted may have left it
  return withVerbs(await startMachine(spec));
}

/** Makes the machine of that name anew: an empty one with another host key at the same address. */
export async function remakeTestMachine(name: string): Promise<TestMachine> {
  await removeMachine(testSpec(name));
  machines.delete(name);
  return testMachine(name);
}

/** Removes the machines of this run; it happens by itself after the last test. */
export async function removeTestMachines(): Promise<void> {
  const names = [...machines.keys()];
  machines.clear();
  if (keep) return;
  for (const name of names) await removeMachine(testSpec(name));
}

after(removeTestMachines);

function withVerbs(machine: Machine): TestMachine {
  return {
    ...machine,
    async succeed(command, input) {
      const result = await machine.run(command, input);
      if (result.code !== 0) throw new Error(describe(machine, command, result));
      return result.stdout;
    },
    async fail(command, input) {
      const result = await machine.run(command, input);
      if (result.code !== 0 && result.code !== 255) return result;
      throw new Error(`should have failed: ${describe(machine, command, result)}`);
    },
    async waitUntilSucceeds(command, seconds = 30) {
      const end = performance.now() + seconds * 1000;
      for (;;) {
        const result = await machine.run(command);
        if (result.code === 0) return result.stdout;
        if (performance.now() > end) {
          throw new Error(`within ${seconds} s: ${describe(machine, command, result)}`);
        }
        await sleep(200);
      }
    },
    async waitForUnit(unit, seconds) {
      const active = `systemctl is-active --quiet ${unit}`;
      const failed = `systemctl is-failed --quiet ${unit}`;
      const state = await this.waitUntilSucceeds(
        `if ${failed}; then echo failed; else ${active}; fi`,
        seconds,
      );
      if (state === "") return;
      const { stdout } = await machine.run(`journalctl --no-pager --lines=20 --unit=${unit}`);
      throw new Error(`the unit ${unit} failed on ${machine.name}:\n${stdout}`);
    },
  };
}

function describe(machine: Machine, command: string, { code, stdout, stderr }: Result): string {
  return `${command} ended with ${code} on ${machine.name}:\n${stdout}${stderr}`;
}
