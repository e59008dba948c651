import assert from "node:assert/strict";
import { test } from "node:test";
import { environment } from "../../../components/discourse/environment.ts";
import { Discourse, DiscourseOptions } from "../../../components/discourse/index.ts";
import { DockerEngine, DockerEngineOptions } from "../../../components/docker-engine/index.ts";
import { Nginx, NginxOptions } from "../../../components/nginx/index.ts";
import { deploy, plainTexts } from "../../support/deploy.ts";
import { exampleHost, valuesOf } from "../../support/host.ts";
import { commit } from "../../support/launcher.ts";
import { locally, type Programs } from "../../support/local-script.ts";

const elsewhere = {
  port: 8080,
  database: { address: "db.example.org", password: "canary-database" },
  redis: { address: "192.0.2.9", port: 6380, password: "canary-redis" },
};
const written = {
  host: "forum",
  hostname: "forum.example.org",
  image: { name: "discourse/discourse:2026.7.1" },
  developerEmails: ["a@example.org"],
  smtp: { address: "smtp.example.org", user: "canary-user", password: "canary-password" },
};

function build() {
  return deploy(() => {
    const host = exampleHost();
    const engine = new DockerEngine("engine", { host, options: DockerEngineOptions.parse({}) });
    const options = DiscourseOptions.parse({ ...written, ...elsewhere });
    const forum = new Discourse("forum", { host, engine, options });
    new Nginx("nginx", { host, sites: forum.sites, options: NginxOptions.parse({}) });
    return forum;
  });
}

test("a web-only image gets its database and its port, and no secret of them is shown", async () => {
  const { resources, resource, result } = await build();
  const { inputs, secrets } = resource("forum-app");
  assert.deepEqual(
    (inputs["envs"] as string[]).filter((line) => /^DISCOURSE_(?:DB|REDIS)_/.test(line)),
    [
      "DISCOURSE_DB_BACKUP_PORT=5432",
      "DISCOURSE_DB_HOST=db.example.org",
      "DISCOURSE_DB_NAME=discourse",
      "DISCOURSE_DB_PASSWORD=canary-database",
      "DISCOURSE_DB_PORT=5432",
      "DISCOURSE_DB_SOCKET=",
      "DISCOURSE_DB_USERNAME=discourse",
      "DISCOURSE_REDIS_HOST=192.0.2.9",
      "DISCOURSE_REDIS_PASSWORD=canary-redis",
      "DISCOURSE_REDIS_PORT=6380",
    ],
  );
  assert.deepEqual(secrets, ["envs"]);
  assert.deepEqual(inputs["ports"], [
    { internal: 80, external: 8080, ip: "127.0.0.1", protocol: "tcp" },
  ]);
  assert.deepEqual((inputs["volumes"] as unknown[])[2], {
    hostPath: "/etc/platform-forum/real-address.conf",
    containerPath: "/etc/nginx/conf.d/outlets/server/90-real-address.conf",
    readOnly: true,
  });
  const { files } = resource("forum-port").inputs as { files: Record<string, { content: string }> };
  assert.equal(
    files["/etc/platform-forum/real-address.conf"]?.content,
    "set_real_ip_from 10.0.0.0/8;\nset_real_ip_from 172.16.0.0/12;\nset_real_ip_from 192.168.0.0/16;\n",
  );
  assert.ok(!plainTexts(resources).join("\n").includes("canary"));
  assert.equal(result.sites[0]?.upstream, "127.0.0.1:8080");
  const proxy = resource("nginx-files").inputs;
  assert.match(JSON.stringify(proxy), /proxy_pass http:\/\/127\.0\.0\.1:8080;/);
  assert.deepEqual(result.backups[0]?.verify.slice(3), [
    ...["verify", "/var/discourse/shared/standalone/backups/default", "127.0.0.1:8080"],
  ]);
});

test("the steps around the container know where it is reached and how the database is asked", async () => {
  const { resource } = await build();
  for (const name of ["forum-previous", "forum-ready"]) {
    const { inputs, secrets } = resource(name);
    const { UPSTREAM, DATABASE, DATABASE_PASSWORD } = inputs["values"] as Record<string, unknown>;
    assert.deepEqual(
      [UPSTREAM, DATABASE, DATABASE_PASSWORD],
      [
        "127.0.0.1:8080",
        ["-h", "db.example.org", "-p", "5432", "-U", "discourse", "-d", "discourse"],
        "canary-database",
      ],
    );
    assert.deepEqual(secrets, ["values.CHANGE", "values.DATABASE_PASSWORD"]);
  }
});

test("the database is asked whether it is fit, by the forum's login and secretly, unless that is left out", async () => {
  const { resource } = await build();
  const database = resource("forum-database");
  assert.ok(database.secrets.includes("stdin"));
  assert.deepEqual(database.dependsOn, ["forum-mail"]);
  assert.deepEqual(valuesOf(database), [
    "DATABASE=('-h' 'db.example.org' '-p' '5432' '-U' 'discourse' '-d' 'discourse')",
    "DATABASE_PASSWORD='canary-database'",
    "REDIS=('-h' '192.0.2.9' '-p' '6380')",
    "REDIS_PASSWORD='canary-redis'",
    "SCRIPT='forum-database'",
  ]);
  assert.ok(valuesOf(resource("forum-preflight")).includes("OWN_PORT='8080'"));
  assert.deepEqual(Object.keys(resource("forum-tools").inputs["packages"] as object), [
    ...["ca-certificates", "curl", "iproute2", "jq", "postgresql-client", "procps", "redis-tools"],
  ]);
});

