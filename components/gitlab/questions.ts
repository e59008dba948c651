import { allocate } from "./allocation.ts";
import { sizeOfPlan, type InstanceOptions } from "./options.ts";

/** Memory that the system, Docker, nginx and what monitors them take, in MiB. */
const besides = 1024;

/** What the machine is asked: of each instance that which it does not leave out. */
export function questions(instances: readonly (readonly [string, InstanceOptions])[]) {
  const asking = (question: InstanceOptions["skipPreflight"][number]) =>
    instances.filter(([, { skipPreflight }]) => !skipPreflight.includes(question));
  const memory = asking("memory").map(([, { plan }]) => sizeOfPlan(plan).memoryBytes / 1024 ** 2);
  const cores = asking("cores").map(([, { plan }]) => sizeOfPlan(plan).cpus);
  const sum = memory.reduce((all, one) => all + one, besides);
  return {
    MEMORY: memory.length === 0 ? "" : String(Math.ceil(sum)),
    CORES: cores.length === 0 ? "" : String(Math.ceil(Math.max(...cores))),
    DOCKER: asking("docker").length === 0 ? "" : "yes",
    PORTS: asking("ports").flatMap(portsOf),
  };
}

function portsOf([name, { slot, ssh, registry, pages }]: readonly [string, InstanceOptions]) {
  const has = allocate(name, { slot, sshPort: ssh.port });
  const own = [
    has.httpPort,
    ...(registry ? [has.registryPort] : []),
    ...(pages ? [has.pagesPort] : []),
  ];
  return [`${ssh.address}:${has.sshPort}`, ...own.map((port) => `127.0.0.1:${port}`)];
}
