import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Discourse } from "../../components/discourse/index.ts";
import { DockerEngine, DockerEngineOptions } from "../../components/docker-engine/index.ts";
import { deploy } from "../support/deploy.ts";
import { forumOptions, hostname } from "../support/forum.ts";
import { exampleHost } from "../support/host.ts";
import { commit as someCommit, launcherStandin, standinRepository } from "../support/launcher.ts";
import { probe } from "../support/prober.ts";
import { apply, ask, image, machine, runForum } from "../support/proxy.ts";
import { replacements, twoImages, type Replacement } from "../support/replacement.ts";
import { runOn } from "../support/scripts.ts";
import { passwords, storesOn, type Stores } from "../support/stores.ts";

const late = /^forum: the forum did not answer on 127\.0\.0\.1:8080 within 10 s \(last: /m;
const quick = { STANDIN_BOOT_SECONDS: "0" };

describe("a forum whose database and Redis are elsewhere", () => {
  let stores: Stores;
  let forum: Replacement;
  let commit = someCommit;

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

  /** The forum with an image of that version, which the launcher builds, with more options of that. */
  function built(version: string, more: object = {}): Replacement {
    const launcher = { repository: standinRepository, commit, version, ...more };
    const made = replacements(machine, image, {
      ...options(),
      port: undefined,
      image: { launcher },
    });
    made.id = forum.id;
    return (forum = made);
  }

  /** Builds an image of that version; gives its id. */
  async function build(version: string): Promise<string> {
    const made = built(version);
    for (const part of ["tools", "checkout", "file", "image"]) {
      const { code, stderr } = await made.step(`forum-build-${part}`, { from: "" });
      assert.deepEqual([code, stderr], [0, ""], part);
    }
    const id = "docker image inspect --format '{{.Id}}' local_discourse/app";
    return (await machine.succeed(id)).trim();
  }

  /** Asks the site from now on, as visitors do. */
  const visitors = () =>
    probe(
      (command, input) => machine.succeed(command, input),
      `curl -sS --max-time 5 --cacert /run/ca.pem --resolve ${hostname}:443:127.0.0.1 -w '%{http_code}' https://${hostname}/latest.json`,
      { forum: "topic_list", offline: "The forum will be back" },
    );

  const migrations = async () =>
    (await sql("select version from schema_migrations where version like 'v%'", "discourse"))
      .trim()
      .split("\n")
      .toSorted();

  before(async () => {
    await runForum();
    await machine.succeed("docker rm -f app");
    stores = await storesOn(machine);
    forum = replacements(machine, image, options());
    assert.equal((await forum.step("forum-tools", { from: image.name })).stderr, "");
    assert.equal((await forum.step("forum-port", { from: image.name })).stderr, "");
  });

  after(async () => {
    for (const name of ["forum-ready", "forum-previous"]) await forum.remove(name);
    await replacements(machine, image, options()).remove("forum-port");
    await built("esr").remove("forum-migrated");
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

  test("gets an image from the launcher, whose build migrates and keeps its passwords to itself", async () => {
    commit = await launcherStandin(machine, image.name);
    const id = await build("v2026.7.1");
    assert.deepEqual(await migrations(), ["v2026.7.1"]);
    assert.equal(await forum.replace({ from: id, env: quick }), "");
    assert.equal((await forum.step("forum-migrated", { from: id })).stderr, "");
    assert.deepEqual(await migrations(), ["v2026.7.1", "v2026.7.1-post"]);
    assert.equal((await apply({}, { ...options(), port: undefined })).stderr, "");
    assert.equal(await ask("/latest.json", "-o /dev/null -w '%{http_code}'"), "200");
    await machine.fail(`grep -qF '${passwords.database}' /var/log/platform-build-app.log`);
    const file = "stat -c '%a %U' /var/discourse/containers/app.yml";
    assert.equal(await machine.succeed(file), "600 root\n");
  });

  test("serves while its next image is built, and is away for the swap alone", async (context) => {
    const building = await visitors();
    const failing = built("v2026.7.2", { run: [{ commands: ["exit 5"] }] });
    assert.equal((await failing.step("forum-build-file", { from: "" })).stderr, "");
    assert.match(
      (await failing.step("forum-build-image", { from: "" })).stderr,
      /was not built: the launcher ended with 1\. The forum runs as before\./,
    );
    const id = await build("v2026.7.2");
    assert.deepEqual((await building.stop()).answers, ["200 forum"]);
    assert.deepEqual(await migrations(), ["v2026.7.1", "v2026.7.1-post", "v2026.7.2"]);
    const swapping = await visitors();
    assert.equal(await forum.replace({ from: id, env: quick }), "");
    const { answers, seconds } = await swapping.stop();
    assert.deepEqual(answers, ["200 forum", "503 offline", "200 forum"]);
    context.diagnostic(`${seconds("503 offline").toFixed(1)} s offline`);
    await machine.succeed("systemctl stop postgresql@15-main");
    const { stderr } = await forum.step("forum-migrated", { from: id });
    assert.match(stderr, /^forum: the forum serves by the new image, but the last migrations of/m);
    await machine.succeed("systemctl start postgresql@15-main");
    assert.equal((await forum.step("forum-migrated", { from: id })).stderr, "");
    assert.deepEqual(await migrations(), [
      "v2026.7.1",
      "v2026.7.1-post",
      "v2026.7.2",
      "v2026.7.2-post",
    ]);
  });

  test("goes back though its next image has migrated, since the code before works with that, each time anew", async () => {
    const env = { STANDIN_BOOT_SECONDS: "600" };
    for (const version of ["v2026.7.3", "v2026.7.4"]) {
      const id = await build(version);
      const said = await forum.replace({ from: id, env });
      assert.match(said, /The one before it serves again, on the database as it was\./);
      assert.equal(await ask("/latest.json", "-o /dev/null -w '%{http_code}'"), "200");
    }
    assert.deepEqual((await migrations()).slice(4), ["v2026.7.3", "v2026.7.4"]);
    const last = await build("v2026.7.5");
    assert.equal((await forum.step("forum-previous", { from: last, env })).stderr, "");
    await sql("insert into schema_migrations values ('v2026.7.5-post')", "discourse");
    const said = await forum.replace({ from: last, env });
    assert.match(
      said,
      /, so the one before it must not run on it, and visitors see the offline page/,
    );
    assert.equal(await forum.replace({ from: last, env: quick }), "");
    assert.equal(await ask("/latest.json", "-o /dev/null -w '%{http_code}'"), "200");
  });
});
