import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { environment, typedNames } from "../../../components/discourse/environment.ts";
import { Discourse, DiscourseOptions } from "../../../components/discourse/index.ts";
import { forumSite } from "../../../components/discourse/site.ts";
import { DockerEngine, DockerEngineOptions } from "../../../components/docker-engine/index.ts";
import { deploy } from "../../support/deploy.ts";
import { exampleHost, hostInputs, valuesOf } from "../../support/host.ts";
import { commit } from "../../support/launcher.ts";

const written = {
  host: "forum",
  hostname: "forum.example.org",
  image: { name: "local_discourse/app:1" },
  developerEmails: ["b@example.org", "a@example.org"],
  smtp: { address: "smtp.example.org", user: "canary-user", password: "canary-password" },
  plugins: ["docker_manager"],
};

function build(more: object = {}) {
  const options = DiscourseOptions.parse({ ...written, ...more });
  const host = exampleHost();
  const engine = new DockerEngine("engine", {
    host,
    options: DockerEngineOptions.parse({ source: "debian", logMaxFiles: 3 }),
  });
  return new Discourse("forum", { host, engine, options });
}

test("the container is given all that the daemon would choose, and its environment is secret", async () => {
  const { resource } = await deploy(() =>
    build({ memory: "2 GiB", environment: { UNICORN_WORKERS: "2" } }),
  );
  const { inputs, secrets, dependsOn, options } = resource("forum-app");
  assert.deepEqual(inputs, {
    name: "app",
    image: "sha256:1mage",
    command: ["/sbin/boot"],
    hostname: "forum.example.org",
    envs: [
      "DISCOURSE_DEFAULT_LOCALE=en",
      "DISCOURSE_DEVELOPER_EMAILS=b@example.org,a@example.org",
      "DISCOURSE_FORCE_HTTPS=true",
      "DISCOURSE_HOSTNAME=forum.example.org",
      "DISCOURSE_MAX_ATTACHMENT_SIZE_KB=10224",
      "DISCOURSE_MAX_IMAGE_SIZE_KB=10224",
      "DISCOURSE_NOTIFICATION_EMAIL=noreply@forum.example.org",
      "DISCOURSE_SMTP_ADDRESS=smtp.example.org",
      "DISCOURSE_SMTP_PASSWORD=canary-password",
      "DISCOURSE_SMTP_PORT=587",
      "DISCOURSE_SMTP_USER_NAME=canary-user",
      "LANG=en_US.UTF-8",
      "LANGUAGE=en_US.UTF-8",
      "LC_ALL=en_US.UTF-8",
      "UNICORN_WORKERS=2",
    ],
    labels: [{ label: "platform.component", value: "forum" }],
    volumes: [
      { hostPath: "/var/discourse/shared/standalone", containerPath: "/shared" },
      { hostPath: "/var/discourse/shared/standalone/log/var-log", containerPath: "/var/log" },
    ],
    networkMode: "bridge",
    restart: "always",
    mustRun: true,
    shmSize: 512,
    memory: 2048,
    memorySwap: 4096,
    logDriver: "json-file",
    logOpts: { "max-file": "3", "max-size": "10485760" },
    destroyGraceSeconds: 600,
  });
  assert.deepEqual(secrets, ["envs"]);
  assert.deepEqual(dependsOn, ["forum-image", "forum-previous"]);
  assert.equal(options.provider, "engine-provider");
  assert.equal(options.replacementTrigger, "7");
});

test("an image is adopted, checked for its plugins, and only then put to work", async () => {
  for (const preview of [false, true]) {
    const { list, resource } = await deploy(() => build(), preview);
    assert.deepEqual(
      list.filter((line) => line.includes(" forum")),
      [
        "command:remote:Command forum-image-check",
        "command:remote:Command forum-mail",
        "command:remote:Command forum-preflight",
        "docker:index/container:Container forum-app",
        "docker:index/remoteImage:RemoteImage forum-image",
        "host:index:ConfigSet forum-watch",
        "host:index:DataDirectory forum-data",
        "host:index:Packages forum-tools",
        "host:index:Script forum-hostname",
        "host:index:Script forum-previous",
        "host:index:Script forum-ready",
        "host:index:Script forum-saved",
        "host:index:Unit forum-watch-timer",
        "platform:discourse:Discourse forum",
      ],
    );
    assert.deepEqual(Object.keys(resource("forum-tools").inputs["packages"] as object), [
      ...["ca-certificates", "curl", "iproute2", "jq", "procps"],
    ]);
    assert.deepEqual(resource("forum-image").inputs, {
      name: "local_discourse/app:1",
      keepLocally: true,
    });
    assert.equal(resource("forum-image").options.replacementTrigger, "7");
    assert.deepEqual(resource("forum-image-check").dependsOn, ["forum-image", "forum-mail"]);
    assert.deepEqual(resource("forum-data").dependsOn, ["forum-tools"]);
    assert.deepEqual(resource("forum-data").inputs, {
      ...hostInputs(),
      path: "/var/discourse/shared/standalone",
      mode: "0755",
      owner: "root:root",
    });
    assert.deepEqual(resource("forum-saved").dependsOn, ["forum-image", "forum-image-check"]);
    assert.deepEqual(resource("forum-previous").dependsOn, ["forum-image", "forum-saved"]);
    assert.deepEqual(resource("forum-ready").dependsOn, ["forum-app", "forum-image"]);
  }
});

