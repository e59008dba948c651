import { readFileSync } from "node:fs";
import { unitText } from "../../formats/systemd.ts";
import {
  ConfigSet,
  Packages,
  RemoteScript,
  Service,
  Unit,
  type ConfigFile,
  type Host,
} from "../host/index.ts";
import { allocate } from "./allocation.ts";
import { sizeOfPlan, type InstanceOptions } from "./options.ts";
import { checkProgram, lookProgram, program } from "./paths.ts";
import { namesOf } from "./site.ts";

/** Arguments of what the instances of a machine share. */
export interface GitLabMachineArgs {
  readonly host: Host;
  /** All instances of the machine by name. */
  readonly instances: Readonly<Record<string, InstanceOptions>>;
}

const timer = "platform-gitlab-look.timer";

/** What the instances of a machine share: programs, a timer that has all of them looked into, and questions to the machine. */
export class GitLabMachine extends Service {
  constructor(name: string, { host, instances }: GitLabMachineArgs) {
    super("platform:gitlab:GitLabMachine", name);
    const child = { parent: this };
    const packages = ["ca-certificates", "curl", "iproute2", "jq", "procps"];
    new Packages(`${name}-tools`, { host, packages }, child);
    const preflight = new URL("./preflight.sh", import.meta.url);
    const asked = { host, script: preflight, values: questions(Object.entries(instances)) };
    new RemoteScript(`${name}-preflight`, asked, child);
    const activate = [["systemctl", "daemon-reload"]] as const;
    new ConfigSet(`${name}-watch`, { host, files: watchFiles(), activate }, child);
    const ready = ["systemctl", "is-active", "--quiet", timer] as const;
    new Unit(`${name}-watch-timer`, { host, unit: timer, ready }, child);
    this.registerOutputs({});
  }
}

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
    NAMES: asking("dns").flatMap(([, options]) => namesOf(options)),
  };
}

function portsOf([name, { slot, ssh, registry, pages }]: readonly [string, InstanceOptions]) {
  const has = allocate(name, { slot, sshPort: ssh.port });
  return [
    ...[has.sshPort, has.httpPort],
    ...(registry ? [has.registryPort] : []),
    ...(pages ? [has.pagesPort] : []),
  ].map(String);
}

const source = (name: string) =>
  readFileSync(new URL(`./programs/${name}.sh`, import.meta.url), "utf8");

/** The programs, and the units that have all instances looked into every two minutes. */
export function watchFiles(): (ConfigFile & { readonly content: string })[] {
  const description = "Looks into GitLab for what no request of a visitor tells";
  const service = unitText({
    Unit: [["Description", description]],
    Service: [
      ["Type", "oneshot"],
      ["ExecStart", [lookProgram]],
      ["RuntimeDirectory", "platform-gitlab"],
      ["RuntimeDirectoryPreserve", "yes"],
      ["Nice", "10"],
      ["TimeoutStartSec", "900"],
    ],
  });
  const every = unitText({
    Unit: [["Description", description]],
    Timer: [
      ["OnActiveSec", "30s"],
      ["OnUnitActiveSec", "2min"],
      ["AccuracySec", "1s"],
    ],
    Install: [["WantedBy", "timers.target"]],
  });
  const directory = "/etc/systemd/system";
  return [
    { path: program, content: source("platform-gitlab"), mode: "0755" },
    { path: lookProgram, content: source("platform-gitlab-look"), mode: "0755" },
    { path: checkProgram, content: source("check-gitlab"), mode: "0755" },
    { path: `${directory}/${timer.replace(".timer", ".service")}`, content: service },
    { path: `${directory}/${timer}`, content: every },
  ];
}
