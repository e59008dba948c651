import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { forumChecks } from "../../../components/discourse/checks.ts";
import { Discourse, DiscourseOptions } from "../../../components/discourse/index.ts";
import { DockerEngine, DockerEngineOptions } from "../../../components/docker-engine/index.ts";
import { deploy, plainTexts } from "../../support/deploy.ts";
import { exampleHost } from "../../support/host.ts";
import { akismet, commit } from "../../support/launcher.ts";
import { inOrder } from "../../support/scripts.ts";

/** A forum in two containers. */
const written = (launcher: object = {}, more: object = {}) => ({
  host: "forum",
  hostname: "forum.example.org",
  image: { launcher: { commit, version: "v2026.7.1", ...launcher } },
  developerEmails: ["a@example.org"],
  smtp: { address: "smtp.example.org", user: "canary-user", password: "canary-password" },
  ...{ layout: "two-container", data: { password: "canary-database" }, ...more },
});

function forum(launcher: object = {}, more: object = {}, preview = false) {
  const build = () => {
    const host = exampleHost();
    const engine = new DockerEngine("engine", { host, options: DockerEngineOptions.parse({}) });
    const options = DiscourseOptions.parse(written(launcher, more));
    new Discourse("forum", { host, engine, options });
  };
  return deploy(build, preview, { "forum-stores-container": { id: preview ? undefined : "d1" } });
}

type Deployed = Awaited<ReturnType<typeof forum>>;
const valuesIn = ({ resource }: Deployed, name: string) =>
  resource(name).inputs["values"] as Record<string, unknown>;
const fileOf = ({ resource }: Deployed, part: "app" | "data") => {
  const name = part === "app" ? "forum-build-file" : "forum-build-data-file";
  const files = resource(name).inputs["files"] as Record<string, { content: string }>;
  return files[`/var/discourse/containers/${part}.yml`]?.content ?? "";
};

test("the database comes first, is replaced with care, and then lets the forum's build in", async () => {
  for (const preview of [false, true]) {
    const { resources, list } = await forum({}, {}, preview);
    const names = inOrder(resources).map(({ name }) => name);
    assert.deepEqual(
      names.slice(names.indexOf("forum-saved"), names.indexOf("forum-migrated") + 1),
      [
        ...["forum-saved", "forum-build-tools", "forum-build-checkout"],
        ...["forum-stores-data", "forum-stores-saved"],
        ...["forum-build-data-file", "forum-build-data-image"],
        ...["forum-stores-previous", "forum-stores-ready", "forum-stores"],
        ...["forum-build-file", "forum-build-image", "forum-image-check"],
        ...["forum-previous", "forum-ready", "forum-watch", "forum-watch-timer", "forum-migrated"],
      ],
    );
    assert.deepEqual(
      list.filter((line) => line.startsWith("docker:")),
      [
        "docker:index/container:Container forum-app",
        "docker:index/container:Container forum-stores-container",
        "docker:index/network:Network forum-network",
        "docker:index/remoteImage:RemoteImage forum-image",
        "docker:index/remoteImage:RemoteImage forum-stores-image",
      ],
    );
    assert.ok(!plainTexts(resources).join("\n").includes("canary"));
  }
});

