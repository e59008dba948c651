import { spawn } from "node:child_process";
import { mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sum, summaryLine, tally, type Tally } from "./runner/tally.ts";
import {
  atOnce,
  nodeArguments,
  plan,
  select,
  tiers,
  usage,
  usual,
  type Job,
  type TierName,
} from "./runner/tiers.ts";
import { warmUp } from "./runner/warm-up.ts";

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
const { first, beside } = plan(root, selection);
const warm = beside.length > 0 ? warmUp() : undefined;
const tallies: Tally[] = [];
for (const job of first) await done(job);
await warm;
if (beside.length > 1) {
  console.log(
    `\n${atOnce} of these run at once; what all but the first print is shown as each ends:`,
  );
  console.log(beside.map(({ title }) => `  ${title}`).join("\n"));
}
const waiting = [...beside.entries()];
await Promise.all(Array.from({ length: atOnce }, runWaiting));
const total = sum(tallies);
const left = (Object.keys(tiers) as TierName[]).filter(
  (tier) => !usual.some((one) => one === tier),
);
const others = args.length > 0 ? [] : left.map((tier) => `not run: ${tier} (npm test -- ${tier})`);
console.log(["", ...total.notes, ...others, summaryLine(total)].join("\n"));
const good = total.failed === 0 && total.passed > 0;
process.exitCode = interrupt.signal.aborted ? 130 : good ? 0 : 1;

async function runWaiting(): Promise<void> {
  for (let next = waiting.shift(); next; next = waiting.shift()) await done(next[1], next[0] > 0);
}

async function done(job: Job, aside = false): Promise<void> {
  if (!interrupt.signal.aborted) tallies.push(await run(job, aside));
}

/** Runs a job. What one `aside` prints is shown when it has ended, so that no line stands among those of another. */
async function run(job: Job, aside: boolean): Promise<Tally> {
  const { tier, title } = job;
  const strict = ci && tier !== "unit";
  if (job.files.length === 0) return tally({ tier, report: "", ok: true, strict });
  const folder = mkdtempSync(join(tmpdir(), "platform-tests-"));
  try {
    if (!aside) console.log(`\n== ${title}`);
    const report = join(folder, "report.jsonl");
    const said = join(folder, "said");
    const ok = await node(
      [
        "--test-reporter=spec",
        "--test-reporter-destination=stdout",
        `--test-reporter=${join(import.meta.dirname, "runner/reporter.ts")}`,
        `--test-reporter-destination=${report}`,
        ...nodeArguments(job),
      ],
      aside ? openSync(said, "a") : "inherit",
    );
    if (aside) console.log(`\n== ${title}\n${readFileSync(said, "utf8")}`);
    const lines = readFileSync(report, { encoding: "utf8", flag: "a+" });
    return tally({ tier, report: lines, ok, strict });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function node(args: readonly string[], output: "inherit" | number): Promise<boolean> {
  const env = { ...process.env, NODE_TEST_CONTEXT: undefined }; // set when a test runs us
  const runner = spawn(process.execPath, args, {
    cwd: root,
    env,
    stdio: ["inherit", output, output],
  });
  return new Promise((resolve, reject) => {
    runner.on("error", reject);
    runner.on("exit", (code) => {
      resolve(code === 0);
    });
  });
}
