import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, describe, test } from "node:test";
import { containerScripts } from "../../components/container-machine/index.ts";
import { type Properties, secret } from "../../provider/grpc/values.ts";
import type { Kept } from "../support/host-provider.ts";
import { kindOn } from "../support/kept.ts";
import { forumMachine } from "../support/forum.ts";
import { keyPair } from "../support/keys.ts";
import { machineArchive } from "../support/machine-archive.ts";

const { machine } = await forumMachine();
const { host, well, preview, remove } = kindOn(machine, "Script", "machine");
const stranger = kindOn(machine, "Script", "stranger");

const script = containerScripts.map((one) => readFileSync(one, "utf8")).join("\n");
const [own, operator] = [keyPair(), keyPair()];
const image = await machineArchive();

/** A machine in a container; `values` are those that are otherwise. */
function inputs(values: Properties = {}, ports = ["127.0.0.1:2222:22"]): Properties {
  return {
    host,
    script,
    values: {
      ...{ MACHINE: "guest", IMAGE: image.name, HOST_KEY: own.public, PORTS: ports, FOLDERS: [] },
      ...{ HOST_PRIVATE: secret(own.private), AUTHORIZED_KEYS: [operator.public] },
      ...values,
    },
    state: { autostart: true, ports, running: true },
    timeoutSeconds: 120,
  };
}

/** What a login on the guest says, through its pinned key. */
async function greeted(command: string): Promise<string> {
  await machine.succeed("umask 077; cat >/run/operator", operator.private);
  const pin = `-o KnownHostsCommand='/bin/echo %H ${own.public}' -o UserKnownHostsFile=/dev/null`;
  return machine.waitUntilSucceeds(
    `ssh -F none -o BatchMode=yes -o StrictHostKeyChecking=yes ${pin} -i /run/operator -p 2222 root@127.0.0.1 ${command}`,
  );
}

const docker = (command: string) => machine.succeed(`docker ${command}`);
const instance = async () =>
  (await docker("inspect --format '{{.Id}}' platform-guest")).slice(0, 12);

void describe("a machine in a container", () => {
  let kept: Kept;

  before(async () => {
    await docker(`load --quiet --input ${image.archive}`);
  });

  test("it boots with the key that was made for it, and lets the operator in", async () => {
    kept = await well("create", inputs());
    assert.deepEqual(kept.properties["told"], { instance: await instance() });
    assert.equal(await greeted("uname -n"), "guest\n");
    assert.equal(
      await greeted("stat -c \"'%a %U'\" /etc/ssh/ssh_host_ed25519_key /etc /root/.ssh"),
      "600 root\n755 root\n700 root\n",
    );
    assert.equal(await greeted("systemctl is-system-running --wait"), "running\n");
    assert.deepEqual(await preview(inputs(), kept), {});
    await well("same", inputs(), kept);
  });

  test("what was changed by hand shows by the field, and is put right with nothing lost", async () => {
    const id = await instance();
    await greeted("'echo precious >/srv/file'");
    for (const [byHand, shown] of [
      ["stop platform-guest", { "UPDATE state.running": false }],
      ["update --restart=no platform-guest", { "UPDATE state.autostart": false }],
    ] as const) {
      await docker(byHand);
      assert.deepEqual(await preview(inputs(), kept), shown);
      kept = await well("update", inputs(), kept);
      assert.deepEqual(await preview(inputs(), kept), {});
    }
    assert.equal(await instance(), id);
    assert.equal(await greeted("cat /srv/file"), "precious\n");
  });

  test("a Docker that does not answer says nothing about its machines", async () => {
    await machine.succeed("systemctl stop docker.socket docker.service");
    const shown = await preview(inputs(), kept);
    assert.deepEqual(Object.keys(shown), ["DELETE unverified"]);
    assert.match(String(shown["DELETE unverified"]), /Docker does not answer here: see/);
    await machine.succeed("systemctl start docker.service");
  });

  test("one that was removed by hand is another one: another instance, unknown before", async () => {
    const id = await instance();
    await docker("rm --force --volumes platform-guest");
    assert.deepEqual(await preview(inputs(), kept), {
      "ADD state.autostart": null,
      "ADD state.ports": null,
      "ADD state.running": null,
    });
    kept = await well("update", inputs(), kept);
    assert.notEqual(await instance(), id);
    assert.equal(await greeted("ls /srv"), "");
  });

  test("a run that was broken off before its keys were there is gone on with", async () => {
    const id = await instance();
    await docker("stop platform-guest");
    await machine.succeed(
      "mkdir /run/platform-machine-guest; echo canary >/run/platform-machine-guest/key",
    );
    await machine.succeed(
      "rm -rf /run/empty; mkdir /run/empty; touch /run/empty/ssh_host_ed25519_key",
    );
    await docker("cp /run/empty/ssh_host_ed25519_key platform-guest:/etc/ssh/");
    kept = await well("update", inputs(), kept);
    assert.equal(await instance(), id);
    assert.equal(await greeted("uname -n"), "guest\n");
    await machine.fail("ls -d /run/platform-machine*");
  });

  test("what cannot be is refused, and the machine that is there goes on", async () => {
    const foreign = { HOST_KEY: keyPair().public };
    for (const [wrong, said] of [
      [
        inputs({}, ["127.0.0.1:2223:22"]),
        /^forum: guest publishes 127\.0\.0\.1:2222:22, which cannot be changed while it is there/,
      ],
      [
        inputs(foreign),
        /^forum: there is a container platform-guest already, with another host key than this stack's/,
      ],
      [
        inputs({ MACHINE: "other", IMAGE: "none:1" }),
        /^forum: there is no image none:1 in Docker: load it/,
      ],
      [inputs({ MACHINE: "other" }), /port is already allocated|^forum: other does not start/m],
    ] as const) {
      const [, { op, error }] = await stranger.up(wrong);
      assert.equal(op, "failed");
      assert.match(error, said);
    }
    await machine.run("docker rm --force --volumes platform-other");
    assert.equal(await greeted("uname -n"), "guest\n");
  });

  test("it goes with its disk, and leaves nothing of it", async () => {
    await remove(kept);
    assert.equal(await docker("ps --all --quiet --filter name=platform-guest"), "");
    assert.equal(await docker("volume ls --quiet --filter dangling=true"), "");
    assert.equal(await machine.succeed("ls -d /run/platform-machine* 2>/dev/null || true"), "");
  });
});
