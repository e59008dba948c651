import assert from "node:assert/strict";
import { syncBuiltinESMExports } from "node:module";
import { test, type TestContext } from "node:test";
import type { Open } from "../../../provider/connection.ts";
import { hostOf } from "../../../provider/host.ts";
import { Hosts } from "../../../provider/hosts.ts";
import { hostProvider } from "../../../provider/provider.ts";
import { FakeHost, host, urn, well } from "./fake-host.ts";

const forum = hostOf({ host });
const script = { files: [], values: {}, timeoutSeconds: 60 };
const booting = "ssh: connect to host 192.0.2.7 port 2222: Connection refused";
const { signal } = new AbortController();

/**
 * A machine with a clock of its own, on which a try to connect takes a second and a pause takes none of our time. It
 * refuses until so many seconds have passed; `outcome` runs the clock until the work is done.
 */
function setup(t: TestContext, answersAfter: number, refusal = booting) {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  syncBuiltinESMExports(); // for `import { setTimeout }` in other modules
  t.after(() => {
    t.mock.timers.reset();
    syncBuiltinESMExports();
  });
  let now = 0;
  t.mock.method(performance, "now", () => now * 1000);
  const machine = new FakeHost();
  machine.change = () => well("changed");
  const tries: number[] = [];
  const open: Open = (...args) => {
    tries.push(now);
    now += 1;
    machine.refusal = now < answersAfter ? refusal : undefined;
    return machine.open(...args);
  };
  const outcome = async (work: Promise<unknown>) => {
    let said: unknown;
    void work.then(String, String).then((text) => (said = text));
    while (said === undefined && now < 1000) {
      for (let tick = 0; tick < 100; tick++) await Promise.resolve();
      now += 1;
      t.mock.timers.tick(1000);
    }
    return said;
  };
  return { hosts: new Hosts(() => undefined, open), open, outcome, tries };
}

test("a change waits for a machine that boots, and asks it again after three seconds", async (t) => {
  const { hosts, outcome, tries } = setup(t, 20);
  assert.equal(await outcome(hosts.change(forum, "apply", script, signal)), "changed");
  assert.deepEqual(tries, [0, 4, 8, 12, 16, 20]);
});

test("a change gives up after a minute and a half", async (t) => {
  const { hosts, outcome, tries } = setup(t, Infinity);
  assert.equal(
    await outcome(hosts.change(forum, "apply", script, signal)),
    `Unreachable: forum (192.0.2.7:2222) cannot be reached: ${booting}. ` +
      "See that the machine runs and that its address and port are right",
  );
  assert.deepEqual([tries.length, tries.at(-1)], [24, 92]);
});

test("a machine that boots for long is given its own time, also when it was restarted", async (t) => {
  const { open, outcome, tries } = setup(t, Infinity);
  const unit = hostProvider({ log: () => undefined, open, env: {} }).resources["host:index:Unit"];
  assert.ok(unit);
  const slow = { ...host, bootSeconds: 200 };
  const inputs = { host: slow, unit: "a.service", enabled: true, active: true, ready: "true" };
  const call = { urn: urn("Unit"), name: "web", id: "a", signal };
  assert.match(
    String(await outcome(Promise.resolve(unit.create({ ...call, inputs, preview: false })))),
    /cannot be reached/,
  );
  assert.equal(tries.at(-1), 200);
  const news = { ...inputs, ready: "false" };
  const change = { ...call, news, olds: inputs, oldInputs: inputs, preview: false };
  assert.match(String(await outcome(Promise.resolve(unit.update(change)))), /cannot be reached/);
  assert.ok((tries.at(-1) ?? 0) > 400, `gave up after ${tries.at(-1)} s in all`);
});

test("a read does not wait, and a change after it does", async (t) => {
  const { hosts, outcome, tries } = setup(t, 10);
  assert.match(String(await outcome(hosts.manifest(forum, signal))), /^Unreachable: /);
  assert.equal(tries.length, 1);
  assert.equal(await outcome(hosts.change(forum, "apply", script, signal)), "changed");
});

test("a machine that is known already is given half a minute, for other hosts go on meanwhile", async (t) => {
  const { open, outcome, tries } = setup(t, Infinity);
  const unit = hostProvider({ log: () => undefined, open, env: {} }).resources["host:index:Unit"];
  assert.ok(unit);
  const inputs = { host, unit: "a.service", enabled: true, active: true, ready: "true" };
  const call = { urn: urn("Unit"), name: "web", id: "a", signal };
  const change = { ...call, news: inputs, olds: inputs, oldInputs: inputs, preview: false };
  assert.match(String(await outcome(Promise.resolve(unit.update(change)))), /cannot be reached/);
  assert.deepEqual([tries.length, tries.at(-1)], [9, 32]);
  const removed = Promise.resolve(unit.delete({ ...call, state: inputs, oldInputs: inputs }));
  assert.match(String(await outcome(removed)), /when it is gone for good: pulumi state delete/);
  assert.equal(tries.length, 18);
});

test("a machine with another host key is not waited for", async (t) => {
  const changed = "Host key for 192.0.2.7 has changed and you have requested strict checking.";
  const { hosts, outcome, tries } = setup(t, Infinity, changed);
  assert.match(
    String(await outcome(hosts.change(forum, "apply", script, signal))),
    /shows another host key/,
  );
  assert.deepEqual(tries, [0]);
});

test("a wait ends when the run is cancelled", async (t) => {
  const { hosts, outcome, tries } = setup(t, Infinity);
  const cancelled = new AbortController();
  const change = hosts.change(forum, "apply", script, cancelled.signal);
  setTimeout(() => {
    cancelled.abort();
  }, 5000);
  assert.match(String(await outcome(change)), /AbortError|cancelled/);
  assert.deepEqual(tries, [0, 4]);
});
