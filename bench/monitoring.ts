import assert from "node:assert/strict";
import type { Check } from "../components/host/index.ts";
import { directory } from "../components/icinga/master.ts";
import { stackPackage, type StackPackage } from "../components/icinga/objects.ts";
import { packageScripts } from "../components/icinga/package.ts";
import type { Machine } from "../lab/machines.ts";
import { say } from "../lab/progress.ts";
import { remoteCommand, scriptText } from "../provider/shell/text.ts";
import { benchMachines, removeBenchMachines } from "./lab.ts";
import { inTurn, report } from "./measure.ts";
import { installMonitor, succeed } from "./monitoring-machine.ts";

const services = 1000;
const plainFile = "/etc/icinga2/features-enabled/bench.conf";

/**
 * How long until 1,000 services are live, of which one has changed: as the stack's configuration package, and as a plain
 * file that is judged and reloaded. Each has a machine of its own, and is done when the running worker says so.
 */
export async function monitoring(): Promise<void> {
  rendering(10_000);
  await removeBenchMachines();
  try {
    const [packaged, plain] = await benchMachines(2);
    assert.ok(packaged && plain);
    for (const machine of [packaged, plain]) await installMonitor(machine);
    let edition = 0;
    const edited = (machine: Machine) => watched(machine.name, services, ++edition);
    const works = {
      "configuration package": () => asPackage(packaged, edited(packaged)),
      "plain file and a reload": () => asFile(plain, edited(plain)),
    };
    for (const work of Object.values(works)) await work(); // the first brings all of them
    const rows = await inTurn({ rounds: 7, seconds: 300 }, works);
    report(`${services} services, one of them changed, until they are live`, rows);
  } finally {
    await removeBenchMachines();
  }
}

/** Prints the CPU time that so many services take to be rendered. */
function rendering(count: number): void {
  const before = process.cpuUsage();
  const { text } = watched("monitor", count, 0);
  const { user, system } = process.cpuUsage(before);
  const size = (text.length / 1e6).toFixed(1);
  say(`✓ ${count} services rendered in ${((user + system) / 1e6).toFixed(2)} s of CPU: ${size} MB`);
}

/** A stack with so many checks, each of which runs once an hour; the first of them is otherwise in each edition. */
function watched(monitor: string, count: number, edition: number): StackPackage {
  const checks = Array.from({ length: count }, (_, index): Check => ({
    name: `check-${index}`,
    host: monitor,
    from: "inside",
    command: ["check_dummy", "0", index === 0 ? `edition ${edition}` : "as ever"],
    ...{ intervalSeconds: 3600, retrySeconds: 60, timeoutSeconds: 10 },
    runbook: "Nothing has to be done.",
    component: "bench",
    option: "monitoring",
  }));
  return stackPackage({ stack: "bench", monitor, agents: [], checks });
}

async function asPackage(machine: Machine, made: StackPackage): Promise<void> {
  const text = scriptText(packageScripts, {
    ...{ RELEASE: "bookworm", INSTANCE: "" }, // as every script is told
    ...{ NODE: machine.name, ADDRESS: "127.0.0.1", DIRECTORY: directory, AGENTS: [] },
    ...{ PACKAGE: made.name, MARKER: made.marker, ID: made.id, TEXT: made.text },
    PLUGINS: made.plugins,
  });
  const { code, stderr } = await machine.run(remoteCommand("apply", 300, "root"), text);
  assert.equal(code, 0, stderr);
}

async function asFile(machine: Machine, { text, marker, id }: StackPackage): Promise<void> {
  const { name } = machine;
  const ask =
    `curl -sS --cacert /var/lib/icinga2/certs/ca.crt --cert ${directory}/deploy.crt --key ${directory}/deploy.key ` +
    `--resolve ${name}:5665:127.0.0.1 'https://${name}:5665/v1/objects/checkcommands/${marker}?attrs=vars' 2>&1`;
  const live = `for try in $(seq 200); do ${ask} | grep -q ${id} && exit; sleep 0.5; done; exit 1`;
  const reload = "icinga2 daemon -C >/dev/null && systemctl reload icinga2";
  await succeed(machine, `cat >${plainFile} && ${reload} && { ${live}; }`, text);
}
