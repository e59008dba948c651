import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { InstanceOptions } from "../../../components/gitlab/index.ts";
import { deploy, plainTexts } from "../../support/deploy.ts";
import { buildInstance as build, licence, written } from "../../support/gitlab-instance.ts";
import { hostInputs } from "../../support/host.ts";

const smtp = { address: "smtp.example.org", user: "u-1", password: "canary-relay" };
const place = "/srv/gitlab/acme";

/** Values that a Script got. */
function given(inputs: Readonly<Record<string, unknown>>) {
  return inputs["values"] as Record<string, unknown>;
}

test("the container has its caps, its own network, and nothing of it but SSH is reached from elsewhere", async () => {
  const { resource } = await deploy(() =>
    build({ slot: 7, registry: { hostname: "registry.acme.example" } }),
  );
  const { inputs, secrets, dependsOn, options } = resource("gitlab-acme-app");
  const { labels, ...rest } = inputs as { labels: { label: string; value: string }[] };
  assert.deepEqual(rest, {
    name: "gitlab-acme",
    image: "sha256:1mage",
    command: ["/assets/init-container"],
    hostname: "git.acme.example",
    volumes: [
      { hostPath: `${place}/config`, containerPath: "/etc/gitlab" },
      { hostPath: `${place}/data`, containerPath: "/var/opt/gitlab" },
      { hostPath: `${place}/logs`, containerPath: "/var/log/gitlab" },
      { hostPath: `${place}/platform`, containerPath: "/etc/gitlab/platform", readOnly: true },
      {
        ...{ hostPath: `${place}/platform/entry.rb`, containerPath: "/etc/gitlab/gitlab.rb" },
        readOnly: true,
      },
    ],
    ports: [
      { internal: 22, external: 27_007, ip: "0.0.0.0", protocol: "tcp" },
      { internal: 80, external: 12_007, ip: "127.0.0.1", protocol: "tcp" },
      { internal: 5050, external: 17_007, ip: "127.0.0.1", protocol: "tcp" },
    ],
    networkMode: "bridge",
    networksAdvanced: [{ name: "gitlab-acme", ipv4Address: "10.208.0.114" }],
    restart: "always",
    mustRun: true,
    securityOpts: ["no-new-privileges"],
    healthcheck: {
      tests: ["CMD", "/opt/gitlab/bin/gitlab-healthcheck", "--fail", "--max-time", "10"],
      ...{ interval: "1m0s", timeout: "30s", startPeriod: "30m0s", retries: 5 },
    },
    stopTimeout: 180,
    destroyGraceSeconds: 180,
    cpus: "2",
    shmSize: 256,
    memory: 8192,
    memorySwap: 8192,
    logDriver: "json-file",
    logOpts: { "max-file": "3", "max-size": "10485760" },
  });
  assert.deepEqual(labels[0], { label: "platform.component", value: "gitlab-acme" });
  assert.match(labels[1]?.value ?? "", /^[0-9a-f]{16}$/);
  assert.deepEqual(secrets, []);
  assert.deepEqual(dependsOn, [
    "gitlab-acme-files",
    "gitlab-acme-network",
    "machine-image-gitlab/gitlab-ee:18.11.11-ee.0",
  ]);
  assert.deepEqual([options.provider, options.replacementTrigger], ["engine-provider", "7"]);
  assert.deepEqual(resource("gitlab-acme-network").inputs["ipamConfigs"], [
    { subnet: "10.208.0.112/28", gateway: "10.208.0.113" },
  ]);
});

