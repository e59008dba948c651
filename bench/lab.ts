import { join } from "node:path";
import { listMachines, removeMachine, startMachine, type Machine } from "../lab/machines.ts";

/** The folder of the project. */
export const root = join(import.meta.dirname, "..");

/** The lab of the benchmarks: its keys and machines are apart from the operator's. */
export const labDir = join(root, ".lab/bench");

const prefix = "platform-bench";

/** Ansible runs Python on the machines, and reads packages by apt's own bindings for it. */
const packages = ["python3", "python3-apt"];

/** Makes sure that the machines host-1 to host-`count` run, all alike; those that run are kept. */
export async function benchMachines(count: number): Promise<Machine[]> {
  const machines: Machine[] = [];
  for (let index = 1; index <= count; index++) {
    const [name, address] = [`host-${index}`, `127.82.1.${index}`];
    machines.push(await startMachine({ name, address, labDir, packages, prefix }));
  }
  return machines;
}

/** Removes all machines of the benchmarks, also those that a killed run has left. */
export async function removeBenchMachines(): Promise<void> {
  const names = (await listMachines(labDir)).map(({ name }) => name);
  await Promise.all(names.map((name) => removeMachine({ name, labDir, prefix })));
}
