import { existingHost, type Host } from "../components/host/index.ts";
import { Hypervisor, VirtualMachine } from "../components/vm/index.ts";
import type { Configuration } from "../config.ts";

/** The machines by name: those that are there, then those that are made on them. */
export function machines(sections: Configuration["hosts"]): ReadonlyMap<string, Host> {
  const hosts = new Map<string, Host>();
  for (const [name, section] of Object.entries(sections)) {
    if (!section.vm) hosts.set(name, existingHost(name, section));
  }
  const hypervisors = new Map<string, Hypervisor>();
  for (const [name, { vm, ...reached }] of Object.entries(sections)) {
    if (!vm) continue;
    const on = hosts.get(vm.hypervisor);
    if (!on) throw new RangeError(`no machine is called ${vm.hypervisor}`);
    const hypervisor = hypervisors.get(on.name) ?? new Hypervisor(`${on.name}-hypervisor`, on);
    hypervisors.set(on.name, hypervisor);
    hosts.set(name, new VirtualMachine(name, { hypervisor, options: vm, ...reached }).host);
  }
  return hosts;
}
