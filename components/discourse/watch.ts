import { readFileSync } from "node:fs";
import { timedUnits } from "../../formats/systemd.ts";
import type { ConfigFile } from "../host/index.ts";

/** The program that looks into the forum, and that checks run. */
export const program = "/usr/local/sbin/platform-forum";

/** The program that looks at the forum's container, and that a check runs. */
export const containerProgram = "/usr/local/sbin/platform-container";

/** What asks whether the forum's relay can be reached. */
export const mailPlugin = "/usr/local/lib/platform/check-mail";

/** Where the id of the image stands that the forum's container is made from. */
export const imageNote = "/etc/platform-forum/image";

/** The timer that has both look. */
export const timer = "platform-forum-look.timer";

const text = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8");

/** The programs, what is asked of the forum of that name in its containers, and the units that have them look every five minutes. */
export function watchFiles(
  name: string,
  containers: readonly string[],
): (ConfigFile & { readonly content: string })[] {
  return [
    { path: program, content: text("./programs/platform-forum.sh"), mode: "0755" },
    {
      path: containerProgram,
      content: text("../../services/checks/platform-container.sh"),
      mode: "0755",
    },
    { path: mailPlugin, content: text("../../services/checks/check-mail.sh"), mode: "0755" },
    { path: "/usr/local/lib/platform/forum/look.rb", content: text("./programs/look.rb") },
    ...timedUnits("platform-forum-look", {
      description: "Looks into the forum for what no request tells",
      service: [
        ...containers.map((one) => ["ExecStart", [containerProgram, "look", one, name]] as const),
        ["ExecStart", [program, "look"]],
        ["RuntimeDirectory", "platform-forum"],
        ["RuntimeDirectoryPreserve", "yes"],
        ["Nice", "10"],
        ["TimeoutStartSec", "150"],
      ],
      timer: [
        ["OnActiveSec", "30s"],
        ["OnUnitActiveSec", "5min"],
        ["AccuracySec", "1s"],
      ],
    }),
  ];
}
