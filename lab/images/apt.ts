import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../process.ts";

/** A Debian release that a machine can run. */
export type Release = "bookworm" | "trixie";

/** How a machine reaches Debian, inherited from the operator's apt. */
export interface Apt {
  /** One-line `deb` entries. */
  readonly sources: readonly string[];
  /** Lines of apt.conf: proxies and what the operator does not check. */
  readonly settings: readonly string[];
}

interface Source {
  readonly uri: string;
  readonly suite: string;
  readonly components: readonly string[];
}

const debianSuite =
  /^(?:oldstable|stable|testing|bullseye|bookworm|trixie|forky|sid)(-updates|-security)?$/;

/** Reads the operator's apt configuration. Refuses when it names no Debian mirror. */
export async function operatorApt(release: Release): Promise<Apt> {
  const folder = "/etc/apt/sources.list.d";
  const names = await readdir(folder).catch(() => []);
  const files = ["/etc/apt/sources.list", ...names.sort().map((name) => join(folder, name))];
  const texts = await Promise.all(
    files.map(async (path) => ({ path, text: await readFile(path, "utf8").catch(() => "") })),
  );
  const sources = debianSources(texts, release, process.env["LAB_DEBIAN_MIRROR"]);
  if (sources.length === 0) {
    throw new Error(
      "No Debian mirror is named in /etc/apt/sources.list or /etc/apt/sources.list.d, and the lab's " +
        "machines are made from one.\nName it and run this again: " +
        "LAB_DEBIAN_MIRROR=<address of a Debian mirror> npm run lab",
    );
  }
  const { stdout } = await run("apt-config", ["dump"]);
  return { sources, settings: inheritedSettings(stdout, process.env) };
}

/**
 * The operator's Debian sources as one-line entries for another release. Left out is what is
 * not Debian's own archive: other suites, no `main`, or another key.
 */
export function debianSources(
  files: readonly { readonly path: string; readonly text: string }[],
  release: Release,
  mirror?: string,
): string[] {
  const named = mirror === undefined ? [] : [{ uri: mirror, suite: release, components: ["main"] }];
  const found = files.flatMap(({ path, text }) =>
    path.endsWith(".sources") ? deb822(text) : path.endsWith(".list") ? oneLine(text) : [],
  );
  const lines = (named.length > 0 ? named : found).flatMap(({ uri, suite, components }) => {
    const match = debianSuite.exec(suite);
    if (!match || !components.includes("main")) return [];
    return [`deb ${uri} ${release}${match[1] ?? ""} ${components.join(" ")}`];
  });
  return [...new Set(lines)];
}

function deb822(text: string): Source[] {
  return text.split(/\n\s*\n/).flatMap((stanza) => {
    const fields = new Map<string, string>();
    const unfolded = stanza.replace(/^#.*\n?/gm, "").replace(/\n[ \t]+/g, " ");
    for (const line of unfolded.split("\n")) {
      const [, key, value] = /^([^:\s]+):\s*(.*)$/.exec(line) ?? [];
      if (key !== undefined && value !== undefined) fields.set(key.toLowerCase(), value);
    }
    const words = (key: string) => (fields.get(key) ?? "").split(/\s+/).filter(Boolean);
    if (!words("types").includes("deb") || fields.get("enabled") === "no") return [];
    if (!isDebianKey(fields.get("signed-by"))) return [];
    return words("uris").flatMap((uri) =>
      words("suites").map((suite) => ({ uri, suite, components: words("components") })),
    );
  });
}

function oneLine(text: string): Source[] {
  return text.split("\n").flatMap((line) => {
    const match = /^deb\s+(?:\[([^\]]*)\]\s*)?(\S+)\s+(\S+)\s+(.+?)\s*(?:#.*)?$/.exec(line.trim());
    const [, options = "", uri, suite, components] = match ?? [];
    const key = /signed-by=(\S+)/.exec(options)?.[1];
    if (uri === undefined || suite === undefined || !components || !isDebianKey(key)) return [];
    return [{ uri, suite, components: components.split(/\s+/) }];
  });
}

function isDebianKey(key: string | undefined): boolean {
  return key === undefined || key.includes("debian-archive");
}

/** The apt settings without which the operator's mirror cannot be used, as lines of apt.conf. */
export function inheritedSettings(
  dump: string,
  env: Readonly<Record<string, string | undefined>>,
): string[] {
  const needed =
    /^Acquire::(?:https?::Proxy(?:::\S+)?|Check-Valid-Until|Check-Date|ForceIPv[46]|Retries) "[^"]+";$/;
  const lines = dump.split("\n").filter((line) => needed.test(line));
  for (const scheme of ["http", "https"]) {
    const proxy = env[`${scheme}_proxy`];
    const key = `Acquire::${scheme}::Proxy`;
    if (proxy && !lines.some((line) => line.startsWith(`${key} `)))
      lines.push(`${key} "${proxy}";`);
  }
  return lines;
}
