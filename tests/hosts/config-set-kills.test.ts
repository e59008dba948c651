import assert from "node:assert/strict";
import { test } from "node:test";
import { isSecret, type Properties, secret } from "../../provider/grpc/values.ts";
import { type Kept, type Step, withProvider } from "../support/host-provider.ts";
import { testMachine } from "../support/machine.ts";

const machine = await testMachine("components");
const { address, port, hostKey, instance } = machine;
const host = { name: "web", address, port, user: "root", hostKey, instance, release: "bookworm" };
const urn = "urn:pulumi:test::platform::host:index:ConfigSet::kills";

type Texts = Readonly<Record<string, Properties[string]>>;

/** The inputs of a set with these texts; secret ones are for root alone. */
function set(texts: Texts, more: Properties = {}): Properties {
  const files = Object.fromEntries(
    Object.entries(texts).map(([name, content]) => {
      const mode = isSecret(content) ? "0600" : "0644";
      return [`/etc/kills/${name}`, { content, mode, owner: "root:root" }];
    }),
  );
  const none = { absent: [], validate: [], activate: [], probe: [], deactivate: [] };
  return { host, files, adopt: "replace", ...none, ...more };
}

/** What one `up` does: reads and applies, in a run of its own. */
function up(inputs: Properties, kept?: Kept): Promise<[Kept | undefined, Step]> {
  return withProvider(async (run) =>
    run.apply(urn, inputs, kept && (await run.refresh(kept)), false),
  );
}

async function made(texts: Texts, more: Properties = {}): Promise<Kept> {
  const [kept, step] = await up(set(texts, more));
  assert.equal(step.op, "create", step.error);
  return kept ?? assert.fail("nothing was made");
}

async function destroyed(kept: Kept | undefined): Promise<void> {
  const { error } = await withProvider((run) =>
    run.remove(kept ?? assert.fail("nothing is there")),
  );
  assert.equal(error, "");
  assert.equal(await machine.succeed("ls /var/lib/platform/sets 2>/dev/null || true"), "");
}

const kill = { activate: ["kill -KILL $(cut -d ' ' -f 4 /proc/$PPID/stat); sleep 1"] };

test("a change that was killed is put back at once, and made by the next up", async () => {
  const activate = ["cp /etc/kills/a /run/loaded"];
  const kept = await made({ a: "one\n" }, { activate });
  const [after, killed] = await up(set({ a: "two\n" }, kill), kept);
  assert.equal(
    killed.error,
    "kills: the files that stood there before are back and active\n" +
      `web (${address}:22): the script was ended from outside (137), killed or out of memory: see \`journalctl -k\` there\n`,
  );
  assert.equal(await machine.succeed("cat /etc/kills/a /run/loaded"), "one\none\n");
  const [last, step] = await up(set({ a: "two\n" }, { activate }), after);
  assert.deepEqual(step.changes, {
    'files["/etc/kills/a"].content': "UPDATE",
    "activate[0]": "ADD",
  });
  assert.equal(await machine.succeed("cat /etc/kills/a /run/loaded"), "two\ntwo\n");
  assert.equal((await up(set({ a: "two\n" }, { activate }), last))[1].op, "same");
  await destroyed(last);
});

test("the way back after a kill has as much time as the commands of what was killed", async () => {
  const kept = await made(
    { a: "one\n" },
    { activate: ['echo "$COMMAND_SECONDS" >>/run/way'], commandSeconds: 200 },
  );
  const unit = String.raw`$(grep -om 1 'platform-[0-9a-f]*\.service' /proc/self/cgroup)`;
  const activate = [`systemctl show -P TimeoutStopUSec ${unit} >>/run/way`, ...kill.activate];
  const [after, killed] = await up(set({ a: "two\n" }, { activate, commandSeconds: 130 }), kept);
  assert.match(killed.error, /^kills: the files that stood there before are back and active\n/);
  assert.equal(await machine.succeed("cat /run/way; rm /run/way"), "200\n2min 10s\n130\n");
  await destroyed(after);
  await machine.succeed("rm -f /run/way");
});

test("after a kill and a refusal, what stood there before the set still comes back", async () => {
  await machine.succeed("mkdir -p /etc/kills; echo precious >/etc/kills/b");
  const kept = await made({ a: "one\n" });
  const both = { a: "two\n", b: "ours\n" };
  await up(set(both, kill), kept);
  const [, refused] = await up(set(both, { validate: ["false"] }), kept);
  assert.equal(
    refused.error,
    "components: kills: the new files were refused (see above) and nothing was changed; correct the option and run again\n",
  );
  const [last, step] = await up(set(both), kept);
  assert.equal(step.op, "update", step.error);
  await destroyed(last);
  assert.equal(await machine.succeed("cat /etc/kills/b; ls /etc/kills"), "precious\nb\n");
  await machine.succeed("rm -r /etc/kills");
});

