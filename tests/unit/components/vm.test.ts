import assert from "node:assert/strict";
import { test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import type { Host } from "../../../components/host/index.ts";
import { VmOptions } from "../../../components/vm/index.ts";
import { describe, parse } from "../../../config.ts";
import { engines } from "../../../stacks/engines.ts";
import { machines } from "../../../stacks/machines.ts";
import { deploy } from "../../support/deploy.ts";
import { configuration, hostKey, sourceOf } from "../../support/example.ts";

const operator = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOperator op@example.org";
const digest = "0123456789abcdef".repeat(4);

/** A machine on another one, as a stack file has them. */
const vm = {
  hypervisor: "metal",
  cpus: 4,
  memory: "8 GiB",
  disk: "80 GiB",
  image: { source: "/srv/debian-12.qcow2", checksum: `sha256:${digest}` },
  network: "bridge br0",
  addresses: ["192.0.2.8/24", "2001:db8::8/64"],
  gateways: ["192.0.2.1", "2001:db8::1"],
  nameservers: ["192.0.2.53"],
  authorizedKeys: [operator],
};
const hosts = {
  forum: { address: "192.0.2.8", release: "bookworm", vm },
  metal: { address: "192.0.2.7", release: "trixie", hostKey },
};

/** What a stack file with these machines is told. */
function told(more: object): string {
  const { problems } = parse(sourceOf({ hosts: { ...hosts, ...more } }));
  return problems.length === 0 ? "" : describe(problems, "platform", "test");
}

async function deployed(preview = false, more: object = {}) {
  const made = { "forum-machine": { told: { instance: "1a2b" } } };
  const config = configuration({ hosts: { ...hosts, ...more } });
  return deploy(() => machines(config.hosts, engines(config.hosts)), preview, preview ? {} : made);
}

test("a machine is state on its hypervisor, whose packages and daemon come first", async () => {
  const { list, resource, result } = await deployed();
  assert.deepEqual(list, [
    "host:index:Packages metal-hypervisor-packages",
    "host:index:Script forum-machine",
    "host:index:Unit metal-hypervisor-unit",
    "platform:vm:Hypervisor metal-hypervisor",
    "platform:vm:VirtualMachine forum",
    "tls:index/privateKey:PrivateKey forum-host-key",
  ]);
  const { inputs, secrets, options, dependsOn } = resource("forum-machine");
  const { USER_DATA, ...values } = inputs["values"] as Record<string, string>;
  assert.deepEqual(values, {
    DIRECTORY: "/var/lib/libvirt/images/platform",
    HOST_KEY: `ssh-ed25519 AAAA${Buffer.from("forum-host-key").toString("base64")}`,
    HYPERVISOR: "metal",
    MACHINE: "forum",
    CPUS: "4",
    MEMORY: "8192",
    DISK: "85899345920",
    IMAGE: "/srv/debian-12.qcow2",
    CHECKSUM: `sha256:${digest}`,
    NETWORK: "bridge br0",
    MAC: "52:54:00:81:af:b8",
    ACCELERATION: "kvm",
    STOP_SECONDS: "180",
    NETWORK_CONFIG: values["NETWORK_CONFIG"],
  });
  assert.match(values["NETWORK_CONFIG"] ?? "", /"macaddress": "52:54:00:81:af:b8"/);
  assert.match(USER_DATA ?? "", /^#cloud-config\n\{\n {2}"hostname": "forum",\n/);
  assert.deepEqual(secrets, ["values.USER_DATA"]);
  assert.deepEqual(inputs["state"], {
    autostart: true,
    cpus: 4,
    disk: 85899345920,
    mac: "52:54:00:81:af:b8",
    memory: 8192,
    network: "bridge br0",
    running: true,
  });
  assert.equal((inputs["host"] as { name: string }).name, "metal");
  assert.equal(options.protect, true);
  assert.ok(dependsOn.includes("metal-hypervisor-unit"));
  const host = result.get("forum") ?? assert.fail();
  const known = await outputs(host);
  assert.deepEqual(known, {
    ...{ name: "forum", address: "192.0.2.8", port: 22, user: "root", release: "bookworm" },
    bootSeconds: 180,
    hostKey: `ssh-ed25519 AAAA${Buffer.from("forum-host-key").toString("base64")}`,
    instance: "1a2b",
  });
});

/** A machine with its outputs resolved. */
function outputs(host: Host): Promise<pulumi.Unwrap<Host>> {
  return new Promise((resolve) => {
    pulumi.output(host).apply(resolve);
  });
}

test("before it is made, its key and its instance are not known, and all else is", async () => {
  const { result, resource } = await deployed(true);
  const { instance, hostKey: key } = result.get("forum") ?? assert.fail();
  for (const one of [instance, key]) {
    assert.equal(await (one as unknown as { isKnown: Promise<boolean> }).isKnown, false);
  }
  assert.deepEqual((resource("forum-machine").inputs["state"] as { cpus: number }).cpus, 4);
});

test("two machines share a hypervisor, and differ in what must be their own", async () => {
  const other = { address: "192.0.2.9", release: "bookworm", vm: { ...vm, protect: false } };
  const { resource, list } = await deployed(false, { other });
  assert.equal(list.filter((line) => line.endsWith("metal-hypervisor")).length, 1);
  const values = resource("other-machine").inputs["values"] as Record<string, string>;
  assert.deepEqual([values["MACHINE"], values["MAC"]], ["other", "52:54:00:14:47:02"]);
  assert.equal(resource("other-machine").options.protect, false);
});

test("what cannot be a machine is told with all its reasons", () => {
  const address = "192.0.2.9";
  const release = "bookworm";
  assert.equal(told({}), "");
  assert.equal(
    told({ bare: { address, release } }),
    "the configuration of stack test has one problem; nothing was changed:\n" +
      "  platform:hosts.bare.hostKey is missing: give the key in /etc/ssh/ssh_host_ed25519_key.pub on the machine",
  );
  const wrong = { ...vm, hypervisor: "forum", network: "br0", authorizedKeys: [], gateways: ["x"] };
  const more = {
    ...wrong,
    image: { source: "debian.qcow2", checksum: digest },
    addresses: [address],
  };
  assert.equal(
    told({ other: { address, release, hostKey, instance: "2", vm: more } }),
    "the configuration of stack test has 9 problems; nothing was changed:\n" +
      [
        "hosts.other.vm.image.source must be an https address, or an absolute path on the hypervisor",
        "hosts.other.vm.image.checksum must be sha256: or sha512: with the digest in hexadecimal digits, as its maker publishes it",
        "hosts.other.vm.network must be `bridge` or `network` and its name on the hypervisor, such as `bridge br0`",
        "hosts.other.vm.addresses.0 must be an address with its prefix, such as 192.0.2.7/24",
        "hosts.other.vm.gateways.0 must be an IP address",
        "hosts.other.vm.authorizedKeys must hold a key: without one, nobody gets in",
        "hosts.other.hostKey is made with the machine: take it out",
        "hosts.other.instance is made with the machine: take it out",
        "hosts.other.vm.hypervisor names no machine that is there: take one of metal",
      ]
        .map((line) => `  platform:${line}`)
        .join("\n"),
  );
});

test("what is not said is what most want", () => {
  const { hypervisor, cpus, memory, disk, image, authorizedKeys } = vm;
  const options = VmOptions.parse({ hypervisor, cpus, memory, disk, image, authorizedKeys });
  const { network, addresses, acceleration, protect, stopSeconds } = options;
  assert.deepEqual(
    { network, addresses, acceleration, protect, stopSeconds },
    {
      ...{ network: "network default", addresses: [], acceleration: "kvm" },
      ...{ protect: true, stopSeconds: 180 },
    },
  );
});
