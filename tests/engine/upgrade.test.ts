import assert from "node:assert/strict";
import { test } from "node:test";
import { engineStack, request, siteStatus } from "../support/engine.ts";
import { remakeTestMachine } from "../support/machine.ts";
import { launcherStandin, standinRepository } from "../support/launcher.ts";

const opened = await engineStack("engine-upgrade");
const { stack, up, failingUp, preview, during, set, unset } = opened;
let { machine } = opened;

const status = () => siteStatus(stack, machine);

/** Names and states of the forum's containers. */
const containers = async () =>
  (await machine.succeed("docker ps -a --format '{{.Names}} {{.State}}'"))
    .trim()
    .split("\n")
    .toSorted();

const shared = "/var/discourse/shared/standalone";
const visits = `${shared}/standin/visits`;
let resources = 0;

test("a forum is there, which somebody has visited", async () => {
  ({ create: resources = 0 } = await up());
  await machine.succeed(`mkdir -p ${shared}/standin ${shared}/uploads; echo 4711 >${visits}`);
  assert.deepEqual(await containers(), ["app running"]);
});

test("a container that does not come up leads back to the one before, and a preview says what runs", async () => {
  await set("forum.bootSeconds", "10");
  await set("forum.environment.STANDIN_BOOT_SECONDS", "600.0"); // 600 would be no text
  assert.match(
    await failingUp(),
    /engine-upgrade: the forum did not answer on \S+ within 10 s \(last: \/srv\/status: 502\)\. The one before it serves again/,
  );
  assert.equal(await status(), "200");
  assert.deepEqual(await containers(), ["app running", "app-failed exited"]);
  const text = await during(async () => {
    assert.deepEqual(await preview({ diff: true }), { same: resources - 2, update: 2 });
  });
  assert.match(text, /~ state *: \{\n +~ serving: true => false\n/);
  assert.match(text, /~ state *: \{\n +~ running: false => true\n/);
});

test("the next up brings what was put right, with and without a refresh before it", async () => {
  await unset("forum.environment.STANDIN_BOOT_SECONDS");
  await set("forum.bootSeconds", "60");
  await up();
  assert.equal(await status(), "200");
  assert.deepEqual(await containers(), ["app running"]);
  assert.deepEqual(await preview({ refresh: true }), { same: resources });

  await set("forum.bootSeconds", "10");
  await set("forum.environment.STANDIN_BOOT_SECONDS", "25.0");
  assert.match(await failingUp(), /The one before it serves again/);
  await set("forum.bootSeconds", "60");
  await up({ refresh: true });
  assert.deepEqual(await containers(), ["app running"]);
  assert.equal(await status(), "200");
  await unset("forum.environment.STANDIN_BOOT_SECONDS");
  await up();
  assert.deepEqual(await preview(), { same: resources });
});

test("a copy goes back onto a machine that was made anew, with what was written before", async () => {
  await set("backups.repository.local.path", "/srv/copies");
  const password = { value: "canary-backup-password", secret: true };
  await stack.setConfig("platform:backups.password", password, true);
  await up();
  await machine.succeed("platform-backup run forum");
  const disk = await machine.succeed("tar -C /srv -cz copies | base64");

  machine = await remakeTestMachine("engine-upgrade");
  await machine.succeed("base64 -d | tar -C /srv -xz", disk);
  await set("hosts.forum.instance", machine.instance);
  await set("hosts.forum.hostKey", machine.hostKey);
  await up();
  await machine.fail(`cat ${visits}`);
  await machine.succeed(`mkdir ${shared}/uploads`); // Discourse makes it, the stand-in does not
  assert.match(
    await machine.succeed("platform-backup restore forum --over-running"),
    /^forum: the copy [0-9a-f]+ was restored, and the service found it good\n$/,
  );
  assert.equal(await machine.succeed(`cat ${visits}`), "4711\n");
  assert.equal(await status(), "200");
  assert.deepEqual(Object.keys(await preview()), ["same"]);
});

test("the launcher builds the next image beside a copy, and the forum goes on with its data", async () => {
  const image = (
    await machine.succeed("docker image ls --format '{{.Repository}}:{{.Tag}}'")
  ).trim();
  const commit = await launcherStandin(machine, image);
  for (const [index, question] of ["swap", "disk", "docker"].entries()) {
    await set(`forum.skipPreflight[${index + 2}]`, question);
  }
  await unset("forum.image.name");
  await unset("forum.image.archive");
  await set("forum.image.launcher.repository", standinRepository);
  await set("forum.image.launcher.commit", commit);
  const text = await during(async () => {
    await preview({ diff: true });
  });
  assert.match(text, /^ +image *: "local_discourse\/app:[0-9a-f]{12}"$/m);
  await up();
  const ids =
    "docker inspect --format '{{.Image}}' app; docker image inspect --format '{{.Id}}' local_discourse/app";
  const [running, built] = (await machine.succeed(ids)).trim().split("\n");
  assert.equal(running, built);
  const kept = "cd /var/lib/platform-backup/forum; jq length copies.json; jq .ok verified.json";
  assert.equal(await machine.succeed(kept), "1\ntrue\n");
  assert.equal(await machine.succeed(`cat ${visits}`), "4711\n");
  assert.equal(await status(), "200");
  assert.deepEqual(Object.keys(await preview()), ["same"]);
});

test("a build that fails leaves the forum running, and the next up builds", async () => {
  await set("forum.image.launcher.run[0].commands[0]", "exit 5");
  assert.match(
    await failingUp(),
    /was not built: the launcher ended with 1\. The forum runs as before\./,
  );
  assert.deepEqual(await containers(), ["app running"]);
  await machine.waitUntilSucceeds(`${request} | grep -q '200$'`); // it was started a moment ago
  await unset("forum.image.launcher.run");
  await set("forum.image.launcher.edition", "next");
  await up();
  assert.equal(await status(), "200");
  assert.deepEqual(await containers(), ["app running"]);
});
