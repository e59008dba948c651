import assert from "node:assert/strict";
import { test } from "node:test";
import { engineStack, request, siteStatus } from "../support/engine.ts";
import {
  launcherStandin,
  standinRepository,
  storesBase,
  storesStandin,
} from "../support/launcher.ts";
import { probe } from "../support/prober.ts";
import { passwords, storesOn, type Stores } from "../support/stores.ts";

const { machine, stack, up, failingUp, preview, printed, during, set, unset } =
  await engineStack("engine-stores");
let sql: Stores["sql"];

const status = () => siteStatus(stack, machine);

/** Asks the site from now on, from an address that is not let through as the machine itself is. */
const visitors = () =>
  probe(
    (command, input) => machine.succeed(command, input),
    `${request} -H 'X-Forwarded-For: 203.0.113.5'`,
    { forum: "topic_list", offline: "The forum will be back" },
  );

/** All migrations that the database elsewhere has had. */
const migrations = async () =>
  (await sql("select version from schema_migrations", "discourse")).trim().split("\n").toSorted();

/** Those of the database in a container of its own. */
const versions = async () =>
  (
    await machine.succeed(
      "docker exec --user postgres data psql -XAtw -d discourse -c 'select version from schema_migrations order by 1'",
    )
  )
    .trim()
    .split("\n");

test("a forum with its database in the container goes on to one elsewhere, when that is fit", async () => {
  await set("hosts.forum.nginx.trustedProxies[0]", "127.0.0.1");
  await up();
  const stores = await storesOn(machine);
  const { address } = stores;
  sql = stores.sql;
  await set("forum.port", "8080");
  for (const name of ["database", "redis"] as const) {
    await set(`forum.${name}.address`, address);
    const value = passwords[name];
    await stack.setConfig(`platform:forum.${name}.password`, { value, secret: true }, true);
  }
  assert.match(await failingUp(), /it refuses the login discourse: correct `user` and `password`/);
  assert.equal(await status(), "200");
  await sql(`create role discourse login password '${passwords.database}'`);
  await sql("create database discourse owner discourse encoding 'UTF8' template template0");
  await sql("create extension vector", "discourse");
  await up();
  assert.equal(await status(), "200");
  assert.deepEqual(await migrations(), ["20260101000000"]);
  const { same } = await preview({ refresh: true });
  assert.deepEqual(await preview(), { same });
});

test("an image from the launcher works there, and the next one is built while the forum serves", async (context) => {
  const list = "docker image ls --format '{{.Repository}}:{{.Tag}}'";
  const commit = await launcherStandin(machine, (await machine.succeed(list)).trim());
  for (const [index, question] of ["swap", "disk", "docker"].entries())
    await set(`forum.skipPreflight[${index + 2}]`, question);
  for (const path of ["image.name", "image.archive", "port"]) await unset(`forum.${path}`);
  await set("forum.image.launcher.repository", standinRepository);
  await set("forum.image.launcher.commit", commit);
  await set("forum.image.launcher.version", "v2026.7.1");
  await up();
  assert.equal(await status(), "200");
  const first = ["20260101000000", "v2026.7.1", "v2026.7.1-post"];
  assert.deepEqual(await migrations(), first);

  await set("forum.image.launcher.version", "v2026.8.0");
  const text = await during(() => preview({ diff: true }));
  assert.match(text, /~ image *: "local_discourse\/app:[0-9a-f]{12}" => "local_discourse\/app:/);
  const prober = await visitors();
  await up();
  const { answers, seconds } = await prober.stop();
  assert.deepEqual(answers, ["200 forum", "503 offline", "200 forum"]);
  context.diagnostic(
    `offline for ${seconds("503 offline").toFixed(1)} s of ${(seconds("503 offline") + seconds("200 forum")).toFixed(1)}`,
  );
  assert.deepEqual(await migrations(), [...first, "v2026.8.0", "v2026.8.0-post"]);
  assert.deepEqual(Object.keys(await preview({ refresh: true })), ["same"]);
  assert.deepEqual(Object.keys(await up()), ["same"]);
});

test("a forum goes on to two containers when that is meant, and visitors get it or the offline page", async () => {
  await storesStandin(machine);
  for (const name of ["database", "redis"]) await unset(`forum.${name}`);
  await set("forum.image.launcher.base", storesBase);
  await set("forum.layout", "two-container");
  const password = { value: passwords.database, secret: true };
  await stack.setConfig("platform:forum.data.password", password, true);
  assert.match(
    await failingUp(),
    /the forum is standalone, and `forum\.layout` says two-container: it would begin with an empty database/,
  );
  await set("forum.layoutFrom", "standalone");
  await up();
  assert.equal(await status(), "200");
  assert.deepEqual(await versions(), ["v2026.8.0", "v2026.8.0-post"]);
  const containers = "docker ps -a --format '{{.Names}} {{.Networks}} {{.Ports}}' | sort";
  assert.equal(await machine.succeed(containers), "app forum-network \ndata forum-network \n");
  assert.deepEqual(Object.keys(await preview({ refresh: true })), ["same"]);
  assert.deepEqual(Object.keys(await up()), ["same"]);
});

test("there its next image is built while it serves, and that of its database is another change", async (context) => {
  await set("forum.image.launcher.version", "v2026.9.0");
  const upgrading = await visitors();
  const changes = await up();
  const upgraded = await upgrading.stop();
  assert.equal(changes["replace"], 2); // image and container
  assert.deepEqual(upgraded.answers, ["200 forum", "503 offline", "200 forum"]);
  context.diagnostic(`the forum: ${upgraded.seconds("503 offline").toFixed(1)} s offline`);
  assert.deepEqual((await versions()).slice(2), ["v2026.9.0", "v2026.9.0-post"]);

  await set("forum.data.edition", "next");
  const replacing = await visitors();
  await up();
  const replaced = await replacing.stop();
  assert.deepEqual([...new Set(replaced.answers)].toSorted(), ["200 forum", "503 offline"]);
  context.diagnostic(`its database: ${replaced.seconds("503 offline").toFixed(1)} s offline`);
  assert.equal(await status(), "200");
  assert.deepEqual((await versions()).slice(2), ["v2026.9.0", "v2026.9.0-post"]);
  assert.deepEqual(Object.keys(await preview({ refresh: true })), ["same"]);
});

test("no password was printed", () => {
  for (const password of Object.values(passwords)) assert.ok(!printed().includes(password));
});
