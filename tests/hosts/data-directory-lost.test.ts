import assert from "node:assert/strict";
import { test } from "node:test";
import { withProvider } from "../support/host-provider.ts";
import { dataOn } from "../support/data-directory.ts";
import { testMachine } from "../support/machine.ts";

const machine = await testMachine("components");
const { inputs, up, well, preview, remove } = dataOn(machine);
const wanted = inputs("/srv/data");
const clear = () =>
  machine.succeed(
    "umount -q /srv/data; umount -q /srv/disk; cd /srv; rm -rf data disk else link one two",
  );

/** What `up` says of a directory that is lost. */
const refusal = (lost: string, id: string) =>
  `components: data: ${lost}: nothing was changed. Mount its disk or restore its backup, then run again. To go on with ` +
  `what is there now, \`rm -r /var/lib/platform/data/${id}\` on the machine, then run again: a directory that is gone ` +
  "begins empty\n";

test("one that was deleted by hand is never silently made anew, also not by a replacement", async () => {
  const kept = await well("create", wanted);
  await machine.succeed("echo precious >/srv/data/file; mv /srv/data /srv/else");
  const lost = "/srv/data was on / (overlay overlay) and is gone";
  assert.deepEqual(await preview(wanted, kept), {
    "ADD mode": null,
    "ADD owner": null,
    "DELETE lost": lost,
  });
  const [still, step] = await up(wanted, kept);
  assert.equal(step.error, refusal(lost, kept.id));
  const [other, replacement] = await withProvider(async (run) => {
    await run.refresh(kept); // as in a replacement: its id is in the state
    return run.apply(kept.urn, wanted);
  });
  assert.equal(replacement.error, refusal(lost, kept.id));
  assert.equal(other, undefined);
  await machine.fail("test -e /srv/data");

  await machine.succeed("mv /srv/else /srv/data"); // the way out: it is restored
  assert.deepEqual(await preview(wanted, still ?? kept), {});
  assert.equal(await machine.succeed("cat /srv/data/file"), "precious\n");
  await remove(kept);
  await clear();
});

test("the other way out is to let it go on the machine: the next preview creates it, empty", async () => {
  const kept = await well("create", wanted);
  await machine.succeed("rm -r /srv/data");
  const [, { error }] = await up(wanted, kept);
  const [, command = "exit 9"] = /`(rm -r .*?)`/.exec(error) ?? [];
  await machine.succeed(command);
  assert.equal(await withProvider((run) => run.refresh(kept)), undefined);
  const anew = await well("create", wanted);
  assert.equal(await machine.succeed("stat -c %a /srv/data; ls -A /srv/data"), "750\n");
  await remove(anew);
  await clear();
});

test("a lost one can be taken out of the program, and is forgotten then", async () => {
  const kept = await well("create", wanted);
  await machine.succeed("rm -r /srv/data");
  await remove(kept);
  await machine.fail("test -e /srv/data || ls /var/lib/platform/data");
});

test("a file in its place is shown and refused", async () => {
  const kept = await well("create", wanted);
  await machine.succeed("rmdir /srv/data; echo mine >/srv/data");
  const lost = "/srv/data was a directory on / (overlay overlay) and is a regular file now";
  assert.equal((await preview(wanted, kept))["DELETE lost"], lost);
  assert.equal((await up(wanted, kept))[1].error, refusal(lost, kept.id));
  await remove(kept);
  assert.equal(await machine.succeed("cat /srv/data"), "mine\n");
  await clear();
});

test("when its disk is not mounted, nothing is made in the empty mount point", async () => {
  await machine.succeed("mkdir -m 0750 /srv/data; mount -t tmpfs -o mode=0750 disk /srv/data");
  const kept = await well("create", wanted);
  await machine.succeed(
    "echo precious >/srv/data/file; mount --bind /srv/data /mnt; umount /srv/data",
  );
  const lost =
    "/srv/data was on /srv/data (tmpfs disk), which is not mounted now, and is on / (overlay overlay) now";
  assert.deepEqual(await preview(wanted, kept), { "DELETE lost": lost });
  const [still, step] = await up(inputs("/srv/data", { mode: "0700" }), kept);
  assert.equal(step.error, refusal(lost, kept.id));
  assert.equal(await machine.succeed("stat -c %a /srv/data; ls -A /srv/data"), "750\n");

  await machine.succeed("mount --bind /mnt /srv/data; umount /mnt");
  assert.deepEqual(await preview(wanted, still ?? kept), {});
  assert.equal(await machine.succeed("cat /srv/data/file"), "precious\n");
  await remove(kept);
  await clear();
});

test("when the disk around it is not mounted, its parents are not made either", async () => {
  await machine.succeed("mkdir /srv/disk; mount -t tmpfs disk /srv/disk");
  const deep = inputs("/srv/disk/deep/forum");
  const kept = await well("create", deep);
  await machine.succeed("umount /srv/disk");
  const lost =
    "/srv/disk/deep/forum was on /srv/disk (tmpfs disk), which is not mounted now, and is gone";
  assert.equal((await preview(deep, kept))["DELETE lost"], lost);
  assert.equal((await up(deep, kept))[1].error, refusal(lost, kept.id));
  assert.equal(await machine.succeed("ls -A /srv/disk"), "");
  await remove(kept);
  await clear();
});

test("another disk in its place is refused until it is confirmed", async () => {
  const kept = await well("create", wanted);
  await machine.succeed("mount -t tmpfs new /srv/data; echo moved >/srv/data/file");
  const lost = "/srv/data was on / (overlay overlay) and is on /srv/data (tmpfs new) now";
  assert.equal((await preview(wanted, kept))["DELETE lost"], lost);
  assert.equal((await up(wanted, kept))[1].error, refusal(lost, kept.id));
  await machine.succeed(`rm -r /var/lib/platform/data/${kept.id}`);
  const anew = await well("create", wanted);
  assert.deepEqual(await preview(wanted, anew), {});
  assert.equal(await machine.succeed("cat /srv/data/file; stat -c %a /srv/data"), "moved\n750\n");
  await remove(anew);
  await clear();
});

test("a link that leads elsewhere, or nowhere any more, is refused", async () => {
  await machine.succeed("mkdir /srv/one /srv/two; ln -s one /srv/link");
  const linked = inputs("/srv/link");
  const kept = await well("create", linked);
  await machine.succeed("ln -sfn two /srv/link");
  const lost = "/srv/link was /srv/one and leads to /srv/two now";
  assert.equal((await preview(linked, kept))["DELETE lost"], lost);
  assert.equal((await up(linked, kept))[1].error, refusal(lost, kept.id));
  await machine.succeed("ln -sfn three /srv/link");
  const gone = "/srv/link was on / (overlay overlay) and is gone";
  assert.equal((await up(linked, kept))[1].error, refusal(gone, kept.id));
  assert.equal(await machine.succeed("stat -c %a /srv/one /srv/two"), "750\n755\n");
  await remove(kept);
  await clear();
});
