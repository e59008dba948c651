import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import type { Properties } from "../../provider/grpc/values.ts";
import { detachedRun, remoteCommand, scriptText } from "../../provider/shell/text.ts";
import { setOf, setScript } from "../support/faults.ts";
import { withProvider } from "../support/host-provider.ts";
import { testMachine } from "../support/machine.ts";

const machine = await testMachine("components");
const { address, port, hostKey, instance } = machine;
const host = { name: "web", address, port, user: "root", hostKey, instance, release: "bookworm" };

/** Runs a set's script with its waits and its time limit cut short, as a unit of the machine. */
function send(inputs: Properties, { wait = 300, limit = 600, verb = "apply" as const } = {}) {
  const text = setScript(inputs).replace("flock -w 300 9", `flock -w ${wait} 9`);
  const id = randomBytes(8).toString("hex");
  const { command, text: sent } = detachedRun(id, verb, text, limit - 300, "root").begin;
  return machine.run(command, sent);
}

const log = "echo begin >>/run/turns; sleep 2; echo end >>/run/turns";
const one = (word: string, more: Properties = {}) => setOf({ "/etc/two/a": `${word}\n` }, more);
const live = () => machine.succeed("cat /etc/two/a");

test("two runs that change one set at once: one waits for the other, and both come to their end", async () => {
  const urn = "urn:pulumi:test::platform::host:index:ConfigSet::two";
  const inputs = (word: string) => ({ host, ...one(word, { activate: [log] }) });
  const [kept] = await withProvider((run) => run.apply(urn, inputs("first")));
  await machine.succeed("rm /run/turns");
  const up = (word: string) => withProvider((run) => run.apply(urn, inputs(word), kept));
  const steps = (await Promise.all([up("left"), up("right")])).map(([, { op, error }]) => [
    op,
    error,
  ]);
  assert.deepEqual(steps, [
    ["update", ""],
    ["update", ""],
  ]);
  assert.equal(await machine.succeed("cat /run/turns; rm /run/turns"), "begin\nend\n".repeat(2));
  assert.match(await live(), /^(?:left|right)\n$/);
  assert.equal(await machine.succeed("ls /var/lib/platform/sets | wc -l"), "1\n");
  await withProvider((run) => run.remove(kept ?? assert.fail("nothing was made")));
});

test("who waits too long is told who is at work, with which run and since when", async () => {
  assert.equal((await send(one("old"))).code, 0);
  const holder = send(
    one("new", { activate: ["touch /run/held; until [[ -e /run/release ]]; do sleep 0.1; done"] }),
  );
  await machine.waitUntilSucceeds("test -e /run/held");
  const late = await send(one("late"), { wait: 1 });
  const files = [new URL("../../provider/shell/look.sh", import.meta.url)];
  const look = scriptText(files, {}).replace("flock -s -w 60 9", "flock -s -w 1 9");
  const looked = await machine.run(remoteCommand("look", 60, "root"), look);
  await machine.succeed("touch /run/release");
  assert.equal((await holder).code, 0);
  assert.equal(await live(), "new\n");
  await machine.succeed("rm /run/held /run/release");
  const who = String.raw`tests, run steps \(pid \d+\), since 20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ`;
  const wait = `^components: another run has held /var/lib/platform/lock for 5 minutes: ${who}\n$`;
  assert.match(late.stderr, new RegExp(wait));
  const busy = `^components: another run is changing the machine: ${who}; wait for its end, then run again\n$`;
  assert.match(looked.stderr, new RegExp(busy));
  assert.deepEqual([late.code, looked.code], [1, 1]);
});

const ended =
  "components: the script was ended after its time limit; look at what hangs on the machine, then run again\n";

test("a validator that hangs is ended, and nothing was changed", async () => {
  const { code, stderr } = await send(one("hangs", { validate: ["sleep 60"] }), { limit: 3 });
  assert.deepEqual([code, stderr], [124, ended]);
  assert.equal(await live(), "new\n");
  assert.equal(await machine.succeed("pgrep -x sleep || echo none"), "none\n");
});

test("an activation that hangs is ended, and what stood there before is back and active", async () => {
  const activate = ["cp /etc/two/a /run/loaded"];
  assert.equal((await send(one("good", { activate }))).code, 0);
  const { code, stderr } = await send(one("hangs", { activate: ["sleep 60"] }), { limit: 3 });
  assert.equal(code, 124);
  assert.equal(stderr, `${ended}steps: the files that stood there before are back and active\n`);
  assert.equal(await machine.succeed("cat /etc/two/a /run/loaded"), "good\ngood\n");
});

test("a probe that fails after the activation has the old files back and active", async () => {
  const activate = ["cp /etc/two/a /run/loaded"];
  const probe = ["grep -x good /run/loaded"];
  const { code, stderr } = await send(one("bad", { activate, probe }));
  assert.equal(code, 1);
  assert.equal(
    stderr,
    "components: steps: the service did not answer as it should with the new files (see above)\n" +
      "steps: the files that stood there before are back and active\n",
  );
  assert.equal(await machine.succeed("cat /etc/two/a /run/loaded"), "good\ngood\n");
  assert.equal((await send(one("good", { activate, probe }))).code, 0);
  const { command, text } = detachedRun("0", "remove", setScript(one("good")), 300, "root").begin;
  await machine.succeed(command, text);
  assert.equal(
    await machine.succeed("ls /var/lib/platform/sets 2>/dev/null || echo none"),
    "none\n",
  );
});
