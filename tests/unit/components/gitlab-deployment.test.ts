import assert from "node:assert/strict";
import { test } from "node:test";
import { DockerEngine, DockerEngineOptions } from "../../../components/docker-engine/index.ts";
import { GitLabMachine, Instance, InstanceOptions } from "../../../components/gitlab/index.ts";
import { questions } from "../../../components/gitlab/machine.ts";
import { Script, type SiteDeployment, type Watcher } from "../../../components/host/index.ts";
import { deploy } from "../../support/deploy.ts";
import { written } from "../../support/gitlab-instance.ts";
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
  const { resource } = await deploy(() => {
    const host = exampleHost();
    const engine = new DockerEngine("engine", { host, options: DockerEngineOptions.parse({}) });
    const options = InstanceOptions.parse({ ...written, bootSeconds: 100 });
    new Instance("gitlab-acme", { host, engine, instance: "acme", options, watcher });
  });
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
    const { resources } = await deploy(() => {
      const host = exampleHost();
      const engine = new DockerEngine("engine", { host, options: DockerEngineOptions.parse({}) });
      const options = InstanceOptions.parse({ ...written, ...more });
      new Instance("gitlab-acme", { host, engine, instance: "acme", options });
    });
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
      PORTS: ["27001", "12001", "17001", "2222", "12002"],
      NAMES: ["git.acme.example", "registry.acme.example", "git.birch.example"],
    },
  );
  const skipPreflight = ["memory", "cores", "ports", "dns", "docker"];
  const nothing = { MEMORY: "", CORES: "", DOCKER: "", PORTS: [], NAMES: [] };
  assert.deepEqual(questions([["acme", of({ skipPreflight })]]), nothing);
});

test("what the instances of a machine share is there once, and before them", async () => {
  const { list, resource } = await deploy(() => {
    const options = InstanceOptions.parse(written);
    new GitLabMachine("machine-gitlab", { host: exampleHost(), instances: { acme: options } });
  });
  assert.deepEqual(list, [
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
