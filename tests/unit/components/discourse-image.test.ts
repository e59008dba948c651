import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Discourse, DiscourseOptions } from "../../../components/discourse/index.ts";
import { DockerEngine, DockerEngineOptions } from "../../../components/docker-engine/index.ts";
import { describe, parse } from "../../../config.ts";
import { deploy } from "../../support/deploy.ts";
import { sourceOf, stackSections } from "../../support/example.ts";
import { exampleHost, hostInputs, valuesOf } from "../../support/host.ts";
import { akismet, commit } from "../../support/launcher.ts";
import { inOrder } from "../../support/scripts.ts";

const built = { commit, version: "v2026.7.1", plugins: [akismet] };

/** The forum with an image that is built, under mocks. */
function forum(more: object = {}, launcher: object = built, preview = false) {
  return deploy(() => {
    const options = DiscourseOptions.parse({
      host: "forum",
      hostname: "forum.example.org",
      image: { launcher },
      developerEmails: ["a@example.org"],
      smtp: { address: "smtp.example.org", user: "canary-user", password: "canary-password" },
      ...more,
    });
    const host = exampleHost();
    const docker = DockerEngineOptions.parse({ source: "debian" });
    const engine = new DockerEngine("engine", { host, options: docker });
    new Discourse("forum", { host, engine, options });
  }, preview);
}

type Deployed = Awaited<ReturnType<typeof forum>>;
const valuesIn = ({ resource }: Deployed, name: string) =>
  resource(name).inputs["values"] as Record<string, unknown>;
const appOf = ({ resource }: Deployed) => {
  const files = resource("forum-build-file").inputs["files"] as Record<string, { content: string }>;
  return files["/var/discourse/containers/app.yml"]?.content ?? "";
};

test("an image is built from a checkout and a file, on data that are there, and only then looked at", async () => {
  for (const preview of [false, true]) {
    const { resources, list } = await forum({}, built, preview);
    assert.deepEqual(
      inOrder(resources)
        .map(({ type, name }) => `${type} ${name}`)
        .filter((line) => line.includes(" forum")),
      [
        "host:index:Packages forum-tools",
        "host:index:DataDirectory forum-data",
        "host:index:Script forum-hostname",
        ...["command:remote:Command forum-preflight", "command:remote:Command forum-mail"],
        "host:index:Script forum-saved",
        "host:index:Packages forum-build-tools",
        "host:index:Script forum-build-checkout",
        "host:index:ConfigSet forum-build-file",
        "host:index:Script forum-build-image",
        "command:remote:Command forum-image-check",
        ...["host:index:Script forum-previous", "host:index:Script forum-ready"],
        ...["host:index:ConfigSet forum-watch", "host:index:Unit forum-watch-timer"],
      ],
    );
    assert.ok(list.includes("platform:discourse-image:DiscourseImage forum-build"));
  }
});

test("the build's script has all that it needs, and the container gets what it makes", async () => {
  const deployed = await forum({ memory: "4 GiB", cores: 3 });
  const { resource } = deployed;
  assert.deepEqual(resource("forum-build-tools").inputs["packages"], { git: "installed" });
  const { script, ...checkout } = resource("forum-build-checkout").inputs;
  assert.equal(script, readFileSync("components/discourse-image/checkout.sh", "utf8"));
  assert.deepEqual(checkout, {
    ...hostInputs(),
    values: {
      DIRECTORY: "/var/discourse",
      REPOSITORY: "https://github.com/discourse/discourse_docker.git",
      COMMIT: commit,
    },
    state: { clean: true, commit, detached: true },
    timeoutSeconds: 300,
  });
  const { IMAGE, ...values } = valuesIn(deployed, "forum-build-image");
  assert.match(String(IMAGE), /^local_discourse\/app:[0-9a-f]{12}$/);
  assert.deepEqual(values, {
    DIRECTORY: "/var/discourse",
    CONTAINER: "app",
    SHARED: "/var/discourse/shared/standalone",
    PLUGINS: ["discourse-akismet"],
    MINUTES: "60",
    FREE: "5368709120",
    ...{ BESIDE: "", POSTGRES: "18", UPGRADE_FROM: "", USERS: [] },
  });
  const { state, timeoutSeconds } = resource("forum-build-image").inputs;
  assert.deepEqual([state, timeoutSeconds], [{ image: IMAGE, postgres: "18" }, 4500]);
  assert.deepEqual(resource("forum-image").inputs, { name: IMAGE, keepLocally: true });
  assert.ok(resource("forum-image").dependsOn.includes("forum-build-image"));
  assert.ok(
    valuesOf(resource("forum-image-check")).includes(
      "PATHS=('/sbin/boot' '/var/www/discourse/plugins/discourse-akismet')",
    ),
  );
  assert.ok((resource("forum-app").inputs["envs"] as string[]).includes("UNICORN_WORKERS=6"));
  assert.match(appOf(deployed), /^ {2}"db_shared_buffers": "1024MB"$/m);
});

test("the file holds no secret, and no other root-readable mode", async () => {
  const { resource } = await forum();
  const { files, ...rest } = resource("forum-build-file").inputs;
  const file = (files as Record<string, { content: string; mode: string }>)[
    "/var/discourse/containers/app.yml"
  ];
  assert.equal(file?.mode, "0600");
  assert.ok(!JSON.stringify([file, rest]).includes("canary"));
  assert.deepEqual(resource("forum-build-file").secrets, []);
});

