import assert from "node:assert/strict";
import { test } from "node:test";
import { engineStack } from "../support/engine.ts";
import { launcherStandin, standinRepository } from "../support/launcher.ts";
import { probe } from "../support/prober.ts";
import { passwords, storesOn, type Stores } from "../support/stores.ts";

const { machine, stack, up, failingUp, preview, printed, during, set, unset } =
  await engineStack("engine-stores");
let sql: Stores["sql"];

/** Asks the site on the machine itself; prints the page, and then the status. */
const request =
  "curl -sS --max-time 10 -w '%{http_code}' --resolve forum.lab.test:443:127.0.0.1 --cacert /run/ca.pem " +
  "https://forum.lab.test/latest.json";

/** What the site answers on the machine itself. */
async function status(): Promise<string> {
  const { authorityCertificate } = await stack.outputs();
  await machine.succeed("cat > /run/ca.pem", String(authorityCertificate?.value));
  return (await machine.succeed(request)).slice(-3);
}

/** All migrations that the database elsewhere has had. */
const migrations = async () =>
  (await sql("select version from schema_migrations", "discourse")).trim().split("\n").toSorted();

test("a forum with its database in the container goes on to one elsewhere, when that is fit", async () => {
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
  const pages = { forum: "topic_list", offline: "The forum will be back" };
  const prober = await probe((command, input) => machine.succeed(command, input), request, pages);
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

test("no password was printed", () => {
  for (const password of Object.values(passwords)) assert.ok(!printed().includes(password));
});
