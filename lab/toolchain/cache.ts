import { access, constants } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { run } from "../process.ts";
import { cliVersion } from "./versions.ts";

/** Where downloaded and built programs stay between runs and checkouts. */
export function cacheFolder(): string {
  const cache = process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache");
  return join(cache, "community-platform");
}

/** Where a CLI that we build lies. */
export function builtCli(): string {
  return join(cacheFolder(), `pulumi-${cliVersion}`, "pulumi");
}

/** Where the official CLI lies that we download. */
export function downloadedCli(): string {
  return join(cacheFolder(), `pulumi-${cliVersion}-official`, "bin", "pulumi");
}

/** What a CLI says its version is, for example `v3.259.0`; undefined when there is none. */
export async function versionOf(cli: string): Promise<string | undefined> {
  if (!(await isExecutable(cli))) return undefined;
  const env = { PULUMI_SKIP_UPDATE_CHECK: "true" };
  const { code, stdout } = await run(cli, ["version"], { env, seconds: 30 });
  return code === 0 ? stdout.trim() : undefined;
}

/** Whether a file is there and may be run. */
export function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
