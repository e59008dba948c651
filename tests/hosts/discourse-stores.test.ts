import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Discourse } from "../../components/discourse/index.ts";
import { DockerEngine, DockerEngineOptions } from "../../components/docker-engine/index.ts";
import { deploy } from "../support/deploy.ts";
import { forumOptions } from "../support/forum.ts";
import { exampleHost } from "../support/host.ts";
import { apply, ask, image, machine, runForum } from "../support/proxy.ts";
import { replacements, twoImages, type Replacement } from "../support/replacement.ts";
import { runOn } from "../support/scripts.ts";
import { passwords, storesOn, type Stores } from "../support/stores.ts";

const late = /^forum: the forum did not answer on 127\.0\.0\.1:8080 within 10 s \(last: /m;
const quick = { STANDIN_BOOT_SECONDS: "0" };

describe("a forum whose database and Redis are elsewhere", () => {
  let stores: Stores;
  let forum: Replacement;

  const sql: Stores["sql"] = (command, database) => stores.sql(command, database);

  /** The options of such a forum, with some of the database's and Redis's own. */
  const options = (database: object = {}, redis: object = {}) => ({
    port: 8080,
    database: { address: stores.address, password: passwords.database, ...database },
    redis: { address: stores.address, password: passwords.redis, ...redis },
  });

  /** What the preflight says. */
  async function preflight(more: object): Promise<string> {
    const { resource } = await deploy(() => {
      const host = exampleHost();
      const engineOptions = DockerEngineOptions.parse({ source: "debian" });
      const engine = new DockerEngine("engine", { host, options: engineOptions });
      new Discourse("forum", { host, engine, options: forumOptions(image, more) });
    });
    return (await runOn(machine, resource("forum-database"))).stderr;
  }

  before(async () => {
    await runForum();
    await machine.succeed("docker rm -f app");
    stores = await storesOn(machine);
    forum = replacements(machine, image, options());
    assert.equal((await forum.step("forum-tools", { from: image.name })).stderr, "");
    assert.equal((await forum.step("forum-port", { from: image.name })).stderr, "");
  });

  after(async () => {
    for (const name of ["forum-ready", "forum-previous", "forum-port"]) await forum.remove(name);
    await machine.run(
      "docker rm -f app app-failed app-previous; systemctl disable --now redis-server postgresql",
    );
  });

  test("is told what they lack by the servers themselves, step by step, and then that they are fit", async () => {
    const at = `the database at ${stores.address}:5432 \\(\`forum\\.database\`\\)`;
    const first = await preflight(options({}, { password: "wrong" }));
    assert.match(first, new RegExp(`^- ${at}: it refuses the login discourse: correct`, "m"));
    assert.match(first, /^- the Redis at .*: it refuses the password: correct/m);
    await sql(`create role discourse login password '${passwords.database}'`);
    assert.match(
      await preflight(options()),
      new RegExp(`^- ${at}: it has no database discourse: \`createdb --owner=discourse`, "m"),
    );
    await sql("create database discourse encoding 'UTF8' template template0");
    assert.match(
      await preflight(options()),
      /: `alter database discourse owner to discourse`\n- .* lacks extensions that discourse cannot make: .* each of hstore pg_trgm vector there/,
    );
    await sql("alter database discourse owner to discourse");
    assert.match(await preflight(options()), /create extension` each of vector there \(vector is/);
    await sql("create extension vector", "discourse");
    assert.match(
      await preflight(options({ port: 5433 }, { port: 6380 })),
      /5433 .*: it does not answer: see whether it runs, .*\n.*6380 .*: it does not answer \(Could not/,
    );
    assert.match(
      await preflight(options({ user: "somebody" })),
      /it lets nobody in from this machine as somebody: add a line for it to its pg_hba\.conf/,
    );
    assert.equal(await preflight(options()), "");
  });

  test("serves behind nginx by a port of the loopback alone, and knows who asks", async () => {
    assert.equal(await forum.replace({ from: image.name, env: quick }), "");
    const { stderr } = await apply({ trustedProxies: ["127.0.0.1"] }, options());
    assert.equal(stderr, "");
    const topics = JSON.parse(await ask("/latest.json")) as object;
    assert.deepEqual(topics, { users: [], topic_list: { topics: [] } });
    const headers = await ask("/standin/headers", "-H 'X-Forwarded-For: 203.0.113.5'");
    assert.equal((JSON.parse(headers) as Record<string, string>)["x-real-ip"], "203.0.113.5");
    const listeners = await machine.succeed("ss -Hltn 'sport = :8080' | awk '{ print $4 }'");
    assert.equal(listeners, "127.0.0.1:8080\n");
    assert.equal(
      await sql("select version from schema_migrations", "discourse"),
      "20260101000000\n",
    );
    await machine.succeed(
      "cat >/run/inner.conf",
      `pid /run/inner.pid; events {} http { server { listen ${stores.address}:8099; location / { return 200 $remote_addr; }
       include /etc/platform-forum/real-address.conf; } }`,
    );
    const asked = `curl -sS -H 'X-Real-IP: 203.0.113.5' http://${stores.address}:8099/`;
    const inner = `nginx -c /run/inner.conf; ${asked}; nginx -c /run/inner.conf -s stop`;
    assert.equal(await machine.succeed(inner), "203.0.113.5");
  });

  test("goes back to the image before when the database elsewhere says that nothing was migrated", async () => {
    const [, second] = await twoImages(machine, image);
    const env = { STANDIN_BOOT_SECONDS: "600" };
    const said = await forum.replace({ from: second, env });
    assert.match(said, late);
    assert.match(said, /The one before it serves again, on the database as it was\./);
    assert.equal(JSON.parse(await ask("/latest.json")) !== null, true);
    const newer = { ...env, STANDIN_MIGRATION: "20270101000000" };
    const moved = await forum.replace({ from: second, env: newer });
    assert.match(
      moved,
      /The database was migrated, or may have been \(1\|20260101000000 before, 2\|20270101000000 now\), so the one before it must not run on it/,
    );
    assert.match(await ask("/latest.json", "-w '%{http_code}'"), /The forum will be back.*503$/s);
    assert.equal(await forum.replace({ from: second, env: quick }), "");
  });

  test("shows the offline page, and a new container does not pass, when the database does not answer", async () => {
    await machine.succeed("systemctl stop postgresql@15-main");
    const said = await forum.replace({ from: image.name, env: { STANDIN_BOOT_SECONDS: "1" } });
    await machine.succeed("systemctl start postgresql@15-main");
    assert.match(said, late);
    assert.equal(await forum.replace({ from: image.name, env: quick }), "");
    assert.equal(await ask("/latest.json", "-o /dev/null -w '%{http_code}'"), "200");
  });
});
