import assert from "node:assert/strict";
import { test } from "node:test";
import type { Properties } from "../../provider/grpc/values.ts";
import { type Kept, type ProviderRun, withProvider } from "../support/host-provider.ts";
import { testMachine } from "../support/machine.ts";

const machine = await testMachine("components");
const { address, port, hostKey, instance } = machine;
const host = {
  ...{ name: "web", address, port, user: "root", hostKey, instance },
  release: "bookworm",
};

const urn = (name: string, type = "ConfigSet") =>
  `urn:pulumi:test::platform::host:index:${type}::${name}`;

/** The inputs of a set whose files hold their own names. */
function set(paths: readonly string[], more: Properties = {}): Properties {
  const files = Object.fromEntries(
    paths.map((path) => [path, { content: `${path}\n`, mode: "0644", owner: "root:root" }]),
  );
  const none = { absent: [], validate: [], activate: [], probe: [], deactivate: [] };
  return { host, files, adopt: "replace", ...none, ...more };
}

async function made(run: ProviderRun, name: string, inputs: Properties): Promise<Kept> {
  const [kept, { op, error }] = await run.apply(urn(name), inputs);
  assert.equal(op, "create", error);
  return kept ?? assert.fail("nothing was made");
}

const removed = async (run: ProviderRun, kept: Kept) => {
  assert.deepEqual(await run.remove(kept), { op: "delete", changes: {}, error: "" });
};

const content = (path: string) => machine.succeed(`cat ${path}`);

test("who is made in the place of another owns its files; what was there first comes back once", async () => {
  await machine.succeed("mkdir -p /etc/own; echo first >/etc/own/a");
  await withProvider(async (run) => {
    const one = await made(run, "one", set(["/etc/own/a", "/etc/own/deep/b"]));
    const two = await made(run, "one", set(["/etc/own/a", "/etc/own/deep/b"]));
    assert.notEqual(one.id, two.id);
    await removed(run, one);
    assert.equal(await content("/etc/own/a /etc/own/deep/b"), "/etc/own/a\n/etc/own/deep/b\n");
    const found = await run.refresh(two);
    assert.deepEqual(found?.properties, two.properties);
    await removed(run, two);
  });
  assert.equal(await machine.succeed("cat /etc/own/a; ls /etc/own"), "first\na\n");
  await machine.succeed("rm -r /etc/own");
});

test("a path that moves to another set stays, whichever of the two is changed first", async () => {
  for (const giverFirst of [true, false]) {
    await withProvider(async (run) => {
      let giver = await made(run, "giver", set(["/etc/own/a", "/etc/own/b"]));
      let taker = await made(run, "taker", set(["/etc/own/c"]));
      await withProvider(async (next) => {
        const give = async () => {
          const [kept, { op }] = await next.apply(urn("giver"), set(["/etc/own/a"]), giver);
          assert.equal(op, "update");
          giver = kept ?? giver;
        };
        const inputs = set(["/etc/own/b", "/etc/own/c"]);
        if (giverFirst) await give();
        const [kept, step] = await next.apply(urn("taker"), inputs, taker);
        assert.equal(step.op, "update", step.error);
        taker = kept ?? taker;
        if (!giverFirst) await give();
        assert.equal(await content("/etc/own/a /etc/own/b"), "/etc/own/a\n/etc/own/b\n");
        await removed(next, giver);
        assert.equal(await content("/etc/own/b"), "/etc/own/b\n");
        await removed(next, taker);
      });
    });
    await machine.fail("ls /etc/own");
  }
});

test("a unit and its note pass over to the resource that takes its place", async () => {
  await withProvider(async (run) => {
    const inputs = { host, unit: "ssh.service", enabled: true, active: true, ready: "true" };
    const [one] = await run.apply(urn("ssh", "Unit"), inputs);
    const [two] = await run.apply(urn("ssh", "Unit"), inputs);
    assert.ok(one && two);
    await removed(run, one);
    assert.ok(await run.refresh(two));
    await removed(run, two);
  });
  assert.equal(
    await machine.succeed("systemctl is-enabled ssh; systemctl is-active ssh"),
    "enabled\nactive\n",
  );
});

test("a directory in the place of a file is refused, and left alone when the set goes", async () => {
  await withProvider(async (run) => {
    const kept = await made(run, "set", set(["/etc/own/a"]));
    await machine.succeed("rm /etc/own/a; mkdir /etc/own/a; echo mine >/etc/own/a/data");
    const found = await run.refresh(kept);
    const [, step] = await run.apply(urn("set"), set(["/etc/own/a"]), found);
    assert.equal(
      step.error,
      "components: set: /etc/own/a is a directory: move it away, then run again\n",
    );
    await removed(run, kept);
    assert.equal(await content("/etc/own/a/data"), "mine\n");
  });
  await machine.succeed("rm -r /etc/own");
});

test("what was missing and is there again by hand is no difference any more", async () => {
  await withProvider(async (run) => {
    const kept = await made(run, "set", set(["/etc/own/a"]));
    await machine.succeed("mv /etc/own/a /etc/own/kept");
    const gone = (await run.refresh(kept)) ?? assert.fail("the set itself is there");
    assert.deepEqual(gone.properties["files"], {});
    await withProvider(async (next) => {
      await machine.succeed("mv /etc/own/kept /etc/own/a");
      const back = await next.refresh(gone);
      const [, step] = await next.apply(urn("set"), set(["/etc/own/a"]), back);
      assert.equal(step.op, "same");
    });
    await removed(run, kept);
  });
});

test("somebody with sudo but not root works on the same state", async () => {
  await machine.succeed(
    "apt-get -qq install sudo >/dev/null 2>&1; useradd -m ops; cp -r /root/.ssh /home/ops/; " +
      "chown -R ops /home/ops/.ssh; echo 'ops ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/ops",
  );
  await withProvider(async (run) => {
    const inputs = set(["/etc/own/a"], { host: { ...host, user: "ops" } });
    const kept = await made(run, "set", inputs);
    assert.equal(
      await machine.succeed("stat -c '%U %a' /etc/own/a /var/lib/platform"),
      "root 644\nroot 700\n",
    );
    assert.deepEqual((await run.refresh(kept))?.properties, kept.properties);
    await machine.succeed("echo >/etc/sudoers.d/ops");
    const [, step] = await run.apply(
      urn("set"),
      set(["/etc/own/b"], { host: { ...host, user: "ops" } }),
      kept,
    );
    assert.match(
      step.error,
      /does not let ops become root \(sudo: a password is required\): give it `ops ALL=\(ALL\) NOPASSWD: ALL`/,
    );
    await removed(run, { ...kept, inputs: set(["/etc/own/a"]) });
  });
  await machine.succeed(
    "rm /etc/sudoers.d/ops; userdel -r ops 2>/dev/null; SUDO_FORCE_REMOVE=yes apt-get -qq purge sudo >/dev/null 2>&1",
  );
});
