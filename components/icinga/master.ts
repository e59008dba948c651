import { createHash } from "node:crypto";
import { render, type Statement } from "../../formats/icinga.ts";
import type { Argv } from "../../formats/shell.ts";
import type { Check, ConfigFile, PackageSource, Release } from "../host/index.ts";
import type { IcingaOptions } from "./options.ts";

/** Where Icinga looks for certificates, by the name of the node (since 2.8, "Distributed Monitoring" in its manual). */
export const certificates = "/var/lib/icinga2/certs";

/** Where the identity of the platform lies, by which it deploys; only root reads its key. */
export const directory = "/etc/platform-icinga";

/** How the platform is called in Icinga's API: the common name of its certificate. */
export const deployer = "platform-deploy";

/** The command in whose variables the id of the configuration stands, to be asked whether it is live. */
const marker = "platform-base";

/** What the platform has to be allowed for one configuration package; `config/modify` is as good as root's rights there. */
const permissions = [
  ...["config/query", "config/modify", "status/query", "objects/query/CheckCommand"],
  ...["objects/query/Host", "objects/query/Service"],
];

/** Icinga's own packages, with the fingerprint of the key that signs them since 30 September 2024. */
export function icingaSource(release: Release): PackageSource {
  const uris = "https://packages.icinga.com/debian";
  const fingerprint = "DD3AF6198ED000B4C0B73956CC116F55AA7F2382";
  const key = { url: "https://packages.icinga.com/icinga.key", fingerprint };
  return { name: "icinga", uris, suites: `icinga-${release}`, components: "main", key };
}

/** The files that make a machine the master, all that is no secret; and the id by which the live ones are known. */
export function masterFiles(
  node: string,
  options: IcingaOptions,
): { files: ConfigFile[]; id: string } {
  const parts: Readonly<Record<string, readonly Statement[]>> = {
    "icinga2.conf": main,
    "constants.conf": [
      { constant: "NodeName", value: node },
      { constant: "ZoneName", value: "master" },
      { constant: "PluginDir", value: "/usr/lib/nagios/plugins" },
    ],
    "zones.conf": [
      { type: "Endpoint", name: node, attributes: {} },
      { type: "Zone", name: "master", attributes: { endpoints: [node] } },
      { type: "Zone", name: "global-templates", attributes: { global: true } },
    ],
    ...features(options),
  };
  const texts = Object.entries(parts).map(([path, statements]) => [path, render(statements)]);
  const id = createHash("sha256").update(JSON.stringify(texts)).digest("hex").slice(0, 16);
  const idText = render([
    { type: "CheckCommand", name: marker, attributes: { command: ["/bin/true"], vars: { id } } },
  ]);
  const file = ([path = "", content = ""]: string[]): ConfigFile => ({
    path: `/etc/icinga2/${path}`,
    content,
    mode: "0640",
    owner: "root:nagios",
  });
  return { files: [...texts, ["features-enabled/platform.conf", idText]].map(file), id };
}

/** Debian's examples in conf.d are left out: they would monitor the machine without anybody having asked. */
const main: readonly Statement[] = [
  ...["constants.conf", "zones.conf", "<itl>", "<plugins>", "features-enabled/*.conf"].map(
    (include) => ({ include }),
  ),
];

/** Debian's own features are links, of which these files take the place. */
function features({ listen, log }: IcingaOptions): Record<string, readonly Statement[]> {
  return {
    "features-enabled/api.conf": [
      {
        type: "ApiListener",
        name: "api",
        attributes: {
          bind_host: listen,
          bind_port: 5665,
          accept_config: false,
          accept_commands: false,
          max_anonymous_clients: 0,
          tls_protocolmin: "TLSv1.2",
        },
      },
      { type: "ApiUser", name: deployer, attributes: { client_cn: deployer, permissions } },
    ],
    "features-enabled/checker.conf": [
      { type: "CheckerComponent", name: "checker", attributes: {} },
    ],
    "features-enabled/mainlog.conf": [
      {
        type: "FileLogger",
        name: "main-log",
        attributes: { path: "/var/log/icinga2/icinga2.log", severity: log },
      },
    ],
    "features-enabled/notification.conf": [
      { type: "NotificationComponent", name: "notification", attributes: {} },
    ],
  };
}

// A reload comes back long before the new worker answers, and one that is refused says nothing: so ask the API itself,
// for its certificate and for the id.
const ask = `served() { openssl s_client -connect "$3:5665" </dev/null 2>/dev/null | openssl x509 -noout -fingerprint 2>/dev/null; }
for try in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
  answer=$(curl -sS --max-time 5 --cacert ${certificates}/ca.crt --cert ${directory}/deploy.crt --key ${directory}/deploy.key \\
    --resolve "$1:5665:$3" "https://$1:5665/v1/objects/checkcommands/${marker}?attrs=vars" 2>&1) || true
  case $answer in *'"id":"'"$2"'"'*)
    [ "$(served "$@")" != "$(openssl x509 -noout -fingerprint -in "${certificates}/$1.crt")" ] || exit 0
    answer="with another certificate than ${certificates}/$1.crt" ;;
  esac
  sleep 1
done
echo "Icinga's API on the machine itself answers: $answer" >&2
exit 1`;

/** Asks the running Icinga for half a minute whether it has this configuration and its certificate. */
export function liveProbe(node: string, id: string, { listen }: IcingaOptions): Argv {
  const address = listen.includes(":") ? `[${listen}]` : listen;
  return ["sh", "-c", ask, "probe", node, id, address];
}

/** How Icinga wants to be watched by itself. */
export function ownChecks(component: string, host: string, { listen }: IcingaOptions): Check[] {
  return [
    {
      name: "icinga-certificate",
      host,
      from: "inside",
      command: ["check_http", "-I", listen, "-p", "5665", "-S", "-t", "10", "-C", "45,14"],
      ...{ intervalSeconds: 3600, retrySeconds: 60, timeoutSeconds: 15 },
      runbook:
        "Run `pulumi up`: it renews the certificates by which Icinga's machines know each other.",
      component,
      option: "monitoring",
    },
  ];
}