test("what concerns the running container alone builds nothing, and what the image is made of does", async () => {
  const imageOf = async (more: object, launcher?: object) =>
    valuesIn(await forum(more, launcher), "forum-build-image")["IMAGE"];
  const image = await imageOf({});
  const running = [
    { language: "de" },
    { developerEmails: ["b@example.org"] },
    { notificationEmail: "x@example.org" },
    { smtp: { address: "other.example.org", user: "u", password: "p", port: 465 } },
    { environment: { UNICORN_WORKERS: "2" } },
    { bootSeconds: 40 },
    { cores: 8 },
  ];
  for (const more of running) assert.equal(await imageOf(more), image, JSON.stringify(more));
  const others = [
    await imageOf({ uploadLimit: "20 MiB" }),
    await imageOf({ memory: "8 GiB" }),
    await imageOf({}, { ...built, edition: "2" }),
  ];
  assert.equal(new Set([image, ...others]).size, 4);
});

/** What a stack file with this image is told. */
function told(image: object): string[] {
  const sections = stackSections("Pulumi.lab.yaml");
  Object.assign(sections["forum"] ?? {}, { image });
  const { problems } = parse(sourceOf(sections));
  return problems.length === 0
    ? []
    : describe(problems, "platform", "test")
        .split("\n")
        .slice(1)
        .map((line) => line.trim());
}
const at = "platform:forum.image.launcher";

test("a template that conflicts, does nothing or is there already is refused with the reason", () => {
  const templates = ["web.ssl.template.yml", "sshd.template.yml", "web.template.yml"];
  const more = [
    "postgres.18.template.yml",
    "enable-ruby-yjit.yml",
    "enable-ruby-yjit.yml",
    "x.yml",
  ];
  const lines = told({ launcher: { commit, templates: [...templates, ...more] } });
  assert.deepEqual(lines.slice(0, 4), [
    `${at}.templates.0 must not be there: once a certificate lies in shared/ssl it takes the socket away at boot; the host's nginx does TLS`,
    `${at}.templates.1 must not be there: it does nothing any more, and discourse_docker is to drop it`,
    `${at}.templates.2 is there already: each forum has it, in the place where it has to be`,
    `${at}.templates.3 must not be there: set \`postgres\` instead`,
  ]);
  assert.match(lines[4] ?? "", /\.templates\.6 is not a template that can be added: take one of /);
  assert.deepEqual(told({ launcher: { commit, templates: more.slice(1, 3) } }), [
    `${at}.templates.1 is the second enable-ruby-yjit.yml: take one out`,
  ]);
});

test("a plugin is pinned, once, and not one that Discourse has", () => {
  const solved = "https://github.com/discourse/discourse-solved.git";
  const plugins = [
    akismet,
    { repository: solved, commit: akismet.commit },
    { repository: "https://example.org/x y", commit: "main" },
  ];
  assert.deepEqual(told({ launcher: { commit, plugins } }), [
    `${at}.plugins.1.repository must not be there: discourse-solved is a part of Discourse now, so take it out`,
    `${at}.plugins.2.repository must be the address of a git repository: https://…, ssh://login@…, or file:///… on the machine; without a password`,
    `${at}.plugins.2.commit must be a commit's 40 hexadecimal digits: a branch or a tag would drift`,
  ]);
  assert.deepEqual(told({ launcher: { commit, plugins: [akismet, akismet] } }), [
    `${at}.plugins.1 is the second discourse-akismet: take one out`,
  ]);
});

test("addresses that git or a shell would take for something else are refused", () => {
  const wrong = [
    "ext::sh -c id",
    "--upload-pack=id",
    "https://u:p@example.org/a",
    "git@x:y",
    "file://x/y",
  ];
  const more = ["ssh://-oProxyCommand=id@x/y", "https://example.org/a;id", "https://example.org"];
  for (const repository of [...wrong, ...more]) {
    assert.equal(told({ launcher: { commit, repository } }).length, 1, repository);
  }
  for (const repository of [
    "https://git.example.org:8443/a/b.git",
    "ssh://git@x.example/a",
    "file:///srv/a.git",
  ]) {
    assert.deepEqual(told({ launcher: { commit, repository } }), [], repository);
  }
});

test("steps, parameters and versions that would be lost or changed on the way are refused", () => {
  const run = [{ commands: ["ls $homedir ${homedir} $home/x", "a _FILE_SEPERATOR_ b", "ä"] }];
  const launcher = {
    ...{
      commit: "main",
      version: "stable",
      params: { home: "/x", upload: "1", db_work_mem: "1 MB" },
    },
    ...{ hooks: { after_cod: [] }, environment: { LANG: "C", A: "it's" }, postgres: 9 },
  };
  const lines = told({ launcher });
  assert.deepEqual(
    lines.map((line) => line.slice(at.length + 1, line.indexOf(" "))),
    [
      ...["commit", "version", "postgres", "params.db_work_mem", "params.home", "params.upload"],
      ...["environment.A", "hooks.after_cod", "environment.LANG"],
    ],
  );
  assert.deepEqual(told({ launcher: { commit, run } }), [
    `${at}.run.0.commands.1 must not hold _FILE_SEPERATOR_: the launcher would split the file there`,
    `${at}.run.0.commands.2 must be printable ASCII, tabs and line breaks`,
    `${at}.run.0.commands.0 has $homedir, of which pups would replace $home: write \${homedir}`,
  ]);
});

test("of the two kinds of image, the one that was meant is explained", () => {
  assert.deepEqual(told({ name: "bare" }), [
    "platform:forum.image.name must name a tag or a digest, such as local_discourse/forum:2026.7 (a bare name would drift)",
  ]);
  assert.deepEqual(told({ launcher: {} }), [
    `${at}.commit must be a commit's 40 hexadecimal digits: a branch or a tag would drift`,
  ]);
  assert.match(
    told({ name: "a:1", launcher: { commit } }).join(),
    /forum\.image\.launcher is not an option/,
  );
});
