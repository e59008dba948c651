import type { Statement } from "../../formats/icinga.ts";
import type { Argv } from "../../formats/shell.ts";
import type { Check, ConfigFile } from "../host/index.ts";
import { agentZone, listener, masterZone } from "./master.ts";
import { constants, logging, nodeFiles } from "./node.ts";
import { checkCommand, programOf } from "./objects.ts";
import type { IcingaOptions } from "./options.ts";

/** An agent listens to nobody but its own machine: it connects to the master. */
export const agentListen = "127.0.0.1";

/** What an agent is told. */
export interface AgentArgs {
  readonly node: string;
  /** The name of the machine that monitors. */
  readonly monitor: string;
  readonly options: IcingaOptions;
  /** What the master may have it run, and nothing else. */
  readonly checks: readonly Check[];
}

/** Debian's features that an agent has no use for: it runs what it is asked to, and tells nobody else. */
export const agentAbsent = ["checker", "notification"].map(
  (name) => `/etc/icinga2/features-enabled/${name}.conf`,
);

/** The files that make a machine an agent, all that is no secret; and the id by which the live ones are known. */
export function agentFiles({ node, monitor, options, checks }: AgentArgs): {
  files: ConfigFile[];
  id: string;
} {
  const includes = ["constants.conf", "zones.conf", "features-enabled/*.conf"];
  return nodeFiles({
    "icinga2.conf": includes.map((include) => ({ include })),
    "constants.conf": constants(node, node),
    "zones.conf": zones(node, monitor, options),
    "features-enabled/api.conf": api(node),
    "features-enabled/platform-checks.conf": checks.map((check) => checkCommand(check)),
    ...logging(options),
  });
}

function zones(node: string, monitor: string, { listen }: IcingaOptions): Statement[] {
  return [
    {
      type: "Endpoint",
      name: monitor,
      attributes: { host: listen, port: 5665, log_duration: 0 },
    },
    { type: "Zone", name: masterZone, attributes: { endpoints: [monitor] } },
    ...agentZone(node),
  ];
}

/** The machine itself asks by its own certificate what is live; the master is no user of the API, and can change nothing. */
function api(node: string): Statement[] {
  return [
    {
      type: "ApiListener",
      name: "api",
      attributes: { bind_host: agentListen, ...listener, accept_commands: true },
    },
    {
      type: "ApiUser",
      name: "platform-probe",
      attributes: { client_cn: node, permissions: ["objects/query/CheckCommand"] },
    },
  ];
}

const executable = `for plugin; do
  runuser -u nagios -- test -x "$plugin" && continue
  echo "$plugin is no program that nagios may run here, and a check needs it: install it, or take the check away" >&2
  exit 1
done`;

/** Refuses plugins that are not there: Icinga itself does not look. */
export function pluginsProbe(checks: readonly Check[]): Argv {
  const programs = [...new Set(checks.map((check) => programOf(check)))].toSorted();
  return ["sh", "-c", executable, "plugins", ...programs];
}
