import { readFileSync } from "node:fs";
import type { TestMachine } from "./machine.ts";

/** The script that keeps a virtual machine, as its component puts it together. */
export const vmScript = ["image.sh", "disk.sh", "domain.sh", "machine.sh"]
  .map((name) => readFileSync(new URL(`../../components/vm/${name}`, import.meta.url), "utf8"))
  .join("\n");

/** Makes a hypervisor of a lab machine; a container has no device for tunnels, and no help of the processor. */
export async function hypervise(machine: TestMachine): Promise<void> {
  await machine.succeed(
    "export DEBIAN_FRONTEND=noninteractive; apt-get -qq update; apt-get -qq install --no-install-recommends " +
      "libvirt-daemon-system libvirt-clients qemu-system-x86 qemu-utils virtinst xorriso curl dnsmasq-base iptables >/dev/null 2>&1; " +
      "mkdir -p /dev/net; test -e /dev/net/tun || mknod /dev/net/tun c 10 200; virsh -c qemu:///system version >/dev/null",
  );
}