test("each container has its own data and both one network, and nobody else reaches the database", async () => {
  const { resource } = await forum({}, { memory: "4 GiB" });
  const { inputs, secrets, dependsOn } = resource("forum-stores-container");
  const { envs, volumes, networkMode, ports, name, memory } = inputs;
  assert.deepEqual(
    { envs, volumes, networkMode, ports, name, memory },
    {
      envs: ["LANG=en_US.UTF-8", "LANGUAGE=en_US.UTF-8", "LC_ALL=en_US.UTF-8"],
      volumes: [
        { hostPath: "/var/discourse/shared/data", containerPath: "/shared" },
        { hostPath: "/var/discourse/shared/data/log/var-log", containerPath: "/var/log" },
      ],
      ...{ networkMode: "forum-network", ports: undefined, name: "data", memory: 4096 },
    },
  );
  assert.deepEqual(secrets, []);
  assert.deepEqual(dependsOn, ["forum-stores-image", "forum-stores-previous"]);
  assert.deepEqual(resource("forum-network").inputs, { name: "forum-network", driver: "bridge" });
  const app = resource("forum-app").inputs;
  assert.equal(app["networkMode"], "forum-network");
  assert.deepEqual(
    (app["envs"] as string[]).filter((line) => /_(?:DB|REDIS|POST)_/.test(line)),
    [
      ...["DISCOURSE_DB_BACKUP_PORT=5432", "DISCOURSE_DB_HOST=data", "DISCOURSE_DB_NAME=discourse"],
      ...["DISCOURSE_DB_PASSWORD=canary-database", "DISCOURSE_DB_PORT=5432"],
      ...["DISCOURSE_DB_SOCKET=", "DISCOURSE_DB_USERNAME=discourse"],
      ...["DISCOURSE_REDIS_HOST=data", "DISCOURSE_REDIS_PORT=6379"],
      "SKIP_POST_DEPLOYMENT_MIGRATIONS=0",
    ],
  );
});

test("each image has what is its own of templates, parameters, hooks and plugins", async () => {
  const step = (word: string) => [{ commands: [word] }];
  const hooks = { after_postgres: step("echo data"), after_code: step("echo web") };
  const params = { db_work_mem: "40MB", conn_per_ip: "40" };
  const launcher = { params, hooks, plugins: [akismet], run: step("echo end"), postgres: 15 };
  const deployed = await forum(launcher, { memory: "4 GiB" });
  const data = fileOf(deployed, "data").split("\n");
  assert.deepEqual(data.slice(data.indexOf('"templates":')), [
    '"templates":',
    '  - "templates/postgres.15.template.yml"',
    '  - "templates/redis.template.yml"',
    ...['"expose": []', '"links": []', '"params":'],
    ...['  "db_shared_buffers": "1024MB"', '  "db_work_mem": "40MB"', '"env":'],
    ...['  "LANG": "en_US.UTF-8"', '  "LANGUAGE": "en_US.UTF-8"', '  "LC_ALL": "en_US.UTF-8"'],
    ...['"volumes":', '  - "volume":', '      "host": "/var/discourse/shared/data"'],
    ...['      "guest": "/shared"', '  - "volume":'],
    ...['      "host": "/var/discourse/shared/data/log/var-log"', '      "guest": "/var/log"'],
    ...['"hooks":', '  "after_postgres":', '    - "exec":', '        "cmd":'],
    ...['          - "echo data"', '"run": []', ""],
  ]);
  const app = fileOf(deployed, "app");
  assert.match(app, /^"docker_args": "--network forum-network"$/m);
  assert.match(app, /^ {2}"conn_per_ip": "40"$/m);
  assert.match(app, /echo web[^]*"echo end"/);
  assert.ok(!/postgres|redis\.template|db_work_mem|db_shared|echo data/.test(app));
  const { USERS, BESIDE, POSTGRES, PLUGINS } = valuesIn(deployed, "forum-build-data-image");
  assert.deepEqual([USERS, BESIDE, POSTGRES, PLUGINS], [["app"], "", "15", []]);
  const web = valuesIn(deployed, "forum-build-image");
  assert.deepEqual([web["USERS"], web["BESIDE"], web["POSTGRES"]], [[], "yes", ""]);
});

