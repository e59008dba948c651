import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as idle } from "node:timers/promises";
import type { Ran } from "../../../provider/connection.ts";
import { hostOf } from "../../../provider/host.ts";
import { Hosts } from "../../../provider/hosts.ts";
import { badly, FakeHost, host, well } from "./fake-host.ts";

const forum = hostOf({ host });
const { signal } = new AbortController();
const script = { files: [], values: {}, timeoutSeconds: 60 };

/** A machine on which every script runs until the test ends it. */
function setup() {
  const machine = new FakeHost();
  const running: (() => void)[] = [];
  let most = 0;
  machine.change = () =>
    new Promise<Ran>((resolve) => {
      running.push(() => {
        resolve(well());
      });
      most = Math.max(most, running.length);
    });
  const hosts = new Hosts(() => undefined, machine.open);
  const change = () => hosts.change(forum, "apply", script, signal);
  const end = async () => {
    for (let next = running.shift(); next; next = running.shift()) {
      next();
      await idle();
    }
  };
  return { machine, running, change, end, most: () => most };
}

test("at most eight sessions are open at a time; the ninth waits for the end of one", async () => {
  const { machine, running, change, end, most } = setup();
  const all = Array.from({ length: 20 }, change);
  await idle();
  assert.deepEqual([machine.opened, running.length], [1, 8]);
  running.shift()?.();
  await idle();
  assert.deepEqual([running.length, machine.sent.length], [8, 9]);
  await end();
  await Promise.all(all);
  assert.deepEqual([machine.sent.length, most()], [20, 8]);
});

test("a call that comes just when a session ends takes no place of one who waits", async () => {
  const { running, change, end, most } = setup();
  const all = Array.from({ length: 9 }, change);
  await idle();
  running.shift()?.();
  for (let tick = 0; tick < 20; tick++) {
    all.push(change());
    await Promise.resolve();
  }
  await idle();
  await end();
  await Promise.all(all);
  assert.equal(most(), 8);
});

test("a place is free again after a script that failed and a host that did not answer", async () => {
  const machine = new FakeHost();
  const hosts = new Hosts(() => undefined, machine.open);
  const change = () => hosts.change(forum, "apply", script, signal).catch(String);
  machine.change = () => badly("forum: no");
  assert.deepEqual(
    await Promise.all(Array.from({ length: 20 }, change)),
    Array(20).fill("Error: forum: no"),
  );
  machine.loseLink();
  machine.refusal = "root@192.0.2.7: Permission denied (publickey).";
  await Promise.all(Array.from({ length: 20 }, change));
  machine.refusal = undefined;
  machine.change = () => well("done");
  assert.deepEqual(await Promise.all(Array.from({ length: 20 }, change)), Array(20).fill("done"));
});
