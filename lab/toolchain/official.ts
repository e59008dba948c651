import { dirname } from "node:path";
import { lastLines, run } from "../process.ts";
import { say } from "../progress.ts";
import { downloadedCli } from "./cache.ts";
import { cliVersion, providers } from "./versions.ts";

const site = "https://get.pulumi.com/install.sh";
const decisionSeconds = 5;
const downloadSeconds = 300;

/** The installer from Pulumi's own site; undefined when the site does not answer in 5 seconds. */
export async function fetchInstaller(): Promise<string | undefined> {
  try {
    const response = await fetch(site, { signal: AbortSignal.timeout(decisionSeconds * 1000) });
    return response.ok ? await response.text() : undefined;
  } catch {
    return undefined; // which reason it has makes no difference: the next source is tried
  }
}

/** Downloads the official CLI with its installer, and gives its path; undefined when that fails. */
export async function downloadCli(installer: string): Promise<string | undefined> {
  say(`• downloading the Pulumi CLI ${cliVersion} (at most ${downloadSeconds} s)`);
  const cli = downloadedCli();
  const root = dirname(dirname(cli));
  const args = ["-s", "--", "--no-edit-path", "--install-root", root, "--version", cliVersion];
  const { code, stdout, stderr } = await run("sh", args, {
    input: installer,
    seconds: downloadSeconds,
  });
  if (code === 0) return cli;
  say(`  that failed: ${lastLines(stderr || stdout, 1) || `it ended with ${code}`}`);
  return undefined;
}

/** Lets the CLI download the plugins into `home`; whether all of them came. */
export async function downloadPlugins(cli: string, home: string): Promise<boolean> {
  for (const { name, version } of providers) {
    say(`• downloading the plugin ${name} ${version} (at most ${downloadSeconds} s)`);
    const env = { PULUMI_HOME: home, PULUMI_SKIP_UPDATE_CHECK: "true" };
    const args = ["plugin", "install", "resource", name, version];
    const { code, stdout, stderr } = await run(cli, args, { env, seconds: downloadSeconds });
    if (code === 0) continue;
    say(`  that failed: ${lastLines(stderr || stdout, 1) || `it ended with ${code}`}`);
    return false;
  }
  return true;
}
