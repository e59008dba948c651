import assert from "node:assert/strict";
import { basename, join } from "node:path";
import { test } from "node:test";
import { networkConfig, userData } from "../../formats/cloud-init.ts";
import { imagesPath } from "../../lab/containers.ts";
import { operatorKey } from "../../lab/identity.ts";
import { imagesFolder } from "../../lab/standin-image.ts";
import { ensureVmImage } from "../../lab/vm-image.ts";
import { type Properties, secret } from "../../provider/grpc/values.ts";
import { setOf } from "../support/faults.ts";
import { withProvider } from "../support/host-provider.ts";
import { kindOn } from "../support/kept.ts";
import { keyPair } from "../support/keys.ts";
import { testLab, testMachine } from "../support/machine.ts";
import { hypervise, vmScript } from "../support/vm.ts";

const machine = await testMachine("hypervisor");
const { host, well } = kindOn(machine, "Script", "machine");
const gib = 1024 ** 3;
const mac = "52:54:00:0a:0b:0c";

const hostKey = keyPair();

/** The virtual machine, as its component registers it: from this image, with this public key that may log in. */
async function inputs(operator: string, image: string): Promise<Properties> {
  const [sum = ""] = (await machine.succeed(`sha256sum ${image}`)).split(" ");
  const user = { hostname: "guest", user: "root", authorizedKeys: [operator], hostKey };
  const network = { mac, addresses: ["192.168.122.50/24"], gateways: ["192.168.122.1"] };
  const sizes = { cpus: 2, disk: 3 * gib, mac, memory: 768, network: "network default" };
  return {
    host,
    script: vmScript,
    values: {
      ...{ HOST_KEY: hostKey.public, HYPERVISOR: "web" },
      ...{ DIRECTORY: "/var/lib/libvirt/images/platform", MACHINE: "guest", CPUS: "2" },
      ...{ MEMORY: "768", DISK: `${3 * gib}`, IMAGE: image, CHECKSUM: `sha256:${sum}` },
      ...{ NETWORK: "network default", MAC: mac, ACCELERATION: "qemu", STOP_SECONDS: "180" },
      USER_DATA: secret(userData(user)),
      NETWORK_CONFIG: networkConfig({ ...network, nameservers: [] }),
    },
    state: { ...sizes, autostart: true, running: true },
    timeoutSeconds: 300,
  };
}

/** Puts a file on the virtual machine, through its hypervisor; what it says when that fails. */
async function greeted(instance: string, pin: string): Promise<string | undefined> {
  const { address, port } = machine;
  const bastion = { address, port, user: "root", hostKey: machine.hostKey };
  const guest = { name: "guest", address: "192.168.122.50", port: 22, user: "root", instance };
  const urn = "urn:pulumi:test::platform::host:index:ConfigSet::motd";
  const set = setOf({ "/etc/motd": "made from nothing\n" });
  const all = {
    ...set,
    host: { ...guest, hostKey: pin, release: "bookworm", bastion, bootSeconds: 900 },
  };
  const [, { op, error }] = await withProvider((run) => run.apply(urn, all));
  return op === "create" ? undefined : error;
}

test("a machine boots from nothing, shows the key that was made for it, and takes its first file", async () => {
  await hypervise(machine);
  const image = join(imagesPath, basename(await ensureVmImage(imagesFolder(testLab))));
  const { publicKey } = await operatorKey(testLab);
  const kept = await well("create", await inputs(publicKey, image));
  const { instance } = kept.properties["told"] as { instance: string };
  assert.equal(await greeted(instance, hostKey.public), undefined);
  const other = await greeted(instance, keyPair().public);
  assert.match(other ?? "", /shows another host key/);
});
