import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import program from "../../index.ts";
import { imagesPath } from "../../lab/containers.ts";
import { operatorKey } from "../../lab/identity.ts";
import { ensureStandinImage } from "../../lab/standin-image.ts";
import { canaries, programStack } from "../support/engine.ts";
import { enginePid } from "../support/engine-process.ts";
import { machineArchive } from "../support/machine-archive.ts";
import { testLab, testMachine } from "../support/machine.ts";

const metal = await testMachine("metal");
const { address, port, hostKey, instance } = metal;
const reach = { address, port, hostKey };

/** A machine that is there, and one with the forum that is made on it, reached through it. */
const { stack, up, failingUp, preview, during } = await programStack("machines", program, {
  "platform:hosts": {
    metal: { ...reach, instance, release: "bookworm", docker: { source: "debian" } },
    forum: {
      ...{ address: "127.0.0.1", port: 2222, bastion: { ...reach, user: "root" } },
      container: {
        on: "metal",
        image: await machineArchive(),
        ports: [
          { machine: 22, published: 2222, address: "127.0.0.1" },
          { machine: 443, published: 443 },
        ],
        folders: [imagesPath],
        authorizedKeys: [(await operatorKey(testLab)).publicKey],
      },
    },
  },
  "platform:forum": { image: await ensureStandinImage(testLab) },
});
for (const [index, field] of ["user", "password"].entries()) {
  const value = canaries[index] ?? "";
  await stack.setConfig(`platform:forum.smtp.${field}`, { value, secret: true }, true);
}

const docker = (command: string) => metal.succeed(`docker ${command}`);
const containerId = () => docker("inspect --format '{{.Id}}' platform-forum");
const resources = 41;

/** The status that the site answers on the machine that it was made on, with the stack's authority. */
async function status(): Promise<string> {
  const { authorityCertificate } = await stack.outputs();
  await metal.succeed("cat > /run/ca.pem", String(authorityCertificate?.value));
  const resolve = "--resolve forum.lab.test:443:127.0.0.1 --cacert /run/ca.pem";
  return metal.succeed(
    `curl -sS -o /dev/null -w '%{http_code}' ${resolve} https://forum.lab.test/srv/status`,
  );
}

test("a preview of a machine that is not there yet shows all that is to come", async () => {
  assert.deepEqual(await preview(), { create: resources });
  await metal.fail("command -v docker");
});

test("a first up that is killed while its machine boots is gone on with, to a forum that answers", async () => {
  const going = assert.rejects(up(), /CommandError|code: -?\d+/);
  await metal.waitUntilSucceeds("docker inspect platform-forum", 180);
  process.kill(enginePid(), "SIGKILL");
  await going;
  await stack.cancel(); // its lock
  await sleep(1000);
  const id = await containerId();
  await up();
  assert.equal(await containerId(), id);
  assert.equal(await status(), "200");
  assert.deepEqual(await up(), { same: resources });
});

test("a machine that was removed by hand is made anew with everything on it, in one run", async () => {
  const id = await containerId();
  await docker("rm --force --volumes platform-forum");
  const shown = await during(() => preview({ diff: true }));
  assert.match(shown, /\+ running *: true/);
  await up();
  assert.notEqual(await containerId(), id);
  assert.equal(await status(), "200");
  assert.deepEqual(await preview(), { same: resources });
});

test("a machine that shows another host key than the one made for it is refused", async () => {
  await docker("exec platform-forum sh -c 'cp -a /etc/ssh /root/ssh; rm /etc/ssh/ssh_host_*'");
  await docker(
    "exec platform-forum ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ssh_host_ed25519_key",
  );
  await docker("exec platform-forum systemctl restart ssh");
  await stack.setConfig(
    "platform:hosts.forum.nginx.settings.keepalive_timeout",
    { value: "65s" },
    true,
  );
  assert.match(
    await failingUp(),
    /shows another host key than the pinned one, so nothing was sent/,
  );
  await docker("exec platform-forum sh -c 'cp -a /root/ssh/. /etc/ssh/; systemctl restart ssh'");
  assert.deepEqual(await up(), { same: resources - 1, update: 1 });
});

test("destroy leaves a machine that is protected with its data, and the next up goes on with them", async () => {
  await docker(
    "exec platform-forum sh -c 'echo precious >/var/discourse/shared/standalone/upload'",
  );
  const id = await containerId();
  await assert.rejects(stack.destroy({ color: "never" }), /protect/);
  assert.equal(await containerId(), id);
  await up();
  assert.equal(await status(), "200");
  const file = "exec platform-forum cat /var/discourse/shared/standalone/upload";
  assert.equal(await docker(file), "precious\n");
});

test("one that is not protected goes, and what is on it needs no removal of its own", async () => {
  await stack.setConfig("platform:hosts.forum.container.protect", { value: "false" }, true);
  await up();
  await docker("exec platform-forum systemctl stop ssh.socket ssh");
  await stack.destroy({ color: "never", excludeProtected: true });
  await metal.fail("command -v docker");
  const { resources: left = [] } = (await stack.exportStack()).deployment as {
    resources?: { type: string }[];
  };
  assert.deepEqual(
    left.map(({ type }) => type).filter((type) => !type.startsWith("pulumi:")),
    ["platform:certificate:CertificateAuthority", "tls:index/privateKey:PrivateKey"],
  );
});
