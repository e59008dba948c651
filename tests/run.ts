import { spawn } from "node:child_process";
import { mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sum, summaryLine, tally, type Tally } from "./runner/tally.ts";
import {
  lanes,
  nodeArguments,
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
const jobs = lanes(root, selection);
const warm = selection.tiers.some((tier) => tier !== "unit") ? warmUp() : undefined;
const alone = jobs[0].filter(({ tier }) => tier === "unit");
const first = jobs[0].filter(({ tier }) => tier !== "unit");
const tallies: Tally[] = [];
await runAll(alone);
await warm;
if (jobs[1].length > 0) {
  const titles = jobs[1].map(({ tier }) => tier).join(" and ");
  console.log(`\n${titles} tests on other machines run beside these; theirs is shown as each ends`);
}
await Promise.all([runAll(first), runAll(jobs[1], true)]);
const total = sum(tallies);
const left = (Object.keys(tiers) as TierName[]).filter(
  (tier) => !usual.some((one) => one === tier),
);
const others = args.length > 0 ? [] : left.map((tier) => `not run: ${tier} (npm test -- ${tier})`);
console.log(["", ...total.notes, ...others, summaryLine(total)].join("\n"));
const good = total.failed === 0 && total.passed > 0;
process.exitCode = interrupt.signal.aborted ? 130 : good ? 0 : 1;

async function runAll(all: readonly Job[], aside = false): Promise<void> {
  for (const job of all) if (!interrupt.signal.aborted) tallies.push(await run(job, aside));
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
