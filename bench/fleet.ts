import { loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { must } from "../lab/process.ts";
import type { Once } from "./fleet-once.ts";
import { summary } from "./measure.ts";

const sizes = [125, 250, 500];
const rounds = 3;

const program = fileURLToPath(new URL("./fleet-once.ts", import.meta.url));

function once(what: string, size: number, input = ""): Promise<string> {
  return must(process.execPath, [program, what, String(size)], { input, seconds: 120 });
}

async function measured(what: string, size: number, input = ""): Promise<Once> {
  return JSON.parse(await once(what, size, input)) as Once;
}

/**
 * What the program takes to plan so many GitLab instances on ten machines, in seconds of CPU, and what Pulumi's SDK alone takes to
 * register the same resources: in turn, each in a process of its own, with a monitor that only says yes.
 */
export async function fleetBench(): Promise<void> {
  const rows: string[] = [];
  for (const size of sizes) {
    const all = await once("registrations", size);
    const [own, bare]: [Once[], Once[]] = [[], []];
    for (let round = 0; round < rounds; round++) {
      own.push(await measured("program", size));
      bare.push(await measured("alone", size, all));
    }
    const times = own.map(({ seconds }) => seconds);
    const cells = [times, bare.map(({ seconds }) => seconds)].map((some) => {
      const { min, median } = summary(some);
      return `${min.toFixed(2)} / ${median.toFixed(2)} s`;
    });
    const each = `${((summary(times).median / size) * 1000).toFixed(1)} ms`;
    const memory = `${Math.max(...own.map(({ mebibytes }) => mebibytes))} MiB`;
    rows.push(`| ${[size, own[0]?.resources ?? 0, ...cells, each, memory].join(" | ")} |`);
  }
  console.log(
    "\n| instances | resources | program and SDK | SDK alone | for an instance | memory |",
  );
  console.log(`| --- | --- | --- | --- | --- | --- |\n${rows.join("\n")}`);
  console.log(`\nleast and median of ${rounds}; load ${loadavg()[0]?.toFixed(1) ?? "?"}`);
}
