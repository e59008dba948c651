import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigSet, DataDirectory, type Host } from "../../components/host/index.ts";
import { programStack } from "../support/engine.ts";
import { assertSameTraces, tracesOn } from "../support/laws.ts";
import { testMachine } from "../support/machine.ts";

const machine = await testMachine("truth");
const { address, port, hostKey, instance } = machine;
const host = (): Host => ({
  ...{ name: "web", address, port, user: "root", hostKey, instance },
  release: "bookworm",
});

let path = "/srv/forum";
let setting = "one\n";
const program = () => {
  const on = host();
  new DataDirectory("data", { host: on, path, owner: "1000:1000" });
  new ConfigSet("after", { host: on, files: [{ path: "/etc/forum.conf", content: setting }] });
  return Promise.resolve();
};
const { stack, up, failingUp, preview, during } = await programStack("data", program);

const before = await tracesOn(machine);

test("a data directory is made first, and stays the same", async () => {
  assert.deepEqual(await up(), { create: 3 });
  await machine.succeed("echo precious >/srv/forum/file");
  assert.deepEqual(await preview(), { same: 3 });
});

test("a change of its mode by hand shows in a plain preview, and up repairs it", async () => {
  await machine.succeed("chmod 0777 /srv/forum");
  const text = await during(async () => {
    assert.deepEqual(await preview({ diff: true }), { same: 2, update: 1 });
  });
  assert.match(text, /~ mode\s*: "0777" => "0750"/);
  assert.deepEqual(await up(), { same: 2, update: 1 });
  assert.equal(await machine.succeed("stat -c '%a %u:%g' /srv/forum"), "750 1000:1000\n");
  await stack.preview({ expectNoChanges: true, color: "never" });
});

test("one that is gone shows in a plain preview, stops up before all that needs it, and is not made", async () => {
  await machine.succeed("mv /srv/forum /srv/elsewhere");
  setting = "two\n";
  const text = await during(async () => {
    assert.deepEqual(await preview({ diff: true }), { same: 1, update: 2 });
  });
  assert.match(text, /- lost\s*: "\/srv\/forum was on \/ \(overlay overlay\) and is gone"/);
  assert.match(
    await failingUp(),
    /data: \/srv\/forum was on .* and is gone: nothing was changed\. Mount/,
  );
  assert.equal(await machine.succeed("cat /etc/forum.conf; ls /srv"), "one\nelsewhere\n");
  await machine.succeed("mv /srv/elsewhere /srv/forum");
  assert.deepEqual(await preview(), { same: 2, update: 1 });
  assert.deepEqual(await up(), { same: 2, update: 1 });
  assert.deepEqual(await preview(), { same: 3 });
});

test("let go on the machine, it is shown as created, and adopts what is there", async () => {
  await machine.succeed("rm -r /var/lib/platform/data/*");
  assert.deepEqual(await preview(), { same: 2, create: 1 });
  assert.deepEqual(await up(), { same: 2, create: 1 });
  assert.equal(await machine.succeed("cat /srv/forum/file"), "precious\n");
});

test("another path is a replacement that leaves the old data where they are", async () => {
  path = "/srv/other";
  assert.deepEqual(await preview(), { same: 2, replace: 1 });
  assert.deepEqual(await up(), { same: 2, replace: 1 });
  assert.equal(await machine.succeed("ls /srv/other; cat /srv/forum/file"), "precious\n");
  assert.deepEqual(await preview(), { same: 3 });
});

test("destroy forgets them, and leaves all data", async () => {
  await machine.succeed("echo more >/srv/other/file");
  await stack.destroy({ color: "never" });
  assert.equal(await machine.succeed("cat /srv/forum/file /srv/other/file"), "precious\nmore\n");
  await machine.succeed("rm -r /srv/forum /srv/other");
  assertSameTraces(await tracesOn(machine), before);
});