test("its resources come in the order in which the machine is changed, in previews as well", async () => {
  for (const preview of [false, true]) {
    const { list, resource } = await deploy(() => build(), preview);
    assert.deepEqual(
      list.filter((line) => line.includes(" gitlab-acme")),
      [
        "command:remote:Command gitlab-acme-root",
        "docker:index/container:Container gitlab-acme-app",
        "docker:index/network:Network gitlab-acme-network",
        "host:index:ConfigSet gitlab-acme-files",
        "host:index:DataDirectory gitlab-acme-data",
        "host:index:Script gitlab-acme-before",
        "host:index:Script gitlab-acme-ready",
        "host:index:Script gitlab-acme-settings",
        "platform:gitlab:Instance gitlab-acme",
      ],
    );
    assert.deepEqual(resource("gitlab-acme-data").inputs, {
      ...{ ...hostInputs(), path: place, mode: "0700", owner: "root:root" },
    });
    const waits = (name: string) => resource(`gitlab-acme-${name}`).dependsOn;
    assert.deepEqual(waits("before"), ["gitlab-acme-data"]);
    assert.deepEqual(waits("files"), ["gitlab-acme-before"]);
    assert.deepEqual(waits("ready"), ["gitlab-acme-app"]);
    assert.deepEqual(waits("settings"), ["gitlab-acme-ready"]);
    assert.deepEqual(waits("root"), ["fleet-seed", "gitlab-acme-settings"]);
  }
});

test("gitlab.rb is a file that the entry names, and secrets are files of their own", async () => {
  const { resource, resources } = await deploy(() => build({ smtp, licence, quota: "50 GiB" }));
  const { inputs, secrets } = resource("gitlab-acme-files");
  const files = inputs["files"] as Record<string, { content: string; mode: string }>;
  assert.deepEqual(
    Object.entries(files).map(([path, { mode }]) => [path.replace(place, ""), mode]),
    [
      ["/etc/platform-gitlab/acme.conf", "0644"],
      ["/platform/entry.rb", "0600"],
      ["/platform/gitlab.rb", "0600"],
      ["/platform/licence.gitlab-license", "0644"],
      ["/platform/smtp-password", "0600"],
    ],
  );
  const content = (path: string) => files[path]?.content ?? assert.fail(path);
  assert.equal(
    content(`${place}/platform/entry.rb`),
    "from_file '/etc/gitlab/platform/gitlab.rb'\n",
  );
  const rb = content(`${place}/platform/gitlab.rb`);
  assert.match(rb, /^external_url 'https:\/\/git\.acme\.example'$/m);
  assert.match(rb, /smtp_password.*'\/etc\/gitlab\/platform\/smtp-password'/);
  assert.match(rb, /initial_license_file.*'\/etc\/gitlab\/platform\/licence\.gitlab-license'/);
  assert.equal(content(`${place}/platform/licence.gitlab-license`), `${licence}\n`);
  assert.deepEqual(secrets, [
    `files["${place}/platform/licence.gitlab-license"].content`,
    `files["${place}/platform/smtp-password"].content`,
  ]);
  const [label] = (resource("gitlab-acme-app").inputs["labels"] as { value: string }[]).slice(1);
  const reconfigure = `/usr/local/sbin/platform-gitlab reconfigure acme ${label?.value ?? ""}`;
  assert.deepEqual([inputs["activate"], inputs["commandSeconds"]], [[reconfigure], 1800]);
  assert.equal(resource("gitlab-acme-data").inputs["quota"], "50 GiB");
  const shown = plainTexts(resources).join("\n");
  assert.ok(!shown.includes("canary-relay") && !shown.includes(licence));
});

