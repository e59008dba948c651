import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { sharedDirectory } from "../../components/discourse/site.ts";
import { forumMachine } from "../support/forum.ts";
import { replacements } from "../support/replacement.ts";

const { machine, image } = await forumMachine();
const forum = replacements(machine, image);
const wanted = { from: image.name, env: { STANDIN_BOOT_SECONDS: "0" } };

/** The id of the image, as Docker's provider would tell it. */
const declared = wanted.from;

/** What a monitoring plugin says to whoever has no rights. */
async function checked(what: string): Promise<[number, string]> {
  const { code, stdout } = await machine.run(
    `runuser -u nobody -- /usr/local/sbin/platform-forum check ${what}`,
  );
  return [code, stdout];
}

describe("what no request tells of a forum", () => {
  before(async () => {
    await machine.succeed("docker rm -f app");
    await forum.swap(wanted);
    for (const name of ["forum-watch", "forum-watch-timer"]) {
      assert.equal((await forum.step(name, wanted)).stderr, "");
    }
  });

  after(async () => {
    for (const name of ["forum-watch-timer", "forum-watch"]) await forum.remove(name);
    await machine.run(`docker rm -f app; rm -f ${sharedDirectory}/standin-jobs`);
  });

  test("is asked by a timer, and told to whoever has no rights", async () => {
    await machine.waitUntilSucceeds("test -s /run/platform-forum/seen.json", 90);
    assert.deepEqual(await checked("version"), [
      0,
      "OK: Discourse 2026.7.1 lacks no critical update | behind=1\n",
    ]);
    const [code, said] = await checked("jobs");
    assert.equal(code, 0);
    assert.match(said, /^OK: jobs wait for 0 s \(critical\) and 2 s \(default\) \| critical=0s;60/);
  });

  test("is looked at besides, whether it runs well and whose it is", async () => {
    await machine.succeed("systemctl start platform-forum-look");
    const { code, stdout } = await machine.run(
      "runuser -u nobody -- /usr/local/sbin/platform-container check app",
    );
    // The test has made it, without the label that the platform gives.
    assert.deepEqual(
      [code, stdout],
      [
        1,
        "CONTAINER WARNING: app was made by somebody else than the platform | restarts=0;;2 gone=0s;;900\n",
      ],
    );
  });

  test("is compared with the image that the platform has made it from", async () => {
    const image = async () =>
      (await machine.run("runuser -u nobody -- /usr/local/sbin/platform-container image app"))
        .stdout;
    const look = "/usr/local/sbin/platform-container look app forum";
    const id = (await machine.succeed("docker inspect --format '{{.Image}}' app")).trim();
    const from = `app is made from ${id.slice(0, 19)}`;
    assert.equal(await machine.succeed("cat /etc/platform-forum/image"), `${declared}\n`);
    await machine.succeed(`echo ${id} >/etc/platform-forum/image; ${look}`);
    assert.equal(await image(), `CONTAINER OK: ${from} | other=0s;3600\n`);
    const other = `sha256:${"0".repeat(64)}`;
    const note = "/run/platform-forum/container-app.json";
    await machine.succeed(
      `echo ${other} >/etc/platform-forum/image; ${look}; ` +
        `jq -c '.other -= 4000' ${note} >/run/note; cp /run/note ${note}`,
    );
    assert.match(
      await image(),
      /^CONTAINER WARNING: app is made from sha256:[0-9a-f]{12}, and the one for it is sha256:000000000000 \| other=40\d\ds;3600\n$/,
    );
  });

  test("is told anew after each look, and kept when the forum is stopped", async () => {
    const jobs = { processes: 0, latency: {}, version: "2026.7.1", behind: 0, urgent: true };
    await machine.succeed(`cat >${sharedDirectory}/standin-jobs`, JSON.stringify(jobs));
    await machine.succeed("systemctl start platform-forum-look");
    assert.equal((await checked("jobs"))[0], 2);
    assert.equal((await checked("version"))[0], 2);
    await machine.succeed("docker stop app; systemctl start platform-forum-look");
    assert.equal((await checked("version"))[0], 2);
  });
});
