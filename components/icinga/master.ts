import type { IcingaObject, Statement } from "../../formats/icinga.ts";
import type { ConfigFile } from "../host/index.ts";
import { constants, logging, nodeFiles } from "./node.ts";
import type { IcingaOptions } from "./options.ts";

/** The zone of the machine that monitors; that of each other machine is called as it is. */
export const masterZone = "master";

/** Where the identity of the platform lies, by which it deploys; only root reads its key. */
export const directory = "/etc/platform-icinga";

/** How the platform is called in Icinga's API: the common name of its certificate. */
export const deployer = "platform-deploy";

/** What the platform has to be allowed for one configuration package, and while a site is deployed; `config/modify` is as good as root's rights there. */
const permissions = [
  ...["config/query", "config/modify", "status/query", "objects/query/CheckCommand"],
  ...["objects/query/Host", "objects/query/Service", "objects/query/Endpoint"],
  ...["objects/query/Downtime", "actions/schedule-downtime", "actions/remove-downtime"],
  ...["actions/reschedule-check", "actions/process-check-result"],
];

/** What the machine itself may ask by its own certificate, to tell whether Icinga runs with what it has on the disk. */
const watching = [
  ...["config/query", "objects/query/CheckCommand", "objects/query/Host", "objects/query/Service"],
];

/** Debian's examples in conf.d are left out: they would monitor the machine without anybody having asked. */
const main: readonly Statement[] = [
  ...["constants.conf", "zones.conf", "<itl>", "<plugins>", "features-enabled/*.conf"].map(
    (include) => ({ include }),
  ),
];

/** The files that make a machine the master of these agents, all that is no secret; and the id of the live ones. */
export function masterFiles(
  node: string,
  agents: readonly string[],
  options: IcingaOptions,
): { files: ConfigFile[]; id: string } {
  return nodeFiles({
    "icinga2.conf": main,
    "constants.conf": constants(node, masterZone),
    "zones.conf": [
      { type: "Endpoint", name: node, attributes: {} },
      { type: "Zone", name: masterZone, attributes: { endpoints: [node] } },
      { type: "Zone", name: "global-templates", attributes: { global: true } },
      ...agents.flatMap((agent) => agentZone(agent)),
    ],
    ...features(node, options),
    ...logging(options),
  });
}

/** A machine with an agent, as both sides know it. Nothing is kept for it while it is away: it would be out of date. */
export function agentZone(agent: string): IcingaObject[] {
  return [
    { type: "Endpoint", name: agent, attributes: { log_duration: 0 } },
    { type: "Zone", name: agent, attributes: { parent: masterZone, endpoints: [agent] } },
  ];
}

/** What agents and the master have in common: who is not known by a certificate gets nothing. */
export const listener = {
  bind_port: 5665,
  accept_config: false,
  max_anonymous_clients: 0,
  tls_protocolmin: "TLSv1.2",
} as const;

/** Debian's own features are links, of which these files take the place. */
function features(node: string, { listen }: IcingaOptions): Record<string, readonly Statement[]> {
  return {
    "features-enabled/api.conf": [
      {
        type: "ApiListener",
        name: "api",
        attributes: { bind_host: listen, ...listener, accept_commands: false },
      },
      { type: "ApiUser", name: deployer, attributes: { client_cn: deployer, permissions } },
      {
        type: "ApiUser",
        name: "platform-watch",
        attributes: { client_cn: node, permissions: watching },
      },
    ],
    "features-enabled/checker.conf": [
      { type: "CheckerComponent", name: "checker", attributes: {} },
    ],
    "features-enabled/notification.conf": [
      { type: "NotificationComponent", name: "notification", attributes: {} },
    ],
  };
}