test("the database is built anew for what is its own alone, and never for another Discourse", async () => {
  const imagesOf = async (launcher: object, data: object = {}) => {
    const deployed = await forum(launcher, { data: { password: "canary-database", ...data } });
    return ["forum-build-data-image", "forum-build-image"].map(
      (name) => valuesIn(deployed, name)["IMAGE"],
    );
  };
  const [data, app] = await imagesOf({});
  const changed = async (launcher: object, more: object = {}) => {
    const [otherData, otherApp] = await imagesOf(launcher, more);
    return [otherData !== data, otherApp !== app];
  };
  const other = { commit: "0".repeat(40), version: "v2026.8.0", edition: "2", plugins: [akismet] };
  assert.deepEqual(await changed(other), [false, true]);
  assert.deepEqual(await changed({}, { edition: "2" }), [true, false]);
  assert.deepEqual(await changed({ postgres: 15 }), [true, false]);
  assert.deepEqual(await changed({ params: { db_work_mem: "40MB" } }), [true, false]);
  assert.deepEqual(await changed({}, { password: "other" }), [false, false]);
});

test("the steps around both know which container is asked, and only the password's step and the forum hold that", async () => {
  const deployed = await forum();
  const { resource } = deployed;
  const values = valuesIn(deployed, "forum-stores-previous");
  assert.deepEqual(
    ["NAME", "WEB", "DATA", "SECONDS_MAX", "BESIDE", "STORES"].map((value) => values[value]),
    ["data", "app", "/var/discourse/shared/data", "300", "", ""],
  );
  assert.equal(valuesIn(deployed, "forum-stores-ready")["CONTAINER"], "d1");
  for (const name of ["forum-previous", "forum-ready"])
    assert.deepEqual(
      ["NAME", "STORES", "BESIDE", "WEB"].map((value) => valuesIn(deployed, name)[value]),
      ["app", "data", "yes", undefined],
    );
  const text = (name: string) => readFileSync(`components/discourse/${name}.sh`, "utf8");
  assert.equal(
    resource("forum-stores-ready").inputs["script"],
    ["answers", "twin", "stores-answer", "ready"].map(text).join("\n"),
  );
  const { inputs, secrets } = resource("forum-stores");
  assert.deepEqual(inputs["state"], { password: "canary-database" });
  assert.deepEqual(secrets, ["state.password", "values.PASSWORD"]);
  assert.deepEqual(valuesIn(deployed, "forum-hostname"), {
    ...{ NAME: "app", HOST: "forum.example.org", FORMER: "" },
    ...{ LAYOUT: "two-container", LAYOUT_FROM: "" },
  });
});

test("both containers are watched, and the database's disk and logs are its own", () => {
  const checks = forumChecks("forum", DiscourseOptions.parse(written()));
  const of = (name: string) => checks.find((check) => check.name === `forum-${name}`);
  assert.equal(of("stores")?.command.join(" "), "/usr/local/sbin/platform-container check data");
  assert.match(of("database")?.runbook ?? "", /`\/var\/discourse\/shared\/data\/log\/var-log\/p/);
  assert.deepEqual(of("disk")?.command.slice(-2), ["-p", "/var/discourse/shared/data"]);
});

test("options that are not those of the layout are refused, with what to do", () => {
  const problems = (more: object, launcher: object = {}) => {
    const { error } = DiscourseOptions.safeParse(written(launcher, more));
    return (error?.issues ?? []).map(({ path, message }) => `${path.join(".")} ${message}`);
  };
  assert.deepEqual(problems({}, { postgres: 18, params: { db_work_mem: "40MB" } }), []);
  assert.deepEqual(problems({ data: undefined }), [
    "data is missing: `layout: two-container` takes the password of its database",
  ]);
  assert.deepEqual(problems({ layout: "standalone" }), [
    "data must not be there: it goes with `layout: two-container`",
  ]);
  assert.deepEqual(problems({ image: { name: "local_discourse/app:1" } }), [
    "image must be one that the launcher builds, as `layout: two-container` has both",
  ]);
  const redis = { address: "192.0.2.9", password: "canary-redis" };
  const database = { address: "db.example.org", password: "canary-database" };
  assert.deepEqual(problems({ database, redis }), [
    "database must not be there: `layout: two-container` has its own",
    "redis must not be there: `layout: two-container` has its own",
  ]);
  assert.match(String(problems({ data: { password: "it's" } })), /^data\.password must be 1 to/);
});
