import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Discourse, DiscourseOptions } from "../../../components/discourse/index.ts";
import { DockerEngine, DockerEngineOptions } from "../../../components/docker-engine/index.ts";
import { deploy, plainTexts } from "../../support/deploy.ts";
import { exampleHost } from "../../support/host.ts";
import { commit } from "../../support/launcher.ts";
import { locally } from "../../support/local-script.ts";
import { inOrder } from "../../support/scripts.ts";

const database = { address: "db.example.org", password: "canary-database" };
const redis = { address: "192.0.2.9", port: 6380, password: "canary-redis" };

/** A forum with an image that is built, and a database and a Redis that are elsewhere. */
const written = (launcher: object = {}, more: object = {}) => ({
  host: "forum",
  hostname: "forum.example.org",
  image: { launcher: { commit, version: "v2026.7.1", ...launcher } },
  developerEmails: ["a@example.org"],
  smtp: { address: "smtp.example.org", user: "canary-user", password: "canary-password" },
  ...{ database, redis, ...more },
});

function forum(launcher: object = {}, more: object = {}) {
  return deploy(() => {
    const host = exampleHost();
    const engine = new DockerEngine("engine", { host, options: DockerEngineOptions.parse({}) });
    const options = DiscourseOptions.parse(written(launcher, more));
    new Discourse("forum", { host, engine, options });
  });
}

type Deployed = Awaited<ReturnType<typeof forum>>;
const valuesIn = ({ resource }: Deployed, name: string) =>
  resource(name).inputs["values"] as Record<string, unknown>;
const fileOf = ({ resource }: Deployed) => {
  const files = resource("forum-build-file").inputs["files"] as Record<string, { content: string }>;
  return files["/var/discourse/containers/app.yml"]?.content ?? "";
};

test("the build has the web's templates, leads to the stores, and leaves the last migrations for later", async () => {
  const deployed = await forum({}, { memory: "4 GiB", cores: 2 });
  const lines = fileOf(deployed).split("\n");
  const part = (from: string, to: string) => lines.slice(lines.indexOf(from), lines.indexOf(to));
  assert.deepEqual(part('"templates":', '"expose": []'), [
    '"templates":',
    '  - "templates/web.template.yml"',
    '  - "templates/web.ratelimited.template.yml"',
    '  - "templates/web.socketed.template.yml"',
  ]);
  assert.deepEqual(part('"params":', '"env":'), [
    '"params":',
    '  "upload_size": "10485760"',
    '  "version": "v2026.7.1"',
  ]);
  assert.deepEqual(
    part('"env":', '"volumes":').filter((line) => /_(?:DB|REDIS|POST)_/.test(line)),
    [
      '  "DISCOURSE_DB_BACKUP_PORT": "5432"',
      '  "DISCOURSE_DB_HOST": "db.example.org"',
      '  "DISCOURSE_DB_NAME": "discourse"',
      '  "DISCOURSE_DB_PASSWORD": "canary-database"',
      '  "DISCOURSE_DB_PORT": "5432"',
      '  "DISCOURSE_DB_SOCKET": ""',
      '  "DISCOURSE_DB_USERNAME": "discourse"',
      '  "DISCOURSE_REDIS_HOST": "192.0.2.9"',
      '  "DISCOURSE_REDIS_PASSWORD": "canary-redis"',
      '  "DISCOURSE_REDIS_PORT": "6380"',
      '  "SKIP_POST_DEPLOYMENT_MIGRATIONS": "1"',
    ],
  );
  const { resource, resources } = deployed;
  const envs = resource("forum-app").inputs["envs"] as string[];
  assert.ok(envs.includes("SKIP_POST_DEPLOYMENT_MIGRATIONS=0"));
  assert.ok(envs.includes("DISCOURSE_DB_PASSWORD=canary-database"));
  assert.equal(resource("forum-app").inputs["ports"], undefined);
  assert.ok(!plainTexts(resources).join("\n").includes("canary"));
});

