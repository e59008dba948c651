import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigSet, type ConfigSetArgs } from "../../components/host/index.ts";
import { deploy } from "../support/deploy.ts";
import { exampleHost } from "../support/host.ts";
import { testMachine } from "../support/machine.ts";
import { configSet } from "../../provider/config-set.ts";
import type { Properties } from "../../provider/grpc/values.ts";
import { remoteCommand, scriptText } from "../../provider/shell/text.ts";
import { inOrder, runOn, stateOf } from "../support/scripts.ts";

const machine = await testMachine("components");

const one = { path: "/etc/demo/a.conf", content: "one\n" };
const two = { path: "/etc/demo/a.conf", content: "two\n" };

async function command(change: Partial<ConfigSetArgs> = {}) {
  const build = () => new ConfigSet("set", { host: exampleHost(), files: [one], ...change });
  const { resources } = await deploy(build);
  return inOrder(resources)[0] ?? assert.fail("nothing is registered");
}

const apply = async (change?: Partial<ConfigSetArgs>) => runOn(machine, await command(change));
const remove = async (change?: Partial<ConfigSetArgs>) =>
  runOn(machine, await command(change), "delete");
const live = () => machine.succeed("cat /etc/demo/a.conf");

async function clean() {
  const { code, stderr } = await remove();
  assert.equal(code, 0, stderr);
  assert.equal(
    await machine.succeed(
      "ls -A /var/lib/platform/sets 2>/dev/null; ls -d /var/lib/platform/stage 2>&1 || true",
    ),
    "ls: cannot access '/var/lib/platform/stage': No such file or directory\n",
  );
  await machine.succeed("rm -rf /etc/demo");
}

test("remove can run twice, after a kill, and after somebody tidied up by hand", async () => {
  await machine.succeed("mkdir -p /etc/demo; echo mine >/etc/demo/a.conf");
  assert.equal((await apply()).code, 0);
  await machine.succeed("rm -r /etc/demo"); // also the directory of what comes back
  assert.equal((await remove()).code, 0);
  assert.equal(await live(), "mine\n");
  assert.equal((await remove()).code, 0);
  assert.equal(await live(), "mine\n");
  await machine.succeed("rm -r /etc/demo");
  assert.equal((await apply()).code, 0);
  await machine.succeed("rm -r /etc/demo");
  await clean();
});

test("when the link is lost before a refusal, the old files come back all the same", async () => {
  assert.equal((await apply()).code, 0);
  const probe = [["sh", "-c", "sleep 3; exit 1"]] as const;
  const { inputs } = await command({ files: [two], probe });
  // The reader of both outputs goes away, as it does with a connection.
  const { files, values, timeoutSeconds } = configSet.script(inputs as Properties);
  const { id } = stateOf(machine).get("set") ?? assert.fail("the set is not there");
  const text = scriptText(files, { ...values, ID: id, NAME: "set", RELEASE: "bookworm" });
  const line = remoteCommand("apply", timeoutSeconds, "root").replace(/^exec /, "");
  await machine.succeed(
    `cat >/run/script; (${line} </run/script 2>&1; echo $? >/run/code) | sleep 1; sleep 4`,
    text,
  );
  await machine.waitUntilSucceeds("test -s /run/code");
  assert.notEqual(await machine.succeed("cat /run/code"), "0\n");
  assert.equal(await live(), "one\n");
  await machine.succeed("rm /run/script /run/code");
  await clean();
});

