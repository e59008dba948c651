import { resolve } from "node:path";
import type { Plugin } from "./toolchain/plugins.ts";

/** The parts of a `Pulumi.yaml` that a lab looks at; the rest is taken over as it is. */
export interface Project {
  readonly name: string;
  readonly main?: string;
  readonly stackConfigDir?: string;
  readonly plugins?: { readonly providers?: readonly ProviderEntry[] };
  readonly [key: string]: unknown;
}

/** An entry of `plugins.providers`. */
export interface ProviderEntry {
  readonly name: string;
  readonly path: string;
  readonly version?: string;
}

/** Configuration by full key, for example `platform:hosts`. */
export type Config = Readonly<Record<string, unknown>>;

/** A `Pulumi.<stack>.yaml`. */
export interface StackFile {
  readonly encryptionsalt?: string;
  readonly config?: Config;
}

/**
 * The lab's own project file, made from the committed one in the folder `root`: the program is
 * handed over in-process, the state lies in `backend`, and the plugins are named, which is why
 * this never stands in the committed file: there it would hide official ones.
 */
export function labProject(
  committed: Project,
  root: string,
  backend: string,
  plugins: readonly Plugin[],
): Project {
  const kept = Object.entries(committed).filter(
    ([key]) => !["main", "stackConfigDir"].includes(key),
  );
  const own = committed.plugins?.providers ?? [];
  return {
    ...(Object.fromEntries(kept) as Project),
    backend: { url: backend },
    plugins: {
      ...committed.plugins,
      providers: [
        ...own.map((entry) => ({ ...entry, path: resolve(root, entry.path) })),
        ...plugins.map(({ name, path, version }) => ({ name, path, version })),
      ],
    },
  };
}

/**
 * The lab's own stack file: the committed configuration, completed by what only the lab knows.
 * Encrypted values of the lab's earlier file stay; `known` wins over what is committed.
 */
export function labStack(committed: StackFile, known: Config, earlier: StackFile = {}): StackFile {
  const { encryptionsalt } = earlier;
  const config = merge(merge(committed.config ?? {}, known), encrypted(earlier.config) ?? {});
  return { ...(encryptionsalt === undefined ? {} : { encryptionsalt }), config: config as Config };
}

/**
 * The secrets that a stack file still lacks, of those at `paths` (full key, then fields). A
 * secret whose section is absent is not needed.
 */
export function missingSecrets(
  { config = {} }: StackFile,
  paths: readonly (readonly [string, ...string[]])[],
): string[] {
  return paths
    .filter((path) => path.slice(0, -1).reduce<unknown>(field, config) !== undefined)
    .filter((path) => path.reduce<unknown>(field, config) === undefined)
    .map((path) => path.join("."));
}

function field(value: unknown, key: string): unknown {
  return isRecord(value) ? value[key] : undefined;
}

/** What is encrypted in a value, at its place; undefined when nothing is. */
function encrypted(value: unknown): unknown {
  if (!isRecord(value)) return undefined;
  if (typeof value["secure"] === "string") return value;
  const fields = Object.entries(value)
    .map(([key, inner]) => [key, encrypted(inner)] as const)
    .filter(([, inner]) => inner !== undefined);
  return fields.length > 0 ? Object.fromEntries(fields) : undefined;
}

/** Objects are merged field by field; anything else of `over` replaces what was there. */
function merge(base: unknown, over: unknown): unknown {
  if (!isRecord(base) || !isRecord(over)) return over;
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    merged[key] = key in base ? merge(base[key], value) : value;
  }
  return merged;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
