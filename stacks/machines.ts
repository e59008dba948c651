import { ContainerMachine } from "../components/container-machine/index.ts";
import { existingHost, type Host } from "../components/host/index.ts";
import { Hypervisor, VirtualMachine } from "../components/vm/index.ts";
import type { Configuration } from "../config.ts";
import type { Engines } from "./engines.ts";

/** The machines by name: those that are there, then those that are made on them. */
export function machines(
  sections: Configuration["hosts"],
  engine: Engines,
): ReadonlyMap<string, Host> {
  const hosts = new Map<string, Host>();
  const there = (name: string) => {
    const host = hosts.get(name);
    if (!host) throw new RangeError(`no machine is called ${name}`);
    return host;
  };
  const all = Object.entries(sections);
  for (const [name, section] of all) {
    if (!section.vm && !section.container) hosts.set(name, existingHost(name, section));
  }
  const hypervisors = new Map<string, Hypervisor>();
  const hypervisorOn = (on: Host) => {
    const hypervisor = hypervisors.get(on.name) ?? new Hypervisor(`${on.name}-hypervisor`, on);
    hypervisors.set(on.name, hypervisor);
    return hypervisor;
  };
  for (const [name, { vm, container, ...reach }] of all) {
    if (vm) {
      const hypervisor = hypervisorOn(there(vm.hypervisor));
      hosts.set(name, new VirtualMachine(name, { hypervisor, options: vm, reach }).host);
    }
    if (container) {
      const on = there(container.on);
      const args = { on, engine: engine(on), options: container, reach };
      hosts.set(name, new ContainerMachine(name, args).host);
    }
  }
  return hosts;
}
