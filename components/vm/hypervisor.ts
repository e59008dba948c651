import * as pulumi from "@pulumi/pulumi";
import { type Host, Packages, Unit } from "../host/index.ts";

/** QEMU for the machines' processor, and what makes disks and descriptions; all from Debian. */
export const hypervisorPackages = [
  ...["libvirt-daemon-system", "libvirt-clients", "qemu-system-x86", "qemu-utils"],
  ...["virtinst", "xorriso", "curl"],
  ...["dnsmasq-base", "iptables"], // for networks of libvirt's own
];

/** A machine that others run on, by libvirt and QEMU. */
export class Hypervisor extends pulumi.ComponentResource {
  readonly host: Host;

  constructor(name: string, host: Host, opts?: pulumi.ComponentResourceOptions) {
    super("platform:vm:Hypervisor", name, {}, opts);
    this.host = host;
    const child = { parent: this };
    const installed = new Packages(
      `${name}-packages`,
      { host, packages: hypervisorPackages },
      child,
    );
    const ready = ["virsh", "--connect", "qemu:///system", "version"] as const;
    new Unit(`${name}-unit`, { host, unit: "libvirtd.socket", ready, packages: installed }, child);
    this.registerOutputs({});
  }
}
