import assert from "node:assert/strict";
import { test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { ConfigSet, type Host } from "../../components/host/index.ts";
import { startMachine, stopMachine } from "../../lab/machines.ts";
import { programStack } from "../support/engine.ts";
import { testMachine, testSpec, type TestMachine } from "../support/machine.ts";

const [one, two] = [await testMachine("truth"), await testMachine("truth-b")];

function hostOf({ name, address, port, hostKey, instance }: TestMachine): Host {
  return { name, address, port, user: "root", hostKey, instance, release: "bookworm" };
}

/** What is different from the machines as they are. */
let change: Partial<Host> = {};
let text = "here\n";
let opts: pulumi.CustomResourceOptions = {};

function program() {
  const files = [
    { path: "/etc/web.a", content: text },
    { path: "/etc/web.b", content: text },
  ];
  for (const machine of [one, two]) {
    const host = { ...hostOf(machine), ...(machine === two ? change : {}) };
    for (const file of files) {
      new ConfigSet(`${machine.name}-${file.path.at(-1) ?? ""}`, { host, files: [file] }, opts);
    }
  }
  return Promise.resolve();
}

const { stack, up, failingUp, preview, during } = await programStack("unreachable", program);

test("a machine that is down is said once, its resources are unverified, the others are read", async () => {
  assert.deepEqual(await up(), { create: 5 });
  await stopMachine(testSpec("truth-b"));
  await one.succeed("echo by hand >/etc/web.a");
  const said = await during(async () => {
    assert.deepEqual(await preview({ diff: true }), { same: 2, update: 3 });
  });
  const warned = /warning: truth-b \([\d.]+:22\) cannot be reached: .+\. See that the machine runs/;
  assert.match(said, warned);
  assert.equal(said.split("warning:").length, 2);
  assert.match(said, /- unverified: "truth-b \([\d.]+:22\) cannot be reached/);
  assert.match(said, /- by hand/);
});

test("PLATFORM_OFFLINE previews from the state, says so once a host, and asks nobody", async () => {
  const { workspace } = stack;
  workspace.envVars = { ...workspace.envVars, PLATFORM_OFFLINE: "1" };
  const said = await during(async () => {
    assert.deepEqual(await preview(), { same: 5 });
  });
  for (const { name } of [one, two]) {
    assert.match(
      said,
      new RegExp(`PLATFORM_OFFLINE=1: ${name} was not asked; this is what the state says`),
    );
  }
  text = "changed\n";
  assert.match(await failingUp(), /PLATFORM_OFFLINE=1 is for previews: unset it to change hosts/);
  text = "here\n";
  delete workspace.envVars["PLATFORM_OFFLINE"];
});

test("up goes on with the other machine, and says at the step what is wrong", async () => {
  text = "new\n";
  const said = await failingUp();
  assert.match(
    said,
    /truth-b-a \*\*updating failed\*\*.+truth-b \([\d.]+:22\) cannot be reached: /,
  );
  assert.equal(await one.succeed("cat /etc/web.a /etc/web.b"), "new\nnew\n");
});

test("a machine that comes back while it is waited for gets its changes in the same run", async () => {
  const waiting = up();
  const started = startMachine(testSpec("truth-b"));
  assert.deepEqual(await waiting, { same: 3, update: 2 });
  await started;
  assert.equal(await two.succeed("cat /etc/web.a /etc/web.b"), "new\nnew\n");
  assert.deepEqual(await preview(), { same: 5 });
});

test("another host key than the pinned one is refused, and nothing is sent there", async () => {
  change = { hostKey: one.hostKey };
  const said = await failingUp();
  assert.match(
    said,
    /truth-b \([\d.]+:22\) shows another host key than the pinned one, so nothing was sent/,
  );
  change = {};
  assert.deepEqual(await up(), { same: 5 });
});

test("what is protected stays at destroy, and goes when it is not any more", async () => {
  opts = { protect: true };
  await up();
  await assert.rejects(stack.destroy({ color: "never" }), /protect/);
  assert.equal(await two.succeed("cat /etc/web.b"), "new\n");
  opts = {};
  await up();
  await stack.destroy({ color: "never" });
  await two.fail("cat /etc/web.b");
});
