import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { networkConfig, userData } from "../../formats/cloud-init.ts";
import { bytes, mebibytes } from "../../formats/size.ts";
import { type Host, type HostOptions, madeHost, Script } from "../host/index.ts";
import { cardAddress } from "./card.ts";
import type { Hypervisor } from "./hypervisor.ts";
import type { VmOptions } from "./options.ts";

export { Hypervisor, hypervisorPackages } from "./hypervisor.ts";
export { VmOptions } from "./options.ts";

/** Where disks and images lie on a hypervisor; libvirt's own profile for AppArmor knows the place. */
const directory = "/var/lib/libvirt/images/platform";

/** The script that keeps a machine, in parts. */
export const machineScripts = [
  "hypervisor.sh",
  "image.sh",
  "disk.sh",
  "domain.sh",
  "machine.sh",
].map((name) => new URL(`./${name}`, import.meta.url));

/** Where the machine runs, and how it is reached once it is there. */
export interface VirtualMachineArgs {
  readonly hypervisor: Hypervisor;
  readonly options: VmOptions;
  readonly reach: HostOptions;
}

/**
 * A virtual machine on a hypervisor, kept as state there. Its host key is made here and written before its sshd starts, so
 * that the first connection is pinned already. Its disk is made once; while it is there, the machine is the same one.
 */
export class VirtualMachine extends pulumi.ComponentResource {
  /** The machine; its `instance` is known when it has been made. */
  readonly host: Host;

  constructor(name: string, args: VirtualMachineArgs, opts?: pulumi.ComponentResourceOptions) {
    super("platform:vm:VirtualMachine", name, {}, opts);
    const { hypervisor, options, reach } = args;
    const { user } = reach;
    const child = { parent: this };
    const key = new tls.PrivateKey(`${name}-host-key`, { algorithm: "ED25519" }, child);
    const hostKey = key.publicKeyOpenssh.apply((line) => line.trim());
    const mac = cardAddress(`${hypervisor.host.name}/${name}`);
    const { network, addresses, gateways, nameservers, authorizedKeys } = options;
    const firstBoot = pulumi
      .all([key.privateKeyOpenssh, hostKey])
      .apply(([priv, pub]) =>
        userData({ hostname: name, user, authorizedKeys, hostKey: { private: priv, public: pub } }),
      );
    const machine = new Script(
      `${name}-machine`,
      {
        host: hypervisor.host,
        script: machineScripts,
        values: {
          DIRECTORY: directory,
          HOST_KEY: hostKey,
          HYPERVISOR: hypervisor.host.name,
          MACHINE: name,
          CPUS: String(options.cpus),
          MEMORY: String(mebibytes(options.memory)),
          DISK: String(bytes(options.disk)),
          IMAGE: options.image.source,
          CHECKSUM: options.image.checksum,
          NETWORK: network,
          MAC: mac,
          ACCELERATION: options.acceleration,
          STOP_SECONDS: String(options.stopSeconds),
          USER_DATA: firstBoot,
          NETWORK_CONFIG: networkConfig({ mac, addresses, gateways, nameservers }),
        },
        state: {
          autostart: true,
          cpus: options.cpus,
          disk: bytes(options.disk),
          mac,
          memory: mebibytes(options.memory),
          network,
          running: true,
        },
        timeoutSeconds: 1800 + options.stopSeconds, // an image is fetched
      },
      { ...child, protect: options.protect },
    );
    const bootSeconds = options.acceleration === "kvm" ? 180 : 900;
    this.host = madeHost(
      name,
      { bootSeconds, ...reach },
      {
        ...{ hostKey, by: machine, protect: options.protect },
      },
    );
    this.registerOutputs({});
  }
}
