import { dirname, join } from "node:path";
import { findProgram } from "../packages.ts";
import { isExecutable } from "./cache.ts";
import { pluginVersion } from "./plugin-version.ts";
import { providers, type Provider } from "./versions.ts";

/** A provider plugin: `path` is the folder that holds `pulumi-resource-<name>`. */
export interface Plugin extends Provider {
  readonly path: string;
}

const standInFolder = join(import.meta.dirname, "../plugins");

/**
 * The official plugins, each in exactly the version of its SDK, on PATH or below PULUMI_HOME;
 * undefined unless all are there, because official plugins and stand-ins are never mixed.
 */
export async function officialPlugins(home: string): Promise<Plugin[] | undefined> {
  const found = await Promise.all(providers.map((provider) => findOfficial(provider, home)));
  const all = found.filter((plugin) => plugin !== undefined);
  return all.length === providers.length ? all : undefined;
}

/** The project's own stand-ins for the plugins. */
export function standInPlugins(): Plugin[] {
  return providers.map((provider) => ({ ...provider, path: join(standInFolder, provider.name) }));
}

async function findOfficial(provider: Provider, home: string): Promise<Plugin | undefined> {
  const { name, version } = provider;
  const program = `pulumi-resource-${name}`;
  const cached = join(home, "plugins", `resource-${name}-v${version}`);
  if (await isExecutable(join(cached, program))) return { ...provider, path: cached };
  const ambient = await findProgram(program);
  if (ambient === undefined || (await pluginVersion(ambient)) !== version) return undefined;
  return { ...provider, path: dirname(ambient) };
}
