import { findProgram } from "../packages.ts";
import { buildCli } from "./build.ts";
import { builtCli, downloadedCli, versionOf } from "./cache.ts";
import { downloadCli } from "./official.ts";
import { cliVersion, satisfies } from "./versions.ts";

/** A Pulumi CLI, and where it came from. */
export interface Cli {
  readonly path: string;
  /** For example `3.259.0`. */
  readonly version: string;
  readonly origin: "from PATH" | "downloaded" | "built from its Go module";
}

/**
 * Finds or makes the CLI: on PATH when new enough, from an earlier run, from Pulumi's site
 * when `installer` brings its installer, else built. Refuses when none of them works.
 */
export async function ensureCli(installer: () => Promise<string | undefined>): Promise<Cli> {
  const downloaded = () => usable(downloadedCli(), "downloaded");
  const built = () => usable(builtCli(), "built from its Go module");
  const found =
    (await usable(await findProgram("pulumi"), "from PATH")) ??
    (await downloaded()) ??
    (await built());
  if (found) return found;

  const script = await installer();
  if (script !== undefined && (await downloadCli(script)) !== undefined) {
    const cli = await downloaded();
    if (cli) return cli;
  }
  const path = await buildCli();
  const cli = await built();
  if (!cli) throw new Error(`${path} was built, but does not say that it is Pulumi ${cliVersion}`);
  return cli;
}

async function usable(path: string | undefined, origin: Cli["origin"]): Promise<Cli | undefined> {
  const version = path === undefined ? undefined : await versionOf(path);
  if (path === undefined || version === undefined || !satisfies(version, cliVersion)) {
    return undefined;
  }
  return { path, version: version.replace(/^v/, ""), origin };
}
