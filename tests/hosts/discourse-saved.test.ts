import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { sharedDirectory, socketPath } from "../../components/discourse/site.ts";
import { forumMachine } from "../support/forum.ts";
import { replacements, twoImages } from "../support/replacement.ts";

const { machine, image } = await forumMachine();
const forum = replacements(machine, image);
const archives = `${sharedDirectory}/backups/default`;
const asked = `curl -sf --unix-socket ${socketPath} http://x/latest.json`;
const quick = { STANDIN_BOOT_SECONDS: "0" };
const refused =
  /no good copy of the forum could be taken \(see above\), so it does not get another/;

describe("the copy of a forum before it gets another image", () => {
  let first = "";
  let second = "";
  const save = async () => (await forum.step("forum-saved", { from: second })).stderr;
  const copies = async () =>
    (await machine.succeed(`ls ${archives} 2>/dev/null || true`)).split("\n").length - 1;

  before(async () => {
    [first, second] = await twoImages(machine, image);
    await machine.succeed("docker rm -f app");
    await forum.swap({ from: first, env: quick });
    await machine.waitUntilSucceeds(asked);
  });

  beforeEach(async () => {
    await forum.remove("forum-saved");
    await machine.succeed(`rm -rf ${archives}; mkdir -p ${archives}`);
  });

  after(async () => {
    await forum.remove("forum-saved");
    await machine.run(`docker rm -f app; rm -rf ${archives}`);
  });

  test("is not there when the disk is full, which is said, and the next run takes it", async () => {
    await machine.succeed(`mount -t tmpfs -o size=8k tmpfs ${archives}; docker restart app`);
    assert.match(await save(), /No space left on device[^]*no good copy of the forum could be/);
    await machine.waitUntilSucceeds(asked);
    await machine.succeed(`docker stop app; umount ${archives}; docker start app`);
    assert.equal(await save(), "");
    assert.equal(await copies(), 1);
  });

  test("is taken anew when the run that took it was killed, and the forum has run all the while", async () => {
    const bin = "/usr/local/bin";
    const hangs = `cd ${bin}; mv discourse real; printf '#!/bin/sh\\nexec sleep 600\\n' >discourse; chmod 0755 discourse`;
    await machine.succeed("docker exec -i app sh", hangs);
    const broken = save();
    await machine.waitUntilSucceeds("docker top app | grep -q 'sleep 600'");
    await machine.succeed("pkill -KILL -f '[b]ash -s -- apply'");
    assert.notEqual(await broken, "");
    await machine.succeed(asked);
    await machine.fail("ls /var/lib/platform-discourse/app.saved");
    await machine.succeed(`docker exec app mv ${bin}/real ${bin}/discourse`);
    assert.equal(await save(), "");
    assert.equal(await copies(), 1);
  });

  test("is not there when it is no whole one, or the forum does not run", async () => {
    const cut = `cd /usr/local/bin; mv discourse real; printf '#!/bin/sh\\nhead -c 20000 /dev/urandom >/shared/backups/default/x.tar.gz\\n' >discourse; chmod 0755 discourse`;
    await machine.succeed("docker exec -i app sh", cut);
    const said = await save();
    assert.match(said, /not in gzip format/);
    assert.match(said, refused);
    await machine.succeed("docker stop app");
    assert.match(await save(), /the forum is exited, so no copy can be taken before it gets/);
  });
});
