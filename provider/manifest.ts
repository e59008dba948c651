import { isUtf8 } from "node:buffer";
import { directoryOf, type FoundDirectory } from "./found-directory.ts";
import { type FoundScript, scriptOf } from "./found-script.ts";

/** What a path of a ConfigSet was found to be. */
export interface FoundPath {
  /** Octal, four digits. */
  readonly mode: string;
  /** `user:group` by name, or by number where there is no name. */
  readonly owner: string;
  /** "regular file", "symbolic link", "directory" or "special file". */
  readonly type: string;
  /** The text of a plain file, `lossy` when that is not UTF-8, or a digest of it. */
  readonly content:
    | { readonly text: string; readonly lossy?: true }
    | { readonly salted: string }
    | { readonly sha256: string }
    | undefined;
}

/** An installed package. */
export interface FoundPackage {
  readonly version: string;
  readonly held: boolean;
}

/** A package source that the platform brought. */
export interface FoundSource {
  /** Of the key that is installed; "-" when the file is missing or was changed. */
  readonly fingerprint: string;
  /** Text of its file; undefined when there is none. */
  readonly text: string | undefined;
}

/** A systemd unit. */
export interface FoundUnit {
  /** Id of the resource that owns it. */
  readonly owner: string;
  /** systemd's UnitFileState, such as "enabled", "disabled", "masked", "static"; "-" for none. */
  readonly enabled: string;
  /** systemd's ActiveState, such as "active", "inactive", "failed". */
  readonly active: string;
}

/** All that the platform manages on one host, as it was found in one go. */
export interface Manifest {
  /** The paths that exist, of each ConfigSet by its id. */
  readonly sets: ReadonlyMap<string, ReadonlyMap<string, FoundPath>>;
  /** Ids of the sets whose last change was broken off before the service had taken it. */
  readonly broken: ReadonlySet<string>;
  /** Ids of the Packages that are noted. */
  readonly wanting: ReadonlySet<string>;
  readonly packages: ReadonlyMap<string, FoundPackage>;
  /** When the newest of the packages that were asked for was unpacked, by the id of who asked; only survey.sh tells it. */
  readonly changed: ReadonlyMap<string, string>;
  readonly sources: ReadonlyMap<string, FoundSource>;
  readonly units: ReadonlyMap<string, FoundUnit>;
  /** Of each DataDirectory by its id. */
  readonly directories: ReadonlyMap<string, FoundDirectory>;
  /** What the check of each Script told, by its id. */
  readonly scripts: ReadonlyMap<string, FoundScript>;
}

/** Reads what look.sh prints. Throws when it was cut off: absent is only what the host positively says. */
export function parseManifest(text: string): Manifest {
  const lines = text.split("\n").map((line) => line.split("\t"));
  const start = lines.findIndex(([word, version]) => word === "platform" && version === "1");
  const end = lines.findLastIndex(([word]) => word === "end");
  if (start < 0 || end < start) {
    const first = JSON.stringify(text.slice(0, 60));
    throw new Error(
      `gave an answer that was cut off or is not the platform's; it begins with ${first}`,
    );
  }
  const sets = new Map<string, Map<string, FoundPath>>();
  const broken = new Set<string>();
  const wanting = new Set<string>();
  const packages = new Map<string, FoundPackage>();
  const changed = new Map<string, string>();
  const sources = new Map<string, FoundSource>();
  const units = new Map<string, FoundUnit>();
  const directories = new Map<string, FoundDirectory>();
  const scripts = new Map<string, FoundScript>();
  for (const [word, one = "", two = "", three = "", four = "", ...rest] of lines.slice(
    start,
    end,
  )) {
    if (word === "set") {
      sets.set(one, new Map());
      if (two === "broken") broken.add(one);
    } else if (word === "path") {
      const [type = "", content = ""] = rest;
      sets.get(one)?.set(two, { mode: three, owner: four, type, content: contentOf(content) });
    } else if (word === "packages") wanting.add(one);
    else if (word === "package") packages.set(one, { version: two, held: three === "hold" });
    else if (word === "changed") changed.set(one, two);
    else if (word === "source") {
      sources.set(one, { fingerprint: two, text: three === "-" ? undefined : decoded(three) });
    } else if (word === "unit") units.set(two, { owner: one, enabled: three, active: four });
    else if (word === "data") directories.set(one, directoryOf([two, three, four, ...rest]));
    else if (word === "script") scripts.set(one, scriptOf([two, three, four, ...rest]));
  }
  return { sets, broken, wanting, packages, changed, sources, units, directories, scripts };
}

function contentOf(field: string): FoundPath["content"] {
  if (field === "-") return undefined;
  if (field.startsWith("~")) return { salted: field.slice(1) };
  if (field.startsWith("=")) return { sha256: field.slice(1) };
  const bytes = Buffer.from(field, "hex");
  return { text: bytes.toString(), ...(isUtf8(bytes) ? {} : { lossy: true as const }) };
}

function decoded(base64: string): string {
  return Buffer.from(base64, "base64").toString();
}
