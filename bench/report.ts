import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { chart } from "./chart.ts";
import { labDir, root } from "./lab.ts";
import type { Results } from "./results.ts";
import { tables } from "./table.ts";

const raw = join(labDir, "truth.json");

/** Keeps all times in `.lab/bench/truth.json`, prints the tables and draws the chart. */
export async function finish(results: Results): Promise<void> {
  await mkdir(labDir, { recursive: true });
  await writeFile(raw, `${JSON.stringify(results, undefined, 1)}\n`);
  console.log(tables(results));
  // A run on fewer machines is a trial: it does not replace the picture in the documentation.
  const whole = [1, 4, 16].every((count) => results.measured.some(({ hosts }) => hosts === count));
  const picture = whole ? join(root, "docs/benchmarks.svg") : join(labDir, "benchmarks.svg");
  await writeFile(picture, chart(results.measured));
  console.log(`\nchart: ${picture}\nall times: ${raw}`);
}

/** Prints the last comparison again and draws its chart again. */
export async function reportAgain(): Promise<void> {
  await finish(JSON.parse(await readFile(raw, "utf8")) as Results);
}