test("the gate waits for this container, this configuration and this version", async () => {
  const { resource } = await deploy(() => build({ bootSeconds: 100, slot: 7 }));
  const { inputs } = resource("gitlab-acme-ready");
  const rb = resource("gitlab-acme-files").inputs["files"] as Record<string, { content: string }>;
  const digest = createHash("sha256")
    .update(JSON.stringify(rb[`${place}/platform/gitlab.rb`]?.content))
    .digest("hex");
  const text = (name: string) => readFileSync(`components/gitlab/${name}`, "utf8");
  assert.deepEqual(given(inputs), {
    ...{ NAME: "acme", HOST: "git.acme.example", ADDRESS: "10.208.0.114" },
    ...{ CONTAINER: "gitlab-acme-app-id", VERSION: "18.11.11", PIDS: "8192" },
    ...{ BOT: text("programs/bot.rb"), SECONDS_MAX: "100", CONFIG: digest.slice(0, 16) },
  });
  assert.deepEqual(inputs["state"], {
    ...{ pids: "8192", ready: true, running: true, token: true, version: "18.11.11" },
  });
  assert.equal(inputs["timeoutSeconds"], 700);
  assert.equal(inputs["script"], ["instance.sh", "token.sh", "ready.sh"].map(text).join("\n"));
});

test("settings are private and closed by default, and only those that are owned are kept", async () => {
  const settings = async (more: object) => {
    const { resource } = await deploy(() => build({ settings: more }));
    const { inputs } = resource("gitlab-acme-settings");
    const state = inputs["state"] as { settings: unknown };
    assert.deepEqual(JSON.parse(String(given(inputs)["SETTINGS"])), state.settings);
    return state.settings;
  };
  const standard = {
    authorized_keys_enabled: false,
    default_group_visibility: "private",
    default_project_visibility: "private",
    default_snippet_visibility: "private",
    gravatar_enabled: false,
    require_admin_approval_after_user_signup: true,
    restricted_visibility_levels: [],
    signup_enabled: false,
    usage_ping_enabled: false,
  };
  assert.deepEqual(await settings({}), standard);
  const own = {
    ...{ signUp: true, importSources: ["gitea", "git"], importMegabytes: 0 },
    ...{ forbiddenVisibility: ["public"], afterSignOut: "https://www.acme.example/" },
  };
  assert.deepEqual(await settings(own), {
    ...{ after_sign_out_path: "https://www.acme.example/", ...standard },
    ...{ import_sources: ["git", "gitea"], max_import_size: 0, signup_enabled: true },
    restricted_visibility_levels: ["public"],
  });
});

test("only what has to replaces the container, and a new gitlab.rb alone does not", async () => {
  const label = async (more: object) => {
    const { resource } = await deploy(() => build(more));
    const labels = resource("gitlab-acme-app").inputs["labels"] as { value: string }[];
    return labels[1]?.value;
  };
  const before = await label({});
  assert.equal(await label({ settings: { signUp: true } }), before);
  assert.equal(await label({ smtp }), before);
  assert.equal(await label({ timeZone: "Europe/Berlin", monitors: ["192.0.2.0/24"] }), before);
  for (const more of [
    { plan: "M" },
    { hostname: "code.acme.example" },
    { image: { name: "gitlab/gitlab-ee:18.11.12-ee.0" } },
    { pages: { hostname: "pages.acme.example" } },
  ])
    assert.notEqual(await label(more), before, JSON.stringify(more));
});

test("a new name has to be confirmed, and the step before any change is told how", async () => {
  const { resource } = await deploy(() => build({ renamedFrom: "old.acme.example" }));
  const { inputs } = resource("gitlab-acme-before");
  assert.deepEqual(inputs["state"], { hostname: "git.acme.example" });
  assert.equal(given(inputs)["FORMER"], "old.acme.example");
});

test("a licence that has not the shape of one is refused, and is not repeated", () => {
  const bad = Buffer.from(JSON.stringify({ data: "d", key: "k" })).toString("base64");
  const lines = `-----BEGIN GITLAB LICENSE-----\n${licence}\n-----END GITLAB LICENSE-----\n`;
  for (const [text, good] of [
    [licence, true],
    [lines, true],
    [bad, false],
    ["canary-licence", false],
    [`${licence}!`, false],
  ] as const) {
    const { success, error } = InstanceOptions.safeParse({ ...written, licence: text });
    assert.equal(success, good, text);
    assert.ok(!(error?.message ?? "").includes(text));
  }
});