test("it runs beside the forum, after the copy, and the last migrations run when the gate has passed", async () => {
  const deployed = await forum({ minutes: 30 });
  const { resource, resources } = deployed;
  const { IMAGE, BESIDE, POSTGRES } = valuesIn(deployed, "forum-build-image");
  assert.deepEqual([BESIDE, POSTGRES], ["yes", ""]);
  assert.deepEqual(resource("forum-build-image").inputs["state"], { image: IMAGE });
  assert.deepEqual(
    inOrder(resources)
      .map(({ name }) => name)
      .filter((name) => /-(?:saved|image|previous|ready|migrated)$/.test(name)),
    ["saved", "build-image", "previous", "ready", "migrated"].map((name) => `forum-${name}`),
  );
  for (const name of ["forum-previous", "forum-ready"])
    assert.equal(valuesIn(deployed, name)["BESIDE"], "yes");
  const { values, state, timeoutSeconds } = resource("forum-migrated").inputs;
  assert.deepEqual(
    [values, state, timeoutSeconds],
    [{ NAME: "app", IMAGE }, { image: IMAGE }, 1800],
  );
});

test("another database is brought to the image's version by a build, and another password or memory builds nothing", async () => {
  const imageOf = async (more: object) =>
    valuesIn(await forum({}, more), "forum-build-image")["IMAGE"];
  const image = await imageOf({});
  const same = [
    { memory: "4 GiB" },
    { database: { ...database, user: "login", password: "other" } },
    { redis: { ...redis, address: "192.0.2.10" } },
  ];
  for (const more of same) assert.equal(await imageOf(more), image, JSON.stringify(more));
  const others = [
    await imageOf({ database: { ...database, address: "db2.example.org" } }),
    await imageOf({ database: { ...database, port: 5433 } }),
    await imageOf({ database: { ...database, name: "forum" } }),
    await imageOf({ database: undefined, redis: undefined }),
  ];
  assert.equal(new Set([image, ...others]).size, 5);
});

test("options of a database or a Redis in the image are refused, for there is none", () => {
  const params = { db_work_mem: "40MB", redis_io_threads: "2", conn_per_ip: "40" };
  const step = [{ commands: ["true"] }];
  const hooks = { before_postgres: step, after_redis: step, after_db_migrate: step };
  const launcher = { postgres: 18, upgradePostgresFrom: 15, params, hooks };
  const { error } = DiscourseOptions.safeParse(written(launcher));
  assert.deepEqual(
    error?.issues.map(({ path, message }) => `${path.slice(2).join(".")} ${message}`),
    [
      ...["postgres", "upgradePostgresFrom", "params.db_work_mem", "params.redis_io_threads"],
      ...["hooks.before_postgres", "hooks.after_redis"],
    ].map(
      (path) =>
        `${path} must not be there: it is about a database or a Redis in the image, and with \`database\` they are elsewhere`,
    ),
  );
  const own = DiscourseOptions.safeParse(
    written(launcher, { database: undefined, redis: undefined }),
  );
  assert.ok(own.success);
});

/** What the step after the gate does with a `rake` in the container that does that, and what it then sees. */
function finish(rake: string) {
  return locally(({ run }) => {
    const script = ["components/discourse/migrated.sh"];
    const values = { NAME: "app", IMAGE: "local_discourse/app:1" };
    const docker = `[ "$*" = 'exec app rake db:migrate' ] || exit 9; ${rake}`;
    const { code, stderr } = run(script, "apply", values, { docker });
    return { code, stderr, seen: run(script, "check", values).stdout };
  });
}

test("the last migrations are noted when they end well; else the error says that the forum serves, and what to do", () => {
  assert.deepEqual(finish("echo migrated"), {
    ...{ code: 0, stderr: "", seen: '{"image":"local_discourse/app:1"}\n' },
  });
  assert.deepEqual(finish("echo PG::Error: no; exit 1"), {
    ...{ code: 1, seen: "{}\n" },
    stderr:
      "PG::Error: no\nforum: the forum serves by the new image, but the last migrations of its database did not end well (see above). " +
      "There is no way back to the image before. Put that right, then run `pulumi up` again soon: the next upgrade counts on them\n",
  });
});

test("the way back is measured by where the database was when the twin served last, if images are built beside it", () => {
  const asked = locally(({ run, folder }) => {
    const script = ["components/discourse/twin.sh"];
    const bearable = (beside: string) =>
      run(script, ["bearable"], { NAME: "app", BESIDE: beside }, { docker: "echo '5|label'" })
        .stdout;
    const unknown = bearable("yes");
    const notes = join(folder, "var/lib/platform-discourse");
    mkdirSync(notes, { recursive: true });
    writeFileSync(join(notes, "app.last"), "6|last\n");
    return [bearable(""), unknown, bearable("yes")];
  });
  assert.deepEqual(asked, ["5|label\n", "", "6|last\n"]);
});
