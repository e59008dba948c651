import assert from "node:assert/strict";
import { test } from "node:test";
import { containerName, machineFlags, specId } from "../../../lab/containers.ts";

const spec = { name: "forum", address: "127.80.0.11", labDir: "/p/.lab", images: "/p/.lab/images" };

test("a machine's container has its own loopback address, disks and labels", () => {
  assert.deepEqual(machineFlags(spec, "0123456789ab", true), [
    "--name=platform-lab-forum",
    "--hostname=forum",
    "--label=community-platform.lab=/p/.lab",
    "--label=community-platform.machine=forum",
    "--label=community-platform.spec=0123456789ab",
    "--stop-signal=SIGRTMIN+3",
    "--tty",
    "--cgroupns=host",
    "--volume=/sys/fs/cgroup:/sys/fs/cgroup:rw",
    "--tmpfs=/run:exec,mode=0755",
    "--tmpfs=/tmp:exec,mode=1777",
    "--volume=/var/lib/docker",
    "--volume=/p/.lab/images:/var/lib/platform/images:ro",
    "--publish=127.80.0.11:22:22",
    "--publish=127.80.0.11:80:80",
    "--publish=127.80.0.11:443:443",
    "--sysctl=net.ipv6.conf.all.disable_ipv6=0",
  ]);
});

test("a kernel without IPv6 is not asked for it, and no archives are mounted unasked", () => {
  const flags = machineFlags({ name: "a", address: "127.80.0.12", labDir: "/p/.lab" }, "0", false);
  assert.deepEqual(
    flags.filter((flag) => /sysctl|platform\/images/.test(flag)),
    [],
  );
});

test("another prefix is another container", () => {
  assert.equal(containerName({ name: "forum", prefix: "platform-test" }), "platform-test-forum");
});

test("a machine's spec is its address, release, images folder, packages and keys", () => {
  const keys = ["ssh-ed25519 A", "ssh-ed25519 B"];
  const id = specId(spec, keys);
  assert.match(id, /^[0-9a-f]{12}$/);
  assert.equal(specId({ ...spec, release: "bookworm" }, keys), id);
  const others = [
    specId({ ...spec, address: "127.80.0.12" }, keys),
    specId({ ...spec, release: "trixie" }, keys),
    specId({ ...spec, images: "/elsewhere" }, keys),
    specId({ ...spec, packages: ["python3"] }, keys),
    specId(spec, ["ssh-ed25519 A", "ssh-ed25519 C"]),
  ];
  assert.equal(new Set([id, ...others]).size, 6);
});
