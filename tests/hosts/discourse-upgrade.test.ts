import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { sharedDirectory, socketPath } from "../../components/discourse/site.ts";
import { hostname } from "../support/forum.ts";
import { probe, type Seen } from "../support/prober.ts";
import { apply, image, machine, runForum } from "../support/proxy.ts";
import { replacements, twoImages } from "../support/replacement.ts";

const forum = replacements(machine, image);
const resolve = `--resolve ${hostname}:443:127.0.0.1 --cacert /run/ca.pem`;
const visitor = `curl -sS --max-time 20 -w '%{http_code}' ${resolve} -H 'X-Forwarded-For: 203.0.113.5' https://${hostname}/`;
const pages = { forum: "discourse-standin", offline: "The forum will be back in a moment" };
const archives = `${sharedDirectory}/backups/default`;
const quick = { STANDIN_BOOT_SECONDS: "2" };

describe("an upgrade, as visitors see it", () => {
  let first = "";
  let second = "";

  /** What visitors get while something is done. */
  async function during(work: () => Promise<unknown>): Promise<Seen> {
    const prober = await probe((command, input) => machine.succeed(command, input), visitor, pages);
    await work();
    await machine.waitUntilSucceeds("tail -n 1 /run/prober.log | grep -q ' 200 forum$'", 60);
    return prober.stop();
  }

  before(async () => {
    await runForum();
    [first, second] = await twoImages(machine, image);
    const { stderr } = await apply({ trustedProxies: ["127.0.0.1"] });
    assert.equal(stderr, "");
    await machine.succeed(
      `docker rm -f app; rm -rf ${archives} ${sharedDirectory}/standin-no-backup`,
    );
    assert.equal(await forum.replace({ from: first, env: quick }), "");
  });

  after(async () => {
    await forum.remove("forum-saved");
    await machine.run("docker rm -f app app-failed app-previous; systemctl stop prober");
  });

  test("begins with a copy, and gives them the forum or the offline page and nothing else", async () => {
    const wanted = { from: second, env: quick };
    const { answers, seconds, requests } = await during(async () => {
      assert.equal((await forum.step("forum-saved", wanted)).stderr, "");
      assert.equal(await forum.replace(wanted), "");
    });
    assert.deepEqual(answers, ["200 forum", "503 offline", "200 forum"]);
    assert.ok(requests > 20, `${requests} requests`);
    console.log(`the offline page was seen for ${seconds("503 offline").toFixed(1)} s`);
    assert.match(await machine.succeed(`ls ${archives}`), /^forum-.*-v\d+\.tar\.gz\n$/);
    assert.equal((await forum.step("forum-saved", wanted)).stdout, "unchanged\n");
  });

  test("that does not come up leads back, and shows nothing else either", async () => {
    const wanted = { from: second, env: { STANDIN_BOOT_SECONDS: "600" } };
    const { answers } = await during(async () => {
      assert.match(await forum.replace(wanted), /The one before it serves again/);
    });
    assert.deepEqual(answers, ["200 forum", "503 offline", "200 forum"]);
    assert.equal(await forum.replace({ from: second, env: quick }), "");
  });

  test("does not begin when no good copy can be taken, and the forum is not touched", async () => {
    await machine.succeed(`touch ${sharedDirectory}/standin-no-backup`);
    const { answers } = await during(async () => {
      assert.match(
        (await forum.step("forum-saved", { from: first })).stderr,
        /the stand-in was told to fail\n.*no good copy of the forum could be taken \(see above\), so it does not get another image/s,
      );
    });
    assert.deepEqual(answers, ["200 forum"]);
    await machine.succeed(
      `rm ${sharedDirectory}/standin-no-backup; curl -sf --unix-socket ${socketPath} http://x/srv/status`,
    );
    assert.equal((await forum.step("forum-saved", { from: first })).stderr, "");
  });
});
