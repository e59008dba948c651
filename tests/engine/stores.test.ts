import assert from "node:assert/strict";
import { test } from "node:test";
import { engineStack } from "../support/engine.ts";
import { passwords, storesOn } from "../support/stores.ts";

const { machine, stack, up, failingUp, preview, printed, set } = await engineStack("engine-stores");

/** What the site answers on the machine itself. */
async function status(): Promise<string> {
  const { authorityCertificate } = await stack.outputs();
  await machine.succeed("cat > /run/ca.pem", String(authorityCertificate?.value));
  const resolve = "--resolve forum.lab.test:443:127.0.0.1 --cacert /run/ca.pem";
  return machine.succeed(
    `curl -sS -o /dev/null -w '%{http_code}' ${resolve} https://forum.lab.test/latest.json`,
  );
}

test("a forum with its database in the container goes on to one elsewhere, when that is fit", async () => {
  await up();
  const { address, sql } = await storesOn(machine);
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
  assert.equal(await sql("select version from schema_migrations", "discourse"), "20260101000000\n");
  const { same } = await preview({ refresh: true });
  assert.deepEqual(await preview(), { same });
});

test("no password was printed", () => {
  for (const password of Object.values(passwords)) assert.ok(!printed().includes(password));
});
