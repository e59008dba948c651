import assert from "node:assert/strict";
import { test } from "node:test";
import { DataDirectory } from "../../components/host/index.ts";
import { scriptText, remoteCommand } from "../../provider/shell/text.ts";
import { dataDirectory } from "../../provider/data-directory.ts";
import { dataOn } from "../support/data-directory.ts";
import { exampleHost } from "../support/host.ts";
import { kindOn } from "../support/kept.ts";
import { laws } from "../support/laws.ts";
import { testMachine } from "../support/machine.ts";

const machine = await testMachine("components");
const { inputs, up, well, preview, remove } = dataOn(machine);

const stat = (paths: string) => machine.succeed(`stat -c '%a %u:%g %n' ${paths}`);
const clear = () =>
  machine.succeed("rm -rf /srv/data /srv/link /srv/else /usr/local/sbin/{mkdir,chown,chmod}");

test("it is made with its parents, obeys the laws, and stays when its resource goes", async () => {
  const build = () =>
    new DataDirectory("data", {
      host: exampleHost(),
      path: "/srv/data/deep/forum",
      mode: "0751",
      owner: "1000:mail",
    });
  await laws(machine, build, async () => {
    assert.equal(
      await stat("/srv/data /srv/data/deep /srv/data/deep/forum"),
      "755 0:0 /srv/data\n755 0:0 /srv/data/deep\n751 1000:8 /srv/data/deep/forum\n",
    );
  });
  assert.equal(await stat("/srv/data/deep/forum"), "751 1000:8 /srv/data/deep/forum\n");
  await machine.fail("ls /var/lib/platform/data");
  await clear();
});

test("one with data in it is adopted, and not one byte, mode or owner in it is changed", async () => {
  await machine.succeed(
    "mkdir -p /srv/data/pg; echo precious >/srv/data/pg/1; ln -s nowhere /srv/data/link; " +
      "chown -R 1234:1235 /srv/data; chmod 0640 /srv/data/pg/1; chmod 2777 /srv/data/pg",
  );
  const look =
    "cd /srv/data; find . -mindepth 1 -printf '%p %m %U:%G %l %T@ %C@\\n' | sort; cat pg/1";
  const before = await machine.succeed(look);
  const kept = await well("create", inputs("/srv/data"));
  assert.equal(await stat("/srv/data"), "750 0:0 /srv/data\n");
  assert.equal(await machine.succeed(look), before);
  const ctime = await machine.succeed("stat -c %Z.%z /srv/data");
  const { id } = await well("same", inputs("/srv/data"), kept);
  const again = await machine.run(remoteCommand("apply", 60, "root"), textOf(id));
  assert.deepEqual([again.stdout, again.stderr], ["unchanged\n", ""]);
  assert.equal(await machine.succeed("stat -c %Z.%z /srv/data"), ctime);
  await remove(kept);
  assert.equal(await machine.succeed(look), before);
  await clear();
});

/** The script's whole text, as the provider sends it for that id. */
function textOf(id: string): string {
  const { files, values } = dataDirectory.script(inputs("/srv/data"));
  return scriptText(files, { RELEASE: "bookworm", NAME: "data", ID: id, ...values });
}

test("mode and owner that were changed by hand show in a preview, and up repairs them", async () => {
  const wanted = inputs("/srv/data", { owner: "daemon:1000" });
  let kept = await well("create", wanted);
  for (const [byHand, shown] of [
    ["chmod 0700 /srv/data", { "UPDATE mode": "0700" }],
    ["chmod 6750 /srv/data", { "UPDATE mode": "6750" }],
    ["chown root /srv/data", { "UPDATE owner": "root:1000" }],
    ["chown 4321:games /srv/data", { "UPDATE owner": "4321:60" }],
  ] as const) {
    await machine.succeed(byHand);
    assert.deepEqual(await preview(wanted, kept), shown);
    kept = await well("update", wanted, kept);
    assert.deepEqual(await preview(wanted, kept), {});
    assert.equal(await stat("/srv/data"), "750 1:1000 /srv/data\n");
  }
  await remove(kept);
  await clear();
});

