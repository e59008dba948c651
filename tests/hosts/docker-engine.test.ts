import assert from "node:assert/strict";
import { test } from "node:test";
import { DockerEngine, DockerEngineOptions } from "../../components/docker-engine/index.ts";
import { exampleHost } from "../support/host.ts";
import { testMachine } from "../support/machine.ts";
import { laws } from "../support/laws.ts";

test("an engine from Debian answers, rotates logs, obeys the laws and leaves data behind", async () => {
  const machine = await testMachine("components");
  const options = DockerEngineOptions.parse({ source: "debian", logMaxFiles: 3 });
  await laws(
    machine,
    () => new DockerEngine("engine", { host: exampleHost(), options }),
    async () => {
      assert.equal(
        await machine.succeed("docker info --format '{{.LiveRestoreEnabled}} {{.LoggingDriver}}'"),
        "true json-file\n",
      );
      await machine.succeed("docker volume create kept");
    },
    {},
    async () => {
      await machine.succeed("test -d /var/lib/docker/volumes/kept/_data");
    },
  );
});

test("a login that is not root talks with the engine from its next connection on, until it goes", async () => {
  const machine = await testMachine("components");
  await machine.succeed(
    "useradd -m -s /bin/bash ops; cp -r /root/.ssh /home/ops/; chown -R ops /home/ops/.ssh; " +
      "echo 'ops ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/ops",
  );
  const options = DockerEngineOptions.parse({ source: "debian" });
  const asOps = "su - ops -c 'docker version --format {{.Server.Os}}'";
  await laws(
    machine,
    () => new DockerEngine("engine", { host: { ...exampleHost(), user: "ops" }, options }),
    async () => {
      assert.equal(await machine.succeed(asOps), "linux\n");
    },
    {},
    async () => {
      assert.doesNotMatch(await machine.succeed("id -nG ops"), /docker/);
    },
  );
  await machine.succeed("userdel -r ops 2>/dev/null; rm /etc/sudoers.d/ops");
});
