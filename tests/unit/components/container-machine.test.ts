import assert from "node:assert/strict";
import { test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { ConfigSet, type Host } from "../../../components/host/index.ts";
import { parse } from "../../../config.ts";
import { engines } from "../../../stacks/engines.ts";
import { machines } from "../../../stacks/machines.ts";
import { deploy } from "../../support/deploy.ts";
import { configuration, hostKey, sourceOf } from "../../support/example.ts";

const operator = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOperator op@example.org";

/** A machine in the Docker of another one, as a stack file has them. */
const container = {
  on: "metal",
  image: { name: "community-platform/machine:bookworm", archive: "/srv/machine.tar" },
  ports: [
    { machine: 443, published: 443 },
    { machine: 22, published: 2222, address: "127.0.0.1" },
  ],
  folders: ["/srv/images"],
  authorizedKeys: [operator],
};
const hosts = {
  forum: { address: "192.0.2.7", port: 2222, release: "bookworm", container },
  metal: { address: "192.0.2.7", release: "bookworm", hostKey, docker: { source: "debian" } },
};
const made = { "forum-machine": { told: { instance: "1a2b3c" } } };

/** The machines, and a file on the one that is made. */
async function deployed(preview = false, more: object = {}) {
  const config = configuration({ hosts: { ...hosts, ...more } });
  const build = () => {
    const all = machines(config.hosts, engines(config.hosts));
    new ConfigSet("set", { host: all.get("forum") ?? assert.fail(), files: [] });
    return all;
  };
  return deploy(build, preview, preview ? {} : made);
}

test("a machine in a container is state in another machine's Docker, which comes first", async () => {
  const { list, resource, result } = await deployed();
  assert.deepEqual(list, [
    "host:index:ConfigSet metal-docker-daemon",
    "host:index:ConfigSet set",
    "host:index:Packages metal-docker-packages",
    "host:index:Script forum-image",
    "host:index:Script forum-machine",
    "host:index:Unit metal-docker-unit",
    "platform:container-machine:ContainerMachine forum",
    "platform:docker-engine:DockerEngine metal-docker",
    "pulumi:providers:docker metal-docker-provider",
    "tls:index/privateKey:PrivateKey forum-host-key",
  ]);
  const { inputs, secrets, options, dependsOn, parent } = resource("forum-machine");
  const key = `ssh-ed25519 AAAA${Buffer.from("forum-host-key").toString("base64")}`;
  assert.deepEqual(inputs["values"], {
    MACHINE: "forum",
    IMAGE: "community-platform/machine:bookworm",
    HOST_KEY: key,
    HOST_PRIVATE: "SSH KEY forum-host-key",
    AUTHORIZED_KEYS: [operator],
    PORTS: ["0.0.0.0:443:443", "127.0.0.1:2222:22"],
    FOLDERS: ["/srv/images"],
  });
  assert.deepEqual(inputs["state"], {
    autostart: true,
    ports: ["0.0.0.0:443:443", "127.0.0.1:2222:22"],
    running: true,
  });
  assert.deepEqual(secrets, ["values.HOST_PRIVATE"]);
  assert.deepEqual([options.protect, parent], [true, "forum"]);
  assert.ok(dependsOn.includes("forum-image"));
  assert.equal((inputs["host"] as Host).name, "metal");
  const host = result.get("forum") ?? assert.fail();
  const known = await new Promise((resolve) => {
    pulumi.output(host).apply(resolve);
  });
  const reach = { name: "forum", address: "192.0.2.7", port: 2222, user: "root" };
  const all = { ...reach, release: "bookworm", hostKey: key, instance: "1a2b3c" };
  assert.deepEqual(known, all);
  assert.deepEqual(resource("set").inputs["host"], all);
});

test("what is on a machine goes with it as soon as it is not protected", async () => {
  const goesWith = async (protect: boolean) => {
    const forum = { ...hosts.forum, container: { ...container, protect } };
    return (await deployed(false, { forum })).resource("set").options.deletedWith;
  };
  assert.deepEqual([await goesWith(true), await goesWith(false)], ["", "forum-machine"]);
});

test("before it is made, its key and its instance are not known, and all else is", async () => {
  const { result, resource } = await deployed(true);
  const { instance, hostKey: key } = result.get("forum") ?? assert.fail();
  for (const one of [instance, key]) {
    assert.equal(await (one as unknown as { isKnown: Promise<boolean> }).isKnown, false);
  }
  assert.equal(resource("forum-machine").options.protect, true);
});

/** What a stack file with these machines is told. */
function told(more: object): string[] {
  const { problems } = parse(sourceOf({ hosts: { ...hosts, ...more } }));
  return problems.map(({ path, message }) => `${path} ${message}`);
}

test("what cannot be a machine is told with all its reasons", () => {
  assert.deepEqual(told({}), []);
  const wrong = { ...container, on: "forum", ports: [], authorizedKeys: ["key"] };
  const reach = { address: "192.0.2.9", release: "bookworm" };
  assert.deepEqual(told({ other: { ...reach, hostKey, user: "ops", container: wrong } }), [
    "hosts.other.container.ports must publish at least sshd's port",
    "hosts.other.container.authorizedKeys.0 must be a public key as `ssh-ed25519 AAAA…` (the line that `ssh-add -L` shows)",
    "hosts.other.hostKey is made with the machine: take it out",
    "hosts.other.user must be root on a machine in a container: take it out",
    "hosts.other.container.on names no machine that is there: take one of metal",
  ]);
  const both = { ...reach, vm: {}, container };
  assert.equal(
    told({ both }).at(-1),
    "hosts.both is a `vm` or a `container`: take one of the two out",
  );
});

test("two machines at one place are refused, and two ports of one address are not", () => {
  const twin = { ...hosts.forum };
  assert.deepEqual(told({ twin }), [
    "hosts.twin.address is that of forum as well: give each machine an address or a port of its own",
  ]);
  assert.deepEqual(told({ twin: { ...twin, port: 2223 } }), []);
});