test("what cannot be is refused before anything is changed", async () => {
  await machine.succeed(
    "mkdir /srv/else; echo x >/srv/else/file; ln -s /etc /srv/link; ln -s gone /srv/else/link",
  );
  for (const [path, more, words] of [
    [
      "/srv/else/file",
      {},
      "/srv/else/file is a regular file, no directory: move it away, then run again",
    ],
    [
      "/srv/else/link",
      {},
      "/srv/else/link is a link to /srv/else/gone, where nothing is: make that directory, or mount its disk, then run again",
    ],
    ["/srv/link", {}, "/srv/link leads to /etc, which belongs to the system: choose another path"],
    [
      "/srv/link/x",
      {},
      "/srv/link/x leads to /etc/x, which belongs to the system: choose another path",
    ],
    [
      "/srv/data",
      { owner: "nobody:forum" },
      "nobody:forum cannot own /srv/data, for the machine does not know forum: have it made before, or give a number",
    ],
  ] as const) {
    const [kept, step] = await up(inputs(path, more));
    assert.equal(step.error, `components: data: ${words}\n`);
    assert.equal(kept, undefined);
  }
  const [half, step] = await up(inputs("/srv/else/file/forum"));
  assert.equal(
    step.error,
    "mkdir: cannot create directory ‘/srv/else/file/’: File exists\n" +
      "components: data: /srv/else/file/forum could not be made (see above): put right what is in its way, then run again\n",
  );
  await remove(half ?? assert.fail("it is noted, for it was begun"));
  await machine.fail("ls -d /srv/data /var/lib/platform/data/* /etc/x 2>/dev/null");
  assert.equal(await machine.succeed("cat /srv/else/file; ls /srv/else"), "x\nfile\nlink\n");
  await clear();
});

test("a link to a directory elsewhere is followed, and kept", async () => {
  await machine.succeed("mkdir /srv/else; ln -s else /srv/link");
  const wanted = inputs("/srv/link/forum");
  const kept = await well("create", wanted);
  assert.equal(await stat("/srv/else/forum"), "750 0:0 /srv/else/forum\n");
  const top = await well("create", inputs("/srv/link", { mode: "0711" }));
  assert.equal(await stat("/srv/else"), "711 0:0 /srv/else\n");
  assert.deepEqual(await preview(inputs("/srv/link", { mode: "0711" }), top), {});
  await remove(top);
  await remove(kept);
  assert.equal(await machine.succeed("readlink /srv/link; ls /srv/else"), "else\nforum\n");
  await clear();
});

test("another path is another directory; the old one stays with what is in it", async () => {
  const one = await well("create", inputs("/srv/data/one"));
  await machine.succeed("echo precious >/srv/data/one/file");
  const two = await well("create", inputs("/srv/data/two")); // the engine makes it first, then deletes
  await remove(one);
  assert.equal(
    await machine.succeed("cd /srv/data; cat one/file; ls one two"),
    "precious\none:\nfile\n\ntwo:\n",
  );
  await remove(two);
  await clear();
});

test("a directory belongs to the last resource that was made for it", async () => {
  const one = await well("create", inputs("/srv/data"));
  // Under its own name it would take up the id of the first, as one whose answer was lost.
  const other = kindOn(machine, "DataDirectory", "other");
  const two = await other.well("create", inputs("/srv/data", { mode: "0700" }));
  assert.equal(await machine.succeed("ls /var/lib/platform/data"), `${two.id}\n`);
  await remove(one);
  assert.deepEqual(await other.preview(inputs("/srv/data", { mode: "0700" }), two), {});
  await remove(two);
  await clear();
});

test("a change that was broken off anywhere is seen by a preview, and finished by the next up", async () => {
  for (const [command, made] of [
    ["mkdir", false],
    ["chown", true],
    ["chmod", true],
  ] as const) {
    const fake = `/usr/local/sbin/${command}`;
    await machine.succeed(`cat >${fake}; chmod 755 ${fake}`, "#!/bin/sh\nkill -KILL $PPID\n");
    const wanted = inputs("/srv/data", { owner: "daemon:daemon", mode: "0711" });
    const [half, step] = await up(wanted);
    assert.match(step.error, /the script was ended from outside/);
    await machine.succeed(`rm ${fake}`);
    assert.equal((await machine.run("test -d /srv/data")).code === 0, made, command);
    const kept = half ?? assert.fail("what there is is in the state");
    assert.equal(
      (await preview(wanted, kept))["DELETE unfinished"],
      "a change was broken off before the directory stood",
    );
    const whole = await well("update", wanted, kept);
    assert.equal(await stat("/srv/data"), "711 1:1 /srv/data\n");
    assert.deepEqual(await preview(wanted, whole), {});
    await remove(whole);
    await clear();
  }
});