/** What the schema says of a forum with these options, besides those of a ready image. */
function problems(more: object): string[] {
  const { error } = DiscourseOptions.safeParse({ ...written, ...more });
  return (error?.issues ?? []).map(({ path, message }) => `${path.join(".")} ${message}`);
}

test("what no image is made for is refused, with what to do", () => {
  const { port, database, redis } = elsewhere;
  assert.deepEqual(problems({ port }), []);
  assert.deepEqual(problems({ database }), [
    "redis is missing: an image without a database has no Redis either, so it goes with `database`",
  ]);
  assert.deepEqual(problems({ redis }), [
    "database is missing: an image without a database has no Redis either, so it goes with `redis`",
  ]);
  const built =
    "must not be there: the image that the launcher builds has it in itself; give a ready image by `image.name`";
  assert.deepEqual(problems({ image: { launcher: { commit } }, port, database, redis }), [
    `database ${built}`,
    `redis ${built}`,
    "port must not be there: the image that the launcher builds listens on a socket",
  ]);
  for (const address of ["localhost", "127.0.0.1", "0.0.0.0", "::1", "DB.example.org"]) {
    assert.deepEqual(problems({ database: { ...database, address }, redis }), [
      "database.address must be a host name such as db.example.org, or an IPv4 address; the machine itself is no localhost there, " +
        "but its address in Docker's network, such as 172.17.0.1",
    ]);
  }
  assert.match(String(problems({ database: { ...database, password: "it's" }, redis })), /^data/);
  assert.match(String(problems({ database: { ...database, name: "a;b" }, redis })), /^database\.n/);
});

test("a password of the database never reaches an error, and without sections the environment has none", () => {
  assert.ok(
    !problems({ database: { address: "x", password: "s3cret'" } })
      .join()
      .includes("s3c"),
  );
  const names = Object.keys(environment(DiscourseOptions.parse(written)));
  assert.ok(!names.some((name) => /_(?:DB|REDIS)_/.test(name)));
});

/** What the preflight says of a database and a Redis whose clients print that. */
function said(programs: Programs): string[] {
  const values = {
    DATABASE: ["-h", "db.example.org", "-p", "5432", "-U", "login", "-d", "data"],
    REDIS: ["-h", "192.0.2.9", "-p", "6380"],
    ...{ DATABASE_PASSWORD: "p-d", REDIS_PASSWORD: "p-r" },
  };
  const fit = { psql: "echo '15|UTF8|t|'", "redis-cli": "echo PONG" };
  const { code, stderr } = locally(({ run }) =>
    run(["components/discourse/database.sh"], "apply", values, { ...fit, ...programs }),
  );
  const lines = stderr.trimEnd().split("\n");
  if (code === 0) return lines.filter((line) => line !== "");
  assert.match(
    lines.at(-1) ?? "",
    /^forum: the forum could not work with its database \(see above/,
  );
  return lines.slice(0, -1);
}

test("all that is wrong with the database and the Redis is said at once, with what to do", () => {
  assert.deepEqual(said({}), []);
  const own = `[ "$PGPASSWORD" = p-d ] || exit 9`;
  const asked = "[ \"$REDISCLI_AUTH $*\" = 'p-r --no-auth-warning -h 192.0.2.9 -p 6380 ping' ]";
  assert.deepEqual(
    said({ psql: `${own}; echo '15|UTF8|t|'`, "redis-cli": `${asked} && echo PONG` }),
    [],
  );
  const poor = {
    psql: "echo '12|SQL_ASCII|f|pg_trgm vector'",
    "redis-cli": "echo 'NOAUTH Authentication required.'",
  };
  assert.deepEqual(said(poor), [
    "- the database at db.example.org:5432 is PostgreSQL 12, and Discourse takes 13 or later: upgrade it",
    "- the database data at db.example.org:5432 is in SQL_ASCII: make it anew with --encoding=UTF8 --template=template0",
    "- the login login may make no tables in the database data at db.example.org:5432: `alter database data owner to login`",
    "- the database data at db.example.org:5432 lacks extensions that login cannot make: as a superuser, `create extension` " +
      "each of pg_trgm vector there (vector is in postgresql-12-pgvector, from Debian 13 or PostgreSQL's own repository)",
    "- the Redis at 192.0.2.9:6380 (`forum.redis`): it refuses the password: correct `password`, or set requirepass there",
  ]);
});

/** What the gate learns of a database elsewhere by a `psql` that does that. */
function migrations(psql: string): string {
  const values = { NAME: "app", DATABASE: ["-h", "db.example.org"], DATABASE_PASSWORD: "p-d" };
  return locally(
    ({ run }) =>
      run(["components/discourse/twin.sh"], ["migrations", "app"], values, { psql }).stdout,
  );
}

test("how far a database elsewhere is migrated is asked there, and not known when it does not answer", () => {
  assert.equal(
    migrations('echo "$PGPASSWORD $1 $2 $3"; echo "2|2027"'),
    "p-d -XAtw -h db.example.org\n2|2027\n",
  );
  assert.equal(migrations("echo no >&2; exit 2"), "");
});
