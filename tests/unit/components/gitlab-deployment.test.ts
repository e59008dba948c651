import assert from "node:assert/strict";
import { test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { DockerEngine, DockerEngineOptions } from "../../../components/docker-engine/index.ts";
import {
  firstPasswords,
  GitLabMachine,
  InstanceOptions,
} from "../../../components/gitlab/index.ts";
import { questions } from "../../../components/gitlab/questions.ts";
import { Script, type SiteDeployment, type Watcher } from "../../../components/host/index.ts";
import { deploy, plainTexts } from "../../support/deploy.ts";
import { buildInstance, written } from "../../support/gitlab-instance.ts";
import { exampleHost, valuesOf } from "../../support/host.ts";

const told: [string, SiteDeployment][] = [];

/** Who watches, and notes what it is told. */
const watcher: Watcher = {
  deployment(name, step, deployment, opts) {
    told.push([step, deployment]);
    const script = new URL("../../../components/gitlab/preflight.sh", import.meta.url);
    return new Script(name, { host: deployment.host, script, state: {} }, opts);
  },
};

test("who watches an instance is told before anything of it changes, and when it is ready", async () => {
  const { resource } = await deploy(() => buildInstance({ bootSeconds: 100 }, watcher));
  assert.deepEqual(
    told.map(([step, { site, secondsMax }]) => [step, site, secondsMax]),
    [
      ["begin", "gitlab-acme", 340],
      ["end", "gitlab-acme", 340],
    ],
  );
  assert.equal(told[0]?.[1].change, told[1]?.[1].change);
  assert.deepEqual(resource("gitlab-acme-unwatched").dependsOn, ["gitlab-acme-before"]);
  assert.deepEqual(resource("gitlab-acme-files").dependsOn, ["gitlab-acme-unwatched"]);
  assert.ok(resource("gitlab-acme-watched").dependsOn.includes("gitlab-acme-ready"));
});

test("the relay is asked where there is one, with its password by stdin, unless that is left out", async () => {
  const smtp = { address: "smtp.example.org", user: "u 1", password: "canary-relay" };
  const registered = async (more: object) => {
    const { resources } = await deploy(() => buildInstance(more));
    return resources.find(({ name }) => name === "gitlab-acme-mail");
  };
  const mail = (await registered({ smtp })) ?? assert.fail();
  assert.deepEqual(valuesOf(mail).toSorted(), [
    ...["HOST='git.acme.example'", "LOGIN='u 1'", "NAME='acme'", "PASSWORD='canary-relay'"],
    ...["PORT='587'", "RELAY='smtp.example.org'", "SCRIPT='gitlab-acme-mail'"],
  ]);
  assert.ok(mail.secrets.includes("stdin"));
  assert.equal(await registered({ smtp, skipPreflight: ["mail"] }), undefined);
  assert.equal(await registered({}), undefined);
});

test("a machine is asked for what its instances need together, but for what each leaves out", () => {
  const of = (more: object) => InstanceOptions.parse({ ...written, ...more });
  const registry = { hostname: "registry.acme.example" };
  assert.deepEqual(
    questions([
      ["acme", of({ slot: 1, registry })],
      ["birch", of({ plan: "M", slot: 2, ssh: { port: 2222 }, hostname: "git.birch.example" })],
      ["cedar", of({ plan: "XL", slot: 3, skipPreflight: ["memory", "cores", "dns", "ports"] })],
    ]),
    {
      MEMORY: String((8 + 12 + 1) * 1024),
      CORES: "4",
      DOCKER: "yes",
      PORTS: [
        ...["0.0.0.0:27001", "127.0.0.1:12001", "127.0.0.1:17001"],
        ...["0.0.0.0:2222", "127.0.0.1:12002"],
      ],
    },
  );
  const skipPreflight = ["memory", "cores", "ports", "dns", "docker"];
  const nothing = { MEMORY: "", CORES: "", DOCKER: "", PORTS: [] };
  assert.deepEqual(questions([["acme", of({ skipPreflight })]]), nothing);
});

test("what the instances of a machine share is there once, and before them", async () => {
  const { list, resource } = await deploy(() => {
    const acme = InstanceOptions.parse(written);
    const host = exampleHost();
    const engine = new DockerEngine("engine", { host, options: DockerEngineOptions.parse({}) });
    new GitLabMachine("machine-gitlab", { host, engine, instances: { acme } });
  });
  const shared = list.filter((line) => line.includes(" machine-"));
  assert.deepEqual(shared, [
    "command:remote:Command machine-gitlab-preflight",
    "host:index:ConfigSet machine-gitlab-watch",
    "host:index:Packages machine-gitlab-tools",
    "host:index:Unit machine-gitlab-watch-timer",
    "platform:gitlab:GitLabMachine machine-gitlab",
  ]);
  const files = Object.entries(resource("machine-gitlab-watch").inputs["files"] as object);
  assert.deepEqual(
    files.map(([path]) => path),
    [
      "/etc/systemd/system/platform-gitlab-look.service",
      "/etc/systemd/system/platform-gitlab-look.timer",
      "/usr/local/lib/platform/check-gitlab",
      "/usr/local/sbin/platform-gitlab",
      "/usr/local/sbin/platform-gitlab-look",
    ],
  );
});

test("an image is there once for all instances that run from it, and is loaded once where it has an archive", async () => {
  const archive = "/srv/images/gitlab.tar";
  const { resources, resource, result } = await deploy(() => {
    const host = exampleHost();
    const engine = new DockerEngine("engine", { host, options: DockerEngineOptions.parse({}) });
    const machine = new GitLabMachine("machine", { host, engine, instances: {} });
    const first = machine.image({ name: "mirror.example/gitlab-ee:18.11.11-ee.0", archive });
    const other = machine.image({ name: "gitlab/gitlab-ee:19.3.0-ee.0" });
    const again = machine.image({ name: "mirror.example/gitlab-ee:18.11.11-ee.0", archive });
    return [first === again, first === other];
  });
  assert.deepEqual(result, [true, false]);
  const names = resources
    .map(({ name }) => name)
    .filter((name) => /-(?:image|archive)-/.test(name));
  const own = "mirror.example/gitlab-ee:18.11.11-ee.0";
  assert.deepEqual(names.toSorted(), [
    `machine-archive-${own}`,
    "machine-image-gitlab/gitlab-ee:19.3.0-ee.0",
    `machine-image-${own}`,
  ]);
  const { inputs, options, dependsOn } = resource(`machine-image-${own}`);
  assert.deepEqual(inputs, { name: "mirror.example/gitlab-ee:18.11.11-ee.0", keepLocally: true });
  assert.equal(options.replacementTrigger, "7");
  assert.deepEqual(dependsOn, [`machine-archive-${own}`]);
});

test("first passwords differ by name, stay with the name, and are secret", async () => {
  const { result, resources } = await deploy(() => {
    const passwords = firstPasswords("fleet");
    return [passwords("acme"), passwords("birch"), passwords("acme"), passwords("acme", "next")];
  });
  const known = await Promise.all(
    result.map((one) => new Promise<string>((take) => one.apply(take))),
  );
  const [acme = "", birch = "", again, next = ""] = known;
  assert.match(acme, /^[\w-]{32}$/);
  assert.match(birch, /^[\w-]{32}$/);
  assert.notEqual(acme, birch);
  assert.equal(acme, again);
  assert.match(next, /^[\w-]{32}$/);
  assert.notEqual(acme, next);
  assert.deepEqual(await Promise.all(result.map((one) => pulumi.isSecret(one))), [
    true,
    true,
    true,
    true,
  ]);
  assert.deepEqual(
    resources.map(({ name }) => name),
    ["fleet-seed"],
  );
});

test("root's first password is made in the state, is a secret, and is handed over by stdin", async () => {
  const { result, resource, resources } = await deploy(() => buildInstance());
  const known: string[] = [];
  result.rootPassword.apply((password) => known.push(password));
  await new Promise(setImmediate);
  const [password = ""] = known;
  assert.match(password, /^[\w-]{32}$/);
  assert.ok(await pulumi.isSecret(result.rootPassword));
  assert.ok(!plainTexts(resources).join("\n").includes(password));
  const { secrets, inputs } = resource("gitlab-acme-root");
  assert.deepEqual(secrets, ["connection", "stdin"]);
  assert.ok(
    valuesOf({ ...resource("gitlab-acme-root"), inputs }).includes(`PASSWORD='${password}'`),
  );
});
