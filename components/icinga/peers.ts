import { portGuard } from "../../formats/nftables.ts";
import { unitText } from "../../formats/systemd.ts";
import type { Argv } from "../../formats/shell.ts";
import type { ConfigFile } from "../host/index.ts";

const table = "platform_icinga";
const rules = "/etc/platform-icinga/peers.nft";
const nft = "/usr/sbin/nft";

/** The unit that lets nobody but Icinga's peers reach its port. */
export const peersUnit = "platform-icinga-peers.service";

/** Whether nftables can read the rules here, and whether they count. */
export const peersValidate: Argv = [nft, "-c", "-f", rules];
export const peersReady: Argv = [nft, "list", "table", "inet", table];

/** The rules for these networks and their unit. Debian's own nftables.service throws all rules out when it is started, so it follows that. */
export function peersFiles(networks: readonly string[]): ConfigFile[] {
  const read = [nft, "-f", rules] as const;
  const service = unitText({
    Unit: [
      ["Description", "Lets only Icinga's peers reach its port"],
      ["After", "nftables.service"],
      ["PartOf", "nftables.service"],
      ["ReloadPropagatedFrom", "nftables.service"],
      ["Before", "icinga2.service"],
    ],
    Service: [
      ["Type", "oneshot"],
      ["RemainAfterExit", "yes"],
      ["ExecStart", read],
      ["ExecReload", read],
      ["ExecStop", [nft, "delete", "table", "inet", table]],
    ],
    Install: [["WantedBy", "multi-user.target"]],
  });
  return [
    { path: rules, content: portGuard({ table, port: 5665, networks }), mode: "0644" },
    { path: `/etc/systemd/system/${peersUnit}`, content: service },
  ];
}
