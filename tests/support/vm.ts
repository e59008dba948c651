import { readFileSync } from "node:fs";
import { hypervisorPackages, machineScripts } from "../../components/vm/index.ts";
import type { TestMachine } from "./machine.ts";

/** The script that keeps a virtual machine, as a Script puts it together. */
export const vmScript = machineScripts.map((one) => readFileSync(one, "utf8")).join("\n");

/** Makes a hypervisor of a lab machine; a container has no device for tunnels, and no help of the processor. */
export async function hypervise(machine: TestMachine): Promise<void> {
  const packages = hypervisorPackages.join(" ");
  await machine.succeed(
    "export DEBIAN_FRONTEND=noninteractive; apt-get -qq update; " +
      `apt-get -qq install --no-install-recommends ${packages} >/dev/null 2>&1; ` +
      "mkdir -p /dev/net; test -e /dev/net/tun || mknod /dev/net/tun c 10 200; virsh -c qemu:///system version >/dev/null",
  );
}
