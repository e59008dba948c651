import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import program from "../index.ts";
import { withAgent } from "../lab/identity.ts";
import { removeMachine, startMachine, type Machine } from "../lab/machines.ts";
import { openStack } from "../lab/stack.ts";
import { ensureStandinImage, imagesFolder } from "../lab/standin-image.ts";
import { ensureToolchain } from "../lab/toolchain/index.ts";
import { inventedSecrets } from "../stacks/secrets.ts";
import {
  launcherStandin,
  standinRepository,
  storesBase,
  storesStandin,
} from "../tests/support/launcher.ts";
import { probe } from "../tests/support/prober.ts";
import { labDir, root } from "./lab.ts";
import { report } from "./measure.ts";
import { succeed } from "./proxy-machine.ts";

const runs = 3;

/** Sets an option of the forum by its path. */
type Set = (path: string, value: string, secret?: boolean) => Promise<void>;

/** What changes in each run of a kind of upgrade: the option, by its path, and its value. */
type Change = (run: number) => readonly [string, string];

const version: Change = (run) => ["image.launcher.version", `v2026.${run + 1}.0`];

/** The layouts, each with what makes a forum of it out of the one before, and the upgrades that it is put through. */
const layouts: readonly (readonly [Readonly<Record<string, string>>, Record<string, Change>])[] = [
  [{}, { "one container, another Discourse": version }],
  [
    { layout: "two-container", layoutFrom: "standalone", "image.launcher.base": storesBase },
    {
      "two containers, another Discourse": (run) => version(run + runs + 1),
      "two containers, the database anew": (run) => ["data.edition", `run-${run}`],
    },
  ],
];

/** For how long visitors see the offline page while a forum is upgraded, in one container and in two. */
export async function upgrade(): Promise<void> {
  const folder = join(labDir, "upgrade");
  await rm(folder, { recursive: true, force: true });
  const toolchain = await ensureToolchain();
  const image = await ensureStandinImage(labDir);
  const images = imagesFolder(labDir);
  const name = "upgrade";
  const spec = { name, address: "127.82.0.12", labDir, images, prefix: "platform-bench" };
  await removeMachine(spec);
  const machine = await startMachine(spec);
  const { address, port, hostKey, instance } = machine;
  try {
    await withAgent(labDir, async (env) => {
      const stack = await openStack({
        ...{ folder, stack: "lab", root, committed: join(root, "stacks/Pulumi.lab.yaml") },
        known: {
          "platform:hosts": { forum: { address, port, hostKey, instance } },
          "platform:forum": { image },
        },
        secrets: inventedSecrets.map(([section, ...fields]) => [`platform:${section}`, ...fields]),
        ...{ program, toolchain, env },
      });
      const times = await measured(stack, machine, image.name);
      report(`seconds offline; ${toolchain.description}`, times);
    });
  } finally {
    await removeMachine(spec);
  }
}

/** Takes the forum from one layout to the next, and measures the upgrades of each. */
async function measured(stack: Stack, machine: Machine, image: string) {
  const set: Set = (path, value, secret = false) =>
    stack.setConfig(`platform:forum.${path}`, { value, secret }, true);
  const up = () => stack.up({ color: "never" });
  const proxies = "platform:hosts.forum.nginx.trustedProxies[0]";
  await stack.setConfig(proxies, { value: "127.0.0.1" }, true);
  await up();
  await useLauncher(machine, image, set);
  for (const path of ["name", "archive"])
    await stack.removeConfig(`platform:forum.image.${path}`, true);
  const times: Record<string, number[]> = {};
  for (const [options, upgrades] of layouts) {
    for (const [path, value] of Object.entries(options)) await set(path, value);
    if ("layout" in options) await set("data.password", "bench-password", true);
    await up();
    const { authorityCertificate } = await stack.outputs();
    await succeed(machine, "cat >/run/ca.pem", String(authorityCertificate?.value));
    for (const [what, change] of Object.entries(upgrades)) {
      for (let run = 0; run < runs; run++) {
        await set(...change(run));
        (times[what] ??= []).push(await offline(machine, up));
      }
    }
  }
  return times;
}

/** Puts the stand-in for the launcher on the machine, and has the forum built by it from now on. */
async function useLauncher(machine: Machine, image: string, set: Set): Promise<void> {
  const on = withSucceed(machine);
  const commit = await launcherStandin(on, image);
  await storesStandin(on);
  for (const [index, question] of ["swap", "disk", "docker"].entries())
    await set(`skipPreflight[${index + 2}]`, question);
  await set("image.launcher.repository", standinRepository);
  await set("image.launcher.commit", commit);
}

/** Seconds in which visitors see the offline page meanwhile. Refuses answers that are neither that nor the forum's. */
async function offline(machine: Machine, work: () => Promise<unknown>): Promise<number> {
  const request =
    "curl -sS --max-time 10 -w '%{http_code}' --resolve forum.lab.test:443:127.0.0.1 --cacert /run/ca.pem " +
    "-H 'X-Forwarded-For: 203.0.113.5' https://forum.lab.test/latest.json"; // the machine itself is let through
  const pages = { forum: "topic_list", offline: "The forum will be back" };
  const prober = await probe(withSucceed(machine).succeed, request, pages);
  await work();
  const { answers, seconds } = await prober.stop();
  const others = answers.filter((answer) => !["200 forum", "503 offline"].includes(answer));
  if (others.length > 0) throw new Error(`visitors got ${others.join(", ")}`);
  return seconds("503 offline");
}

function withSucceed(machine: Machine) {
  return { succeed: (command: string, input?: string) => succeed(machine, command, input) };
}