test("a command that takes longer than `commandSeconds` is ended and its files put back, and with more time it works", async () => {
  assert.equal((await apply()).code, 0);
  const slow = 'sleep 5; echo "$COMMAND_SECONDS" >>/run/slow';
  const change = { files: [two], activate: [["sh", "-c", slow]] } as const;
  const hung = await apply({ ...change, commandSeconds: 3 });
  assert.equal(
    hung.stderr,
    `set: \`sh -c '${slow}'\` did not end within 3 s, so it was ended: see on the machine what it waits for\n` +
      "components: set: the new files could not be made active (see above)\n" +
      "set: the files that stood there before are back and active\n",
  );
  assert.equal(await live(), "one\n");
  assert.equal((await apply({ ...change, commandSeconds: 10 })).code, 0);
  assert.equal(await live(), "two\n");
  // Another time alone is noted, and runs nothing.
  assert.equal((await apply({ ...change, commandSeconds: 9 })).stdout, "update commandSeconds\n");
  assert.equal((await apply({ ...change, commandSeconds: 9 })).stdout, "unchanged\n");
  assert.equal(await machine.succeed("cat /run/slow"), "10\n");
  await clean(); // its removal activates, too
  assert.equal(await machine.succeed("cat /run/slow; rm /run/slow"), "10\n9\n");
});

test("a directory that is a symlink or a mount is validated without being touched", async () => {
  await machine.succeed("mkdir -p /srv/demo /etc/demo; echo mine >/srv/demo/a.conf");
  for (const make of [
    "rmdir /etc/demo; ln -s /srv/demo /etc/demo",
    "rm /etc/demo; mkdir /etc/demo; mount --bind /srv/demo /etc/demo",
  ]) {
    await machine.succeed(make);
    const refused = await apply({ validate: [["sh", "-c", "cat /etc/demo/a.conf; exit 1"]] });
    assert.match(refused.stderr, /^one\ncomponents: set: the new files were refused/);
    assert.equal(await live(), "mine\n");
    assert.equal((await apply({ validate: [["grep", "-q", "one", "/etc/demo/a.conf"]] })).code, 0);
    assert.equal(await live(), "one\n");
    assert.equal((await remove()).code, 0);
    assert.equal(await live(), "mine\n");
  }
  await machine.succeed(
    "umount /etc/demo; rm -r /srv/demo /etc/demo /srv/.platform-stage 2>/dev/null || true",
  );
});

test("a file of somebody else is refused where its settings must not be lost", async () => {
  await machine.succeed("mkdir -p /etc/demo; echo mine >/etc/demo/a.conf");
  const { code, stderr } = await apply({ adopt: "refuse" });
  assert.equal(code, 1);
  assert.equal(
    stderr,
    "components: /etc/demo/a.conf is there already and was not written by the platform: carry its settings " +
      "over or decide against them, move the file away, then run again\n",
  );
  assert.equal(await live(), "mine\n");
  await machine.succeed("echo one >/etc/demo/a.conf"); // the same already: nothing can be lost
  assert.equal((await apply({ adopt: "refuse" })).code, 0);
  assert.equal((await apply({ adopt: "refuse", files: [two] })).code, 0);
  assert.equal((await remove()).code, 0);
  await machine.succeed("rm -rf /etc/demo");
});

test("a wrong owner or a full disk ends it with nothing changed, and the next run works", async () => {
  assert.equal((await apply()).code, 0);
  const stranger = await apply({ files: [{ ...two, owner: "nobody-here:root" }] });
  assert.match(stranger.stderr, /invalid user/);
  assert.equal(await live(), "one\n");
  await machine.succeed(
    "mkdir -p /run/small; mount -t tmpfs -o size=256k tmpfs /run/small; cp -a /var/lib/platform/sets /run/small; mount --bind /run/small /var/lib/platform; dd if=/dev/zero of=/var/lib/platform/fill bs=1k 2>/dev/null || true",
  );
  const full = await apply({
    files: [two, { path: "/etc/demo/new/deep/b", content: "x".repeat(9000) }],
  });
  assert.notEqual(full.code, 0);
  assert.match(full.stderr, /No space left on device/);
  assert.ok(full.stderr.length < 5000);
  assert.equal(await live(), "one\n");
  await machine.succeed("umount /var/lib/platform /run/small");
  assert.equal((await apply({ files: [two] })).code, 0);
  await clean();
});
