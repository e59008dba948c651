import { createHash } from "node:crypto";
import { render, type Statement } from "../../formats/icinga.ts";
import type { Argv } from "../../formats/shell.ts";
import type { ConfigFile, PackageSource, Release } from "../host/index.ts";
import type { IcingaOptions } from "./options.ts";

/** Where Icinga looks for certificates, by the name of the node (since 2.8, "Distributed Monitoring" in its manual). */
export const certificates = "/var/lib/icinga2/certs";

/** The command in whose variables the id of the configuration stands, to be asked whether it is live. */
const marker = "platform-base";

/** Icinga's own packages, with the fingerprint of the key that signs them since 30 September 2024. */
export function icingaSource(release: Release): PackageSource {
  const uris = "https://packages.icinga.com/debian";
  const fingerprint = "DD3AF6198ED000B4C0B73956CC116F55AA7F2382";
  const key = { url: "https://packages.icinga.com/icinga.key", fingerprint };
  return { name: "icinga", uris, suites: `icinga-${release}`, components: "main", key };
}

/** What a machine needs to run Icinga, its plugins and what asks it. */
export function nodePackages({ source }: IcingaOptions, release: Release) {
  return {
    packages: ["icinga2", "monitoring-plugins-basic", "curl", "jq", "openssl"],
    sources: source === "icinga" ? [icingaSource(release)] : [],
  };
}

/** The constants that Icinga's own library asks for. */
export function constants(node: string, zone: string): readonly Statement[] {
  return [
    { constant: "NodeName", value: node },
    { constant: "ZoneName", value: zone },
    { constant: "PluginDir", value: "/usr/lib/nagios/plugins" },
  ];
}

/** How much Icinga writes, in the place of Debian's own feature. */
export function logging({ log: severity }: IcingaOptions): Record<string, readonly Statement[]> {
  const attributes = { path: "/var/log/icinga2/icinga2.log", severity };
  return {
    "features-enabled/mainlog.conf": [{ type: "FileLogger", name: "main-log", attributes }],
  };
}

/** Files of Icinga's configuration by their path in its directory, and the id by which the live ones are known. */
export function nodeFiles(parts: Readonly<Record<string, readonly Statement[]>>): {
  files: ConfigFile[];
  id: string;
} {
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

/** How Icinga on a machine is asked. */
export interface Asked {
  readonly node: string;
  /** The id of the configuration that it shall have. */
  readonly id: string;
  /** The address at which its API answers. */
  readonly listen: string;
  /** Who asks: where the certificate and its key lie, without `.crt` and `.key`. */
  readonly as: string;
}

// A reload comes back long before the new worker answers, and one that is refused says nothing: so ask the API itself,
// for its certificate and for the id.
const ask = `served() { openssl s_client -connect "$3:5665" </dev/null 2>/dev/null | openssl x509 -noout -fingerprint 2>/dev/null; }
for try in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
  answer=$(curl -sS --max-time 5 --cacert ${certificates}/ca.crt --cert "$4.crt" --key "$4.key" \\
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
export function liveProbe({ node, id, listen, as }: Asked): Argv {
  return ["sh", "-c", ask, "probe", node, id, bracketed(listen), as];
}

/** An address as it stands before a port. */
export function bracketed(address: string): string {
  return address.includes(":") ? `[${address}]` : address;
}
