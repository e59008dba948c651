import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { dataDirectory } from "../../components/discourse/two-containers.ts";
import { hostname } from "../support/forum.ts";
import * as launcher from "../support/launcher.ts";
import { probe, type Prober } from "../support/prober.ts";
import { apply, ask, image, machine, runForum } from "../support/proxy.ts";
import { replacements, type Replacement } from "../support/replacement.ts";

const passwords = ["f+/=1%,:@", "s+/=1%,:@"] as const;
const env = { STANDIN_BOOT_SECONDS: "5" };
const runs = "docker ps --format '{{.Names}} {{.Status}}' | cut -d ' ' -f 1,2 | sort";
const both = "app Up\ndata Up\n";

describe("a forum in two containers", () => {
  let commit = "";
  let web: Replacement;
  let data: Replacement;

  /** The forum, with more options of its launcher and of its data, from now on. */
  function forum(build: object = {}, stores: object = {}): void {
    const built = { repository: launcher.standinRepository, commit, base: launcher.storesBase };
    const options = {
      image: { launcher: { ...built, version: "v2026.7.1", ...build } },
      ...{ layout: "two-container", data: { password: passwords[0], ...stores } },
      skipPreflight: ["dns", "mail", "swap", "disk", "docker"],
    };
    const before = [web as Replacement | undefined, data as Replacement | undefined];
    web = replacements(machine, image, options);
    data = replacements(machine, image, options, "data");
    [web.id, data.id] = before.map((one) => one?.id ?? "") as [string, string];
  }

  /** Applies a resource, which must go well; gives what was done. */
  async function step(name: string): Promise<string> {
    const { stdout, stderr } = await web.step(`forum-${name}`, { from: "", env });
    assert.equal(stderr, "", name);
    return stdout;
  }

  /** The error of a build of that container's image. */
  async function building(part: "app" | "data"): Promise<string> {
    const name = part === "app" ? "build" : "build-data";
    await step("build-checkout");
    await step(`${name}-file`);
    return (await web.step(`forum-${name}-image`, { from: "" })).stderr;
  }

  /** Builds an image; gives its id. */
  async function build(part: "app" | "data"): Promise<string> {
    assert.equal(await building(part), "");
    const id = `docker image inspect --format '{{.Id}}' local_discourse/${part}`;
    return (await machine.succeed(id)).trim();
  }

  /** Asks the site from now on, from an address that is not let through as the machine itself is. */
  const visitors = (): Promise<Prober> =>
    probe(
      (command, input) => machine.succeed(command, input),
      `curl -sS --max-time 5 --cacert /run/ca.pem --resolve ${hostname}:443:127.0.0.1 -H 'X-Forwarded-For: 203.0.113.5' -w '%{http_code}' https://${hostname}/latest.json`,
      { forum: "topic_list", offline: "The forum will be back" },
    );
  const status = () => ask("/latest.json", "-o /dev/null -w '%{http_code}'");
  const migrations = () =>
    machine.succeed(
      "docker exec --user postgres data psql -XAtw -d discourse -c 'select version from schema_migrations order by 1'",
    );

  before(async () => {
    await runForum();
    await machine.succeed(`docker rm -f app data; rm -rf ${dataDirectory}`);
    commit = await launcher.launcherStandin(machine, image.name);
    await launcher.storesStandin(machine);
    await machine.succeed("docker network create forum-network");
    forum();
  });

  after(async () => {
    for (const name of ["ready", "previous", "stores-ready", "stores-previous", "migrated"])
      await web.remove(`forum-${name}`);
    await web.remove("forum-hostname");
    await machine.run(
      `docker rm -f app app-failed app-previous data data-failed data-previous; docker network rm forum-network; rm -rf ${dataDirectory}`,
    );
  });

  test("is built from its database up, and serves; nobody else reaches that, and no image of it holds its password", async () => {
    for (const name of ["hostname", "build-tools"]) await step(name);
    assert.equal(await data.replace({ from: await build("data"), env }), "");
    await step("stores");
    assert.equal(await web.replace({ from: await build("app"), env }), "");
    await step("migrated");
    assert.equal((await apply({ trustedProxies: ["127.0.0.1"] })).stderr, "");
    assert.equal(await status(), "200");
    assert.equal(await migrations(), "v2026.7.1\nv2026.7.1-post\n");
    assert.equal(await machine.succeed("docker port data; docker port app"), "");
    const network = "docker inspect --format '{{.HostConfig.NetworkMode}}' data app";
    assert.equal(await machine.succeed(network), "forum-network\nforum-network\n");
    const [secret] = passwords;
    await machine.fail(`docker image inspect local_discourse/data | grep -F '${secret}'`);
    await machine.fail(`docker inspect data | grep -F '${secret}'`);
    await machine.fail(
      `grep -F '${secret}' /var/discourse/containers/data.yml /var/log/platform-build-*`,
    );
  });

  test("serves while its next image is built, and is away for the swap alone", async (context) => {
    forum({ version: "v2026.7.2" });
    const meanwhile = await visitors();
    const id = await build("app");
    assert.deepEqual((await meanwhile.stop()).answers, ["200 forum"]);
    const swapping = await visitors();
    assert.equal(await web.replace({ from: id, env: { STANDIN_BOOT_SECONDS: "0" } }), "");
    const { answers, seconds } = await swapping.stop();
    assert.deepEqual(answers, ["200 forum", "503 offline", "200 forum"]);
    context.diagnostic(`${seconds("503 offline").toFixed(1)} s offline`);
    await step("migrated");
    assert.match(await migrations(), /v2026\.7\.2\nv2026\.7\.2-post\n$/);
    assert.equal(await web.replace({ from: id, env }), "");
  });

  test("gets another major of PostgreSQL when that is confirmed, and visitors the offline page and nothing else", async (context) => {
    const major = `${dataDirectory}/postgres_data/PG_VERSION`;
    await machine.succeed(`echo 15 >${major}`);
    forum({ version: "v2026.7.2" }, { edition: "next" });
    assert.match(
      await building("data"),
      /^forum: the data are of PostgreSQL 15, and this build would bring them to 18\./m,
    );
    forum({ version: "v2026.7.2", upgradePostgresFrom: 15 }, { edition: "next" });
    const prober = await visitors();
    const id = await build("data");
    assert.match(
      await machine.succeed("cat /var/log/platform-build-data.log"),
      /the launcher asked to be run again \(77\), which was try 1 of 3/,
    );
    assert.equal(await data.replace({ from: id, env }), "");
    const { answers, seconds } = await prober.stop();
    assert.deepEqual([...new Set(answers)].toSorted(), ["200 forum", "503 offline"]);
    assert.equal(answers.at(-1), "200 forum");
    context.diagnostic(`${seconds("503 offline").toFixed(1)} s offline`);
    assert.equal(await machine.succeed(`cat ${major}; ${runs}`), `18\n${both}`);
    assert.match(await migrations(), /v2026\.7\.2-post\n$/);
  });

  test("runs as before when the build of its database fails", async () => {
    forum({ version: "v2026.7.2", hooks: { after_redis: [{ commands: ["exit 5"] }] } });
    assert.match(
      await building("data"),
      /local_discourse\/data:[0-9a-f]{12} was not built: the launcher ended with 1\. The forum runs as before\. \/var\/log\/platform-build-data\.log/,
    );
    assert.equal(await machine.succeed(runs), both);
    await machine.waitUntilSucceeds(
      "curl -sf --unix-socket /var/discourse/shared/standalone/nginx.http.sock http://x/latest.json",
      60,
    );
  });

  test("goes back to the container of its database before, when the next one never answers", async () => {
    const broken = [{ commands: ["touch /etc/standin-broken"] }];
    forum({ version: "v2026.7.2", hooks: { after_redis: broken } });
    const said = await data.replace({ from: await build("data"), env });
    assert.match(
      said,
      /^forum: the forum's database did not answer within 10 s \(last: PostgreSQL: .*\)\. The one before it serves again, on the database as it was\. Now read `docker logs --tail 50 data-failed` on the machine/m,
    );
    assert.equal(await status(), "200");
    assert.deepEqual(await data.shown(), [{ serving: true }, { running: false, twin: false }]);
    forum({ version: "v2026.7.2" }, { edition: "better" });
    assert.equal(await data.replace({ from: await build("data"), env }), "");
    assert.deepEqual(await data.shown(), [{ serving: false }, { running: true, twin: false }]);
    assert.equal(await status(), "200");
  });

  test("gets a new password, by which alone its database lets it in", async () => {
    const [, password] = passwords;
    forum({ version: "v2026.7.2" }, { edition: "better", password });
    const prober = await visitors();
    assert.equal(await step("stores"), "update state.password values.PASSWORD\n");
    const id = await build("app");
    assert.equal(await web.replace({ from: id, env }), "");
    assert.deepEqual((await prober.stop()).answers, ["200 forum", "503 offline", "200 forum"]);
    assert.equal(await step("stores"), "unchanged\n");
    assert.equal(await status(), "200");
  });

  test("is left as it is by a second run, and does not become one container unless that is confirmed", async () => {
    for (const name of ["hostname", "stores", "build-data-image", "build-image"])
      assert.equal(await step(name), "unchanged\n", name);
    for (const one of [web, data])
      assert.deepEqual(await one.shown(), [{ serving: false }, { running: true, twin: false }]);
    const options = { skipPreflight: ["dns", "mail"] };
    const { stderr } = await replacements(machine, image, options).step("forum-hostname", {
      from: image.name,
    });
    assert.match(
      stderr,
      /^forum: the forum is two-container, and `forum\.layout` says standalone: it would begin with an empty database, and leave all posts behind\./m,
    );
    const meant = replacements(machine, image, { ...options, layoutFrom: "two-container" });
    assert.equal((await meant.step("forum-hostname", { from: image.name })).stderr, "");
  });
});
