import { mkdir, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { lastLines, run } from "../process.ts";
import { say } from "../progress.ts";
import { builtCli } from "./cache.ts";
import { ensureGo } from "./go.ts";
import { cliVersion } from "./versions.ts";

const cliPackage = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi";
const versionVariable = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";

/**
 * Builds the Pulumi CLI as an ordinary Go tool from its published module, and gives its path.
 * Refuses with the end of Go's output; a build that was broken off leaves nothing behind.
 */
export async function buildCli(): Promise<string> {
  await ensureGo();
  const cli = builtCli();
  const unfinished = `${cli}.${process.pid}`; // renamed when whole, so that nobody runs a half
  const linker = `-s -w -X ${versionVariable}=v${cliVersion}`;
  await mkdir(dirname(cli), { recursive: true });
  const ticker = tick(`building the Pulumi CLI ${cliVersion} from its Go module`);
  try {
    const args = ["build", "-C", import.meta.dirname, "-ldflags", linker, "-o", unfinished];
    const { code, stderr } = await run("go", [...args, cliPackage]);
    if (code !== 0) throw new Error(advice(stderr));
    await rename(unfinished, cli);
  } finally {
    ticker();
    await rm(unfinished, { force: true });
  }
  return cli;
}

/** Says what is going on now and every half minute; ends with the function it gives. */
function tick(title: string): () => void {
  const start = performance.now();
  const seconds = () => `${((performance.now() - start) / 1000).toFixed(0)} s`;
  say(`• ${title} (once; 4 to 8 min on two cores)`);
  const timer = setInterval(() => {
    say(`  ${title}: ${seconds()} so far`);
  }, 30_000);
  return () => {
    clearInterval(timer);
    say(`  ${title}: ended after ${seconds()}`);
  };
}

/** What a person can do about a build that failed. */
function advice(output: string): string {
  return (
    `the Pulumi CLI ${cliVersion} could not be built from its Go module:\n` +
    `${lastLines(output, 15)}\n` +
    "It needs the Go of lab/toolchain/go.mod or a later one (an older Go from 1.21 on fetches\n" +
    "that by itself unless GOTOOLCHAIN=local) and a module proxy that it can reach (GOPROXY).\n" +
    `Or install Pulumi ${cliVersion} or later yourself, so that \`pulumi\` is on PATH.`
  );
}
