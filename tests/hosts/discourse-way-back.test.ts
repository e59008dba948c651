import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { sharedDirectory, socketPath } from "../../components/discourse/site.ts";
import { forumMachine, setMode } from "../support/forum.ts";
import { replacements, twoImages } from "../support/replacement.ts";

const { machine, image } = await forumMachine();
const forum = replacements(machine, image);
const { step, swap, replace, again, shown } = forum;

/** Names, states, restart policies and, where it is set, how slow they are, of all containers. */
async function containers(): Promise<string[]> {
  const form =
    "{{.Name}} {{.State.Status}} {{.HostConfig.RestartPolicy.Name}}{{range .Config.Env}} {{.}}{{end}}";
  const lines = await machine.succeed(`docker ps -aq | xargs -r docker inspect --format '${form}'`);
  return lines
    .trim()
    .split("\n")
    .map((line) => line.replaceAll(/ (?!STANDIN)\w+=\S*/g, ""))
    .toSorted();
}

const asked = `curl -sf --unix-socket ${socketPath} http://x/latest.json`;
const migrations = `${sharedDirectory}/postgres_data/migrations`;
const verdict = "/run/platform-forum/failed"; // of a deployment, which whoever monitors the machine reads
const slow = { STANDIN_BOOT_SECONDS: "600" };
const quick = { STANDIN_BOOT_SECONDS: "0" };
const whole = [{ serving: false }, { running: true, twin: false }];
const onItsTwin = [{ serving: true }, { running: false, twin: false }];
const late = /^forum: the forum did not answer on \S+ within 10 s \(last: \/srv\/status: 502\)\. /m;

describe("a forum's container that is replaced", () => {
  let first = "";
  let second = "";

  before(async () => {
    [first, second] = await twoImages(machine, image);
    await machine.succeed("docker rm -f app");
  });

  beforeEach(async () => {
    await machine.succeed(`mkdir -p ${migrations.replace(/\/\w+$/, "")}; echo 2026 >${migrations}`);
    await setMode(machine, "ok");
    assert.equal(await replace({ from: first, env: quick }), "");
  });

  after(async () => {
    await machine.run(`docker rm -f app app-failed app-previous; rm -f ${migrations}`);
  });

  test("has a twin until the new one answers, which is never started", async () => {
    const wanted = { from: first, env: { STANDIN_BOOT_SECONDS: "2" } };
    assert.equal((await step("forum-previous", wanted)).stderr, "");
    assert.deepEqual(await containers(), [
      "/app running always STANDIN_BOOT_SECONDS=0",
      "/app-previous created no STANDIN_BOOT_SECONDS=0",
    ]);
    await swap(wanted);
    assert.equal((await step("forum-ready", wanted)).stderr, "");
    assert.deepEqual(await containers(), ["/app running always STANDIN_BOOT_SECONDS=2"]);
    assert.deepEqual(await shown(), whole);
    assert.equal((await step("forum-previous", wanted)).stdout, "unchanged\n");
    assert.equal((await step("forum-ready", wanted)).stdout, "unchanged\n");
  });

  test("has a twin, too, when a build has only just started it again", async () => {
    await setMode(machine, "app-down");
    const wanted = { from: first, env: { STANDIN_BOOT_SECONDS: "2" } };
    assert.equal((await step("forum-previous", wanted)).stderr, "");
    assert.ok((await containers()).includes("/app-previous created no STANDIN_BOOT_SECONDS=0"));
    await setMode(machine, "ok");
    await swap(wanted);
    assert.equal((await step("forum-ready", wanted)).stderr, "");
  });

  test("comes back when the new one never answers, and is what the next run begins with", async () => {
    const wanted = { from: first, env: slow };
    for (const turn of [1, 2]) {
      const said = await (turn === 1 ? replace(wanted) : again(wanted));
      assert.match(said, late);
      assert.match(
        said,
        /The one before it serves again, on the database as it was\. Now read `docker logs --tail 50 app-failed` on the machine, or raise bootSeconds, and run `pulumi up` again\n$/,
      );
      await machine.succeed(asked);
      assert.match(await machine.succeed("runuser -u nobody -- cat " + verdict), /^\d{10}\n$/);
      assert.deepEqual(await containers(), [
        "/app running always STANDIN_BOOT_SECONDS=0",
        "/app-failed exited no STANDIN_BOOT_SECONDS=600",
      ]);
      assert.deepEqual(await shown(), onItsTwin);
    }
    assert.equal(await replace({ from: first, env: quick }), "");
    await machine.succeed(`test ! -e ${verdict}`);
    assert.deepEqual(await containers(), ["/app running always STANDIN_BOOT_SECONDS=0"]);
    assert.deepEqual(await shown(), whole);
  });

  test("is tried again as it is when only more patience was asked for", async () => {
    const env = { STANDIN_BOOT_SECONDS: "25" };
    assert.match(await replace({ from: first, env }), late);
    assert.equal(await again({ from: first, env, bootSeconds: 60 }), "");
    assert.deepEqual(await containers(), ["/app running always STANDIN_BOOT_SECONDS=25"]);
    assert.deepEqual(await shown(), whole);
  });

  test("comes back from another image, too, unless that has migrated the database", async () => {
    assert.match(await replace({ from: second, env: slow }), /serves again, on the database as it/);
    await machine.succeed(asked);
    const said = await replace({ from: second, env: slow }, `echo 2027 >>${migrations}`);
    assert.match(said, late);
    assert.match(
      said,
      /The database was migrated, or may have been \(1\|2026 before, 2\|2027 now\), so the one before it must not run on it, and visitors see the offline page\./,
    );
    assert.deepEqual(await containers(), [
      "/app-failed exited no STANDIN_BOOT_SECONDS=600",
      "/app-previous exited no STANDIN_BOOT_SECONDS=0",
    ]);
    assert.deepEqual(await shown(), [{ serving: false }, { running: false, twin: true }]);
    assert.equal(await replace({ from: second, env: quick }), "");
    assert.deepEqual(await shown(), whole);
  });

  test("is asked for a page that needs the database, and so is its twin", async () => {
    const shared = `echo database-down >${sharedDirectory}/standin-mode`;
    assert.match(
      await replace({ from: first, env: { STANDIN_BOOT_SECONDS: "1" } }, shared),
      /within 10 s \(last: \/latest\.json: 500\), and the one before it did not come back: the forum did not answer on .* Visitors see the offline page; read `docker logs/,
    );
  });

  test("comes back when a run is killed before the new one is there, whose name is then taken", async () => {
    const wanted = { from: first, env: { STANDIN_BOOT_SECONDS: "1" } };
    assert.equal((await step("forum-previous", wanted)).stderr, "");
    await machine.succeed(`docker rm -f ${forum.id}`);
    forum.id = "";
    await machine.waitUntilSucceeds(asked, 150);
    assert.deepEqual(await containers(), ["/app running always STANDIN_BOOT_SECONDS=0"]);
    await assert.rejects(swap(wanted), /Conflict/);
    assert.equal(await replace(wanted), "");
    assert.deepEqual(await containers(), ["/app running always STANDIN_BOOT_SECONDS=1"]);
  });

  test("leaves no twin and no note behind when the forum goes", async () => {
    const wanted = { from: first, env: slow };
    assert.match(await replace(wanted), late);
    await machine.succeed(`docker rm -f ${forum.id}`);
    forum.id = "";
    for (const name of ["forum-ready", "forum-previous"]) {
      assert.equal((await forum.remove(name)).stderr, "");
    }
    assert.deepEqual(await containers(), [""]);
    await machine.fail("ls /var/lib/platform-discourse/app");
  });
});
