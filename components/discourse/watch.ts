import { readFileSync } from "node:fs";
import { unitText } from "../../formats/systemd.ts";
import type { ConfigFile } from "../host/index.ts";

/** The program that looks into the forum, and that checks run. */
export const program = "/usr/local/sbin/platform-forum";

/** The timer that has it look. */
export const timer = "platform-forum-look.timer";

const text = (name: string) => readFileSync(new URL(`./programs/${name}`, import.meta.url), "utf8");

const directory = "/etc/systemd/system";
const description = "Looks into the forum for what no request tells";

/** The program, what it asks the forum, and the units that have it look every five minutes. */
export function watchFiles(): (ConfigFile & { readonly content: string })[] {
  const service = unitText({
    Unit: [["Description", description]],
    Service: [
      ["Type", "oneshot"],
      ["ExecStart", [program, "look"]],
      ["RuntimeDirectory", "platform-forum"],
      ["RuntimeDirectoryPreserve", "yes"],
      ["Nice", "10"],
      ["TimeoutStartSec", "150"],
    ],
  });
  const every = unitText({
    Unit: [["Description", description]],
    Timer: [
      ["OnActiveSec", "30s"],
      ["OnUnitActiveSec", "5min"],
      ["AccuracySec", "1s"],
    ],
    Install: [["WantedBy", "timers.target"]],
  });
  return [
    { path: program, content: text("platform-forum.sh"), mode: "0755" },
    { path: "/usr/local/lib/platform/forum/look.rb", content: text("look.rb") },
    { path: `${directory}/${timer.replace(".timer", ".service")}`, content: service },
    { path: `${directory}/${timer}`, content: every },
  ];
}
