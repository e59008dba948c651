import { join } from "node:path";
import { brief, peersFolder, runPeer } from "./peer.ts";
import type { Changes, Tool, Wanted } from "./tool.ts";

/** pyinfra; `folder` is where it finds what it is told. */
export function pyinfra(bin: string, folder: string, agent: Record<string, string>): Tool {
  const name = "pyinfra";
  const env = { ...agent, BENCH_FOLDER: folder };
  const deploy = async (wanted: Wanted, flag: string): Promise<Changes> => {
    await brief(folder, name, wanted);
    const files = ["inventory.py", "deploy.py"].map((file) => join(peersFolder, file));
    return changesIn(await runPeer(join(bin, "pyinfra"), [flag, ...strict, ...files], { env }));
  };
  return {
    name,
    reads: true,
    look: (wanted) => deploy(wanted, "--dry"),
    apply: (wanted) => deploy(wanted, "--yes"), // without reading everything twice
  };
}

/** One machine that fails fails all: it could pass for one without changes. */
const strict = ["--fail-percent", "0"];

/** Its table has a column of the machines that change (--dry) or were changed; `-` is none. */
export function changesIn(printed: string): Changes {
  const cells = printed.split("\n").map((line) => line.trim().split(/\s{2,}/));
  const head = cells.findIndex(([first]) => first === "Operation");
  const column = cells[head]?.findIndex((cell) => cell === "Change" || cell === "Success") ?? -1;
  if (column < 0) throw new Error(`pyinfra printed no table of changes:\n${printed}`);
  const rows = cells.slice(head + 1).filter(([what]) => what !== "" && what !== "Grand total");
  const changes: Record<string, number> = {};
  for (const [what = "", ...counts] of rows) {
    const count = Number.parseInt(counts[column - 1] ?? "", 10); // it may name the machines, too
    if (count > 0) changes[what] = count;
  }
  return changes;
}