test("a full disk, twice, loses nothing of what stood there before the set", async () => {
  await machine.succeed(
    "mkdir -p /etc/kills; echo precious >/etc/kills/a; mkdir -p /run/state; " +
      "mount -t tmpfs -o size=1m tmpfs /run/state; mount --bind /run/state /var/lib/platform",
  );
  let kept: Kept | undefined = await made({ a: "ours\n" });
  for (const name of ["c", "d"]) {
    await machine.succeed("dd if=/dev/zero of=/var/lib/platform/fill bs=1k 2>/dev/null || true");
    const [after, step] = await up(set({ a: "x".repeat(9000), [name]: "more\n" }), kept);
    assert.match(step.error, /No space left on device/);
    kept = after;
  }
  assert.equal(await machine.succeed("rm /var/lib/platform/fill; cat /etc/kills/a"), "ours\n");
  const [last, step] = await up(set({ a: "later\n" }), kept);
  assert.equal(step.op, "update", step.error);
  await destroyed(last);
  assert.equal(await machine.succeed("cat /etc/kills/a"), "precious\n");
  await machine.succeed("umount /var/lib/platform /run/state; rm -r /etc/kills");
});

test("a copy that a full disk cut off is never taken for what stood there before", async () => {
  await machine.succeed(
    "mkdir -p /etc/kills /run/state; head -c 200000 /dev/zero | tr '\\0' p >/etc/kills/b; " +
      "mount -t tmpfs -o size=600k tmpfs /run/state; mount --bind /run/state /var/lib/platform",
  );
  const before = await machine.succeed("sha256sum /etc/kills/b");
  const kept = await made({ a: "one\n" });
  await machine.succeed("dd if=/dev/zero of=/var/lib/platform/fill bs=1k count=430 2>/dev/null");
  const both = set({ a: "two\n", b: "ours\n" });
  const [after, step] = await up(both, kept);
  assert.match(step.error, /No space left on device/);
  assert.equal(await machine.succeed("cat /etc/kills/a; sha256sum /etc/kills/b"), `one\n${before}`);
  await machine.succeed("rm /var/lib/platform/fill");
  const [last, good] = await up(both, after);
  assert.equal(good.op, "update", good.error);
  await destroyed(last);
  assert.equal(await machine.succeed("sha256sum /etc/kills/b"), before);
  await machine.succeed("umount /var/lib/platform /run/state; rm -r /etc/kills");
});

test("no secret stays behind after a kill, and neither the old nor the new one is told", async () => {
  const kept = await made({ key: secret("canary-of-old") });
  await up(set({ key: secret("canary-of-new") }, kill), kept);
  const news = set({ key: secret("canary-of-new") });
  const [whole] = await up(news, kept);
  const tell = { activate: ["cat /etc/kills/key; false"] };
  const [, step] = await up(set({ key: secret("canary-of-third") }, tell), whole);
  assert.equal(step.op, "failed");
  assert.doesNotMatch(step.error, /canary-of/);
  const [last] = await up(news, whole);
  assert.equal(
    await machine.succeed("grep -rl canary-of /var/lib/platform /run /tmp 2>/dev/null || true"),
    "",
  );
  await destroyed(last);
});

test("a set may become empty and have files again; what it started does not hold the lock", async () => {
  const activate = ["setsid sleep 20 >/dev/null 2>&1 </dev/null &"];
  let kept: Kept | undefined = await made({ a: "a\n" }, { activate });
  for (const texts of [{}, { b: "b\n" }] as Texts[]) {
    const [after, step] = await up(set(texts, { activate }), kept);
    assert.equal(step.op, "update", step.error);
    kept = after;
    assert.equal((await up(set(texts, { activate }), kept))[1].op, "same");
  }
  await destroyed(kept);
});

test("what was replaced is taken away without touching the service of its successor", async () => {
  const more = { activate: ["touch /run/kills"], deactivate: ["rm /run/kills"] };
  const one = await made({ a: "a\n" }, more);
  const two = await withProvider(async (run) => {
    await run.refresh(one); // it is in the state, so it is not taken for one whose answer was lost
    const [kept] = await run.apply(urn, set({ a: "a\n" }, more));
    assert.equal((await run.remove(one)).error, "");
    return kept;
  });
  assert.notEqual(two?.id, one.id);
  await machine.succeed("test -e /run/kills");
  await destroyed(two);
  await machine.fail("test -e /run/kills");
});
