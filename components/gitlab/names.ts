import { readFileSync } from "node:fs";
import { since, type Minor, type Version } from "./version.ts";

interface Range {
  readonly first?: Minor;
  /** The first release without it. */
  readonly end?: Minor;
}

const names = read(readFileSync(new URL("names.txt", import.meta.url), "utf8"));

function read(text: string): ReadonlyMap<string, Range> {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(
    lines.flatMap((line) => {
      const [section = "", first = "", end = "", ...keys] = line.split(" ");
      const range = { ...bound("first", first), ...bound("end", end) };
      return keys.map((key) => [section === "-" ? key : `${section}.${key}`, range] as const);
    }),
  );
}

function bound(name: keyof Range, release: string): Range {
  return release === "-" ? {} : { [name]: release as Minor };
}

/** When GitLab knows a name: `yes` in this release, `ended` or `coming` in which one, or not at all. */
export type Known =
  | { readonly known: "yes" | "never" }
  | { readonly known: "ended" | "coming"; readonly release: Minor };

/**
 * What a release knows of a name: `nginx.status` for `nginx['status']`, `registry.nginx.listen_port` for the key of a hash,
 * `external_url` for the top level. A release later than 19.3 is judged as 19.3, the last that was read.
 */
export function known(name: string, version: Version): Known {
  const range = names.get(name);
  if (range === undefined) return { known: "never" };
  if (range.first !== undefined && !since(version, range.first)) {
    return { known: "coming", release: range.first };
  }
  if (range.end !== undefined && since(version, range.end)) {
    return { known: "ended", release: range.end };
  }
  return { known: "yes" };
}

/** The names of a section that a release knows; of the top level when it is absent. */
export function namesOf(section: string | undefined, version: Version): string[] {
  const prefix = section === undefined ? "" : `${section}.`;
  return [...names.keys()]
    .filter((name) => name.startsWith(prefix) && !name.slice(prefix.length).includes("."))
    .filter((name) => known(name, version).known === "yes")
    .map((name) => name.slice(prefix.length));
}
