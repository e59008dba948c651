import { forum } from "./forum.ts";
import { truth } from "./truth.ts";

/** `npm run bench [-- <name>]`: comparisons and figures; nothing here passes or fails. */
const benchmarks: Readonly<Record<string, () => Promise<void>>> = { forum, truth };

const [name = "forum"] = process.argv.slice(2);
const benchmark = benchmarks[name];
if (!benchmark) {
  console.error(
    `there is no benchmark "${name}": take one of ${Object.keys(benchmarks).join(", ")}`,
  );
  process.exit(2);
}
await benchmark();
