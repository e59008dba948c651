import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { test } from "node:test";
import program from "../../index.ts";
import { imagesPath } from "../../lab/containers.ts";
import { operatorKey } from "../../lab/identity.ts";
import { ensureStandinImage, imagesFolder } from "../../lab/standin-image.ts";
import { ensureVmImage } from "../../lab/vm-image.ts";
import { canaries, programStack } from "../support/engine.ts";
import { testLab, testMachine } from "../support/machine.ts";

const machine = await testMachine("hypervisor");
// A lab machine is a container, which has no device for tunnels.
await machine.succeed("mkdir -p /dev/net; test -e /dev/net/tun || mknod /dev/net/tun c 10 200");
const { address, port, hostKey, instance } = machine;
const reach = { address, port, hostKey };
const operator = await operatorKey(testLab);

const forum = await ensureStandinImage(testLab);
const archive = `/srv/${basename(forum.archive)}`;
const folder = imagesFolder(testLab);
const disk = await ensureVmImage(folder, join(folder, basename(archive)), archive);
const source = join(imagesPath, basename(disk));
const [checksum = ""] = (await machine.succeed(`sha256sum ${source}`)).split(" ");

/** A hypervisor that is there, and the forum's machine, which is made on it and reached through it. */
const { stack, up, preview, failingUp } = await programStack("vm", program, {
  "platform:hosts": {
    metal: { ...reach, instance, release: "bookworm" },
    forum: {
      ...{ address: "192.168.122.50", user: "admin", bastion: { ...reach, user: "root" } },
      vm: {
        ...{ hypervisor: "metal", cpus: 2, memory: "1536 MiB", disk: "6 GiB" },
        image: { source, checksum: `sha256:${checksum}` },
        addresses: ["192.168.122.50/24"],
        gateways: ["192.168.122.1"],
        nameservers: ["192.168.122.1"],
        authorizedKeys: [operator.publicKey],
        acceleration: "qemu",
      },
    },
  },
  "platform:forum": { image: { ...forum, archive }, bootSeconds: 600 },
});
for (const [index, field] of ["user", "password"].entries()) {
  const value = canaries[index] ?? "";
  await stack.setConfig(`platform:forum.smtp.${field}`, { value, secret: true }, true);
}

/** The status that the site answers to the hypervisor, with the stack's authority. */
async function status(): Promise<string> {
  const { authorityCertificate } = await stack.outputs();
  await machine.succeed("cat > /run/ca.pem", String(authorityCertificate?.value));
  const resolve = "--resolve forum.lab.test:443:192.168.122.50 --cacert /run/ca.pem";
  return machine.succeed(
    `curl -sS -o /dev/null -w '%{http_code}' ${resolve} https://forum.lab.test/srv/status`,
  );
}

const virsh = (command: string) => machine.succeed(`virsh -q -c qemu:///system ${command}`);
const diskId = () => machine.succeed("cat /var/lib/libvirt/images/platform/forum/instance");

test("one up makes a virtual machine from nothing, with a forum that answers", async () => {
  const planned = await preview();
  assert.deepEqual(await up(), planned);
  assert.equal(await status(), "200");
  assert.deepEqual(await preview(), { same: planned["create"] });
});

test("a machine that shows another host key than the one made for it is refused", async () => {
  const change = "platform:hosts.forum.nginx.settings.keepalive_timeout";
  await stack.setConfig(change, { value: "65s" }, true);
  await machine.succeed("umask 077; cat >/run/operator", await readFile(operator.path, "utf8"));
  const unpinned = "-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null";
  const onGuest = (script: string) =>
    machine.succeed(`ssh ${unpinned} -i /run/operator admin@192.168.122.50 sudo sh -s`, script);
  const key = "/etc/ssh/ssh_host_ed25519_key";
  await onGuest(
    `cp ${key} /root/key; rm ${key}; ssh-keygen -q -t ed25519 -N '' -f ${key}; systemctl restart ssh`,
  );
  assert.match(await failingUp(), /shows another host key than the pinned one/);
  await onGuest(`cp /root/key ${key}; systemctl restart ssh`);
});

test("more memory restarts it, with the disk and the forum that it had", async () => {
  const id = await diskId();
  await stack.setConfig("platform:hosts.forum.vm.memory", { value: "2 GiB" }, true);
  await up();
  assert.match(await virsh("dominfo forum"), /Max memory: +2097152 KiB/);
  assert.equal(await diskId(), id);
  assert.equal(await status(), "200");
});

test("it goes with its disk when it is not protected any more", async () => {
  await stack.setConfig("platform:hosts.forum.vm.protect", { value: "false" }, true);
  await up();
  await stack.destroy({ color: "never", excludeProtected: true });
  assert.equal(await machine.succeed("ls /var/lib/libvirt/images/platform"), "base\n");
});
