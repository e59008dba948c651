import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureToolchain } from "../lab/toolchain/index.ts";
import { sum, summaryLine, tally, type Tally } from "./runner/tally.ts";
import { nodeArguments, select, tiers, usage, usual, type TierName } from "./runner/tiers.ts";

const root = join(import.meta.dirname, "..");
const ci = process.env["CI"] === "true";

const interrupt = new AbortController();
process.on("SIGINT", () => {
  interrupt.abort(); // the terminal tells the tier, too; no other is begun after it
});

const args = process.argv.slice(2);
const selection = select(args);
if (!selection) {
  const asked = args[0] === "help" || args[0] === "--help";
  (asked ? console.log : console.error)(usage);
  process.exit(asked ? 0 : 2);
}
const toolchain = selection.tiers.some((tier) => tier !== "unit") ? warmUp() : undefined;
const tallies: Tally[] = [];
for (const tier of selection.tiers) {
  if (tier !== "unit") await toolchain;
  if (interrupt.signal.aborted) break;
  tallies.push(await runTier(tier, selection.filter));
}
const total = sum(tallies);
const left = (Object.keys(tiers) as TierName[]).filter(
  (tier) => !usual.some((one) => one === tier),
);
const others = args.length > 0 ? [] : left.map((tier) => `not run: ${tier} (npm test -- ${tier})`);
console.log(["", ...total.notes, ...others, summaryLine(total)].join("\n"));
const good = total.failed === 0 && total.passed > 0;
process.exitCode = interrupt.signal.aborted ? 130 : good ? 0 : 1;

/**
 * Starts to build Pulumi while the unit tests run. A failure is said here and met again by the
 * tests that need it.
 */
async function warmUp(): Promise<void> {
  try {
    console.log(`toolchain: ${(await ensureToolchain()).description}`);
  } catch (error) {
    console.error(`toolchain: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function runTier(tier: TierName, filter: string | undefined): Promise<Tally> {
  const strict = ci && tier !== "unit";
  const what = nodeArguments(root, tier, filter);
  if (!what) return tally({ tier, report: "", ok: true, strict });
  const folder = mkdtempSync(join(tmpdir(), "platform-tests-"));
  try {
    console.log(`\n== ${tier} tests`);
    const report = join(folder, "report.jsonl");
    const ok = await node([
      "--test-reporter=spec",
      "--test-reporter-destination=stdout",
      `--test-reporter=${join(import.meta.dirname, "runner/reporter.ts")}`,
      `--test-reporter-destination=${report}`,
      ...what,
    ]);
    const lines = readFileSync(report, { encoding: "utf8", flag: "a+" });
    return tally({ tier, report: lines, ok, strict });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function node(args: readonly string[]): Promise<boolean> {
  const env = { ...process.env, NODE_TEST_CONTEXT: undefined }; // set when a test runs us
  const runner = spawn(process.execPath, args, { cwd: root, env, stdio: "inherit" });
  return new Promise((resolve, reject) => {
    runner.on("error", reject);
    runner.on("exit", (code) => {
      resolve(code === 0);
    });
  });
}
