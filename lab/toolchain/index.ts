import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { cacheFolder } from "./cache.ts";
import { ensureCli, type Cli } from "./cli.ts";
import { downloadPlugins, fetchInstaller } from "./official.ts";
import { officialPlugins, standInPlugins, type Plugin } from "./plugins.ts";

/** What the lab and the engine tests run Pulumi with. */
export interface Toolchain {
  /** The folder of the `pulumi` program, to be put in front on PATH. */
  readonly cli: string;
  /** PULUMI_HOME: the operator's own with official plugins, else one of the lab's. */
  readonly home: string;
  readonly plugins: "official" | "stand-in";
  /** All plugins that the program needs, for `plugins.providers` of a project file. */
  readonly providers: readonly Plugin[];
  /** One line that says which toolchain this is. */
  readonly description: string;
}

/**
 * Finds or makes the Pulumi CLI and the provider plugins. `installer` brings the official
 * installer or, quickly, undefined where Pulumi's site cannot be reached.
 */
export async function ensureToolchain(installer = fetchInstaller): Promise<Toolchain> {
  let answer: Promise<string | undefined> | undefined;
  const once = () => (answer ??= installer()); // the site is asked at most once a run
  const operatorHome = process.env["PULUMI_HOME"] || join(homedir(), ".pulumi");
  const cli = await ensureCli(once);
  const official =
    (await officialPlugins(operatorHome)) ?? (await downloaded(cli, operatorHome, once));
  const plugins = official ? "official" : "stand-in";
  const providers = official ?? standInPlugins();
  return {
    cli: dirname(cli.path),
    home: official ? operatorHome : join(cacheFolder(), "pulumi-home"),
    plugins,
    providers,
    description: describe(cli, plugins, providers),
  };
}

/** A CLI had to be built because the site could not be reached: then it is not asked again. */
async function downloaded(
  cli: Cli,
  home: string,
  installer: () => Promise<string | undefined>,
): Promise<Plugin[] | undefined> {
  if (cli.origin === "built from its Go module" || (await installer()) === undefined) {
    return undefined;
  }
  return (await downloadPlugins(cli.path, home)) ? officialPlugins(home) : undefined;
}

function describe(cli: Cli, plugins: string, providers: readonly Plugin[]): string {
  const list = providers.map(({ name, version }) => `${name} ${version}`).join(", ");
  return `Pulumi ${cli.version} ${cli.origin}, ${plugins} plugins for ${list}`;
}
