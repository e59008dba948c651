import { endGracefully, wasInterrupted } from "../lab/interrupt.ts";
import { withLock } from "../lab/lock.ts";
import { fleetBench } from "./fleet.ts";
import { forum } from "./forum.ts";
import { labDir } from "./lab.ts";
import { monitoring } from "./monitoring.ts";
import { proxy } from "./proxy.ts";
import { reportAgain } from "./report.ts";
import { truth } from "./truth.ts";
import { upgrade } from "./upgrade.ts";

/** `npm run bench [-- <name> …]`: comparisons and figures; nothing here passes or fails. */
const benchmarks: Readonly<Record<string, (args: readonly string[]) => Promise<void>>> = {
  fleet: fleetBench,
  forum,
  monitoring,
  proxy,
  truth,
  upgrade,
  report: reportAgain,
};

const [name = "forum", ...args] = process.argv.slice(2);
const benchmark = benchmarks[name];
if (!benchmark) {
  console.error(
    `there is no benchmark "${name}": take one of ${Object.keys(benchmarks).join(", ")}`,
  );
  process.exit(2);
}
endGracefully();
try {
  await withLock(labDir, `npm run bench -- ${name}`, () => benchmark(args));
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  console.error(wasInterrupted() ? "interrupted: its machines are removed" : message);
  process.exitCode = wasInterrupted() ? 130 : 1;
}