test("the forum is kept running in the container of this run, and asked through the socket", async () => {
  const { resource } = await deploy(() => build({ bootSeconds: 40 }));
  assert.deepEqual(valuesOf(resource("forum-image-check")), [
    "IMAGE='sha256:1mage'",
    "PATHS=('/sbin/boot' '/var/www/discourse/plugins/docker_manager')",
    "SCRIPT='forum-image-check'",
  ]);
  const steps = [resource("forum-previous"), resource("forum-ready")] as const;
  const [before, after] = steps.map(({ inputs }) => inputs["values"] as Record<string, string>);
  const common = {
    ...{ NAME: "app", SITE: "forum", HOST: "forum.example.org", CHANGE: before?.["CHANGE"] },
    UPSTREAM: "unix:/var/discourse/shared/standalone/nginx.http.sock",
    ...{ DATABASE: [], BESIDE: "", STORES: "" },
    ...{ STOP_MAX: "600", CLOSED_MAX: "700" },
  };
  assert.deepEqual(before, { ...common, IMAGE: "sha256:1mage" });
  assert.deepEqual(after, { ...common, CONTAINER: "forum-app-id", SECONDS_MAX: "40" });
  assert.deepEqual(
    steps.map(({ inputs }) => [inputs["state"], inputs["timeoutSeconds"]]),
    [
      [{ serving: false }, 720],
      [{ running: true, twin: false }, 1400],
    ],
  );
  const text = (name: string) => readFileSync(`components/discourse/${name}.sh`, "utf8");
  assert.deepEqual(
    steps.map(({ inputs }) => inputs["script"]),
    ["previous", "ready"].map((name) => ["answers", "twin", name].map(text).join("\n")),
  );
});

test("what replaces the container runs the steps before and after it, and nothing else does", async () => {
  const change = async (more: object = {}) => {
    const { resource } = await deploy(() => build({ bootSeconds: 40, ...more }));
    const [before, after] = ["forum-previous", "forum-ready"].map((name) => {
      const { inputs, secrets } = resource(name);
      assert.deepEqual(secrets, ["values.CHANGE"]); // a digest of secrets
      return (inputs["values"] as Record<string, string>)["CHANGE"] ?? "";
    });
    assert.match(before ?? "", /^[0-9a-f]{64}$/);
    assert.equal(after, before);
    return before;
  };
  const before = await change();
  assert.equal(await change(), before);
  assert.equal(
    await change({ memory: "3 GiB" }),
    before,
    "Docker changes it while the container runs",
  );
  assert.notEqual(await change({ environment: { UNICORN_WORKERS: "3" } }), before);
});

test("the names that typed options set are exactly these", () => {
  const options = DiscourseOptions.parse({
    ...{ ...written, smtp: { ...written.smtp, port: 465 }, image: { launcher: { commit } } },
    database: { address: "db.example.org", password: "p-d" },
    redis: { address: "db.example.org", password: "p-r" },
  });
  assert.deepEqual(Object.keys(environment(options)), typedNames);
});

test("a value that discourse.conf would change is refused", () => {
  for (const password of ["it's", "0123", "a b", "<%x%>", "a\\b", "line\nbreak", "#"]) {
    const { error } = DiscourseOptions.safeParse({
      ...written,
      smtp: { ...written.smtp, password },
    });
    assert.deepEqual(
      error?.issues.map(({ path }) => path.join(".")),
      ["smtp.password"],
      JSON.stringify(password),
    );
  }
});

test("secrets become Outputs that stay secret", async () => {
  const { smtp } = DiscourseOptions.parse(written);
  assert.ok(await pulumi.isSecret(smtp.password));
});

test("the site takes what the forum takes and streams its message bus", () => {
  const site = forumSite("forum", DiscourseOptions.parse({ ...written, uploadLimit: "20 MiB" }));
  assert.equal(site.maxBodyBytes, 20_971_520);
  assert.deepEqual(site.streaming, ["/message-bus/"]);
  assert.equal(site.upstream, "unix:/var/discourse/shared/standalone/nginx.http.sock");
});
