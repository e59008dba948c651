import { readFileSync } from "node:fs";
import { timedUnits } from "../../formats/systemd.ts";
import type { ConfigFile } from "../host/index.ts";
import { checkProgram, lookProgram, program } from "./paths.ts";

/** Has all instances of a machine looked into. */
export const timer = "platform-gitlab-look.timer";

const source = (name: string) =>
  readFileSync(new URL(`./programs/${name}.sh`, import.meta.url), "utf8");

/** The programs, and the units that have all instances looked into every two minutes. */
export function watchFiles(): (ConfigFile & { readonly content: string })[] {
  return [
    { path: program, content: source("platform-gitlab"), mode: "0755" },
    { path: lookProgram, content: source("platform-gitlab-look"), mode: "0755" },
    {
      ...{ path: checkProgram, mode: "0755" },
      content: [source("check-gitlab"), source("check-gitlab-inside")].join("\n"),
    },
    ...timedUnits("platform-gitlab-look", {
      description: "Looks into GitLab for what no request of a visitor tells",
      service: [
        ["ExecStart", [lookProgram]],
        ["RuntimeDirectory", "platform-gitlab"],
        ["RuntimeDirectoryPreserve", "yes"],
        ["Nice", "10"],
        ["TimeoutStartSec", "900"],
      ],
      timer: [
        ["OnActiveSec", "30s"],
        ["OnUnitActiveSec", "2min"],
        ["AccuracySec", "1s"],
      ],
    }),
  ];
}
