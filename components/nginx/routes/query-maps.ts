import { createHash } from "node:crypto";
import { directive, patternMap, render, textMap, type Directive } from "../../../formats/nginx.ts";
import type { ConfigFile } from "../../host/index.ts";
import { whole } from "./paths.ts";
import type { Lookup, QueryRedirect, RedirectOptions } from "./redirect-options.ts";
import { entriesOf } from "./table.ts";

/** A name for a key of a page: the same as long as page and key are, whatever else is redirected. */
function nameOf({ hostname, from }: QueryRedirect, { parameter, after }: Lookup): string {
  const what = JSON.stringify([hostname, from, parameter?.toLowerCase() ?? null, after ?? null]);
  return createHash("sha256").update(what).digest("hex").slice(0, 12);
}

/** The variable that holds where a key leads, and nothing when no table knows it. */
export function answerOf(redirect: QueryRedirect, lookup: Lookup): string {
  return `$platform_to_${nameOf(redirect, lookup)}`;
}

function pathOf(redirect: QueryRedirect, lookup: Lookup): string {
  const page = redirect.from.slice(1).replaceAll(/[^\w.-]/g, "_");
  return `/etc/nginx/platform/redirects/${page}-${nameOf(redirect, lookup)}.conf`;
}

const quoted = (text: string) => text.replaceAll(/[.]/g, String.raw`\$&`);

/** The map of one key. A visitor's text is only ever looked up: what is answered stands in the table. */
function mapOf(redirect: QueryRedirect, lookup: Lookup): Directive[] {
  const { parameter, after = "", csv } = lookup;
  const answer = answerOf(redirect, lookup);
  const lead = (entries: ReadonlyMap<string, string>) =>
    Array.from(entries, ([key, to]) => [key, whole(redirect.hostname, to)] as const);
  if (parameter !== undefined)
    return [textMap(`$arg_${parameter}`, answer, lead(entriesOf(csv)), "")];
  const number = `platform_key_${nameOf(redirect, lookup)}`;
  const found = patternMap(
    "$args",
    `$${number}`,
    [[`^${quoted(after)}(?<${number}_n>[0-9]+)`, `$${number}_n`]],
    "",
  );
  return [found, textMap(`$${number}`, answer, lead(entriesOf(csv, true)), "")];
}

const isQuery = (redirect: RedirectOptions): redirect is QueryRedirect => redirect.kind === "query";

/** Each key of each page. */
function lookups(redirects: readonly RedirectOptions[]) {
  return redirects
    .filter(isQuery)
    .flatMap((redirect) => redirect.maps.map((lookup) => ({ redirect, lookup })));
}

/** The tables of a host's sites, each a file of its own. */
export function mapFiles(
  redirects: readonly RedirectOptions[],
): (ConfigFile & { readonly content: string })[] {
  return lookups(redirects).map(({ redirect, lookup }) => ({
    path: pathOf(redirect, lookup),
    content: render(mapOf(redirect, lookup)),
  }));
}

/** What takes the tables in, for nginx's own level and before its first map: the sizes hold from there on. */
export function mapsOf(redirects: readonly RedirectOptions[]): Directive[] {
  const all = lookups(redirects);
  if (all.length === 0) return [];
  const tables = all.map(({ lookup }) => entriesOf(lookup.csv, lookup.after !== undefined));
  return [
    ...hashSizes(tables),
    ...all.map(({ redirect, lookup }) => directive("include", pathOf(redirect, lookup))),
  ];
}

const powerAbove = (least: number) => 2 ** Math.ceil(Math.log2(least));

/**
 * Sizes with which nginx builds the largest of these tables without a warning. A bucket gets one key on average and has
 * room for ten of the longest; each takes its length, two bytes and a pointer, rounded up (ngx_hash.c).
 */
export function hashSizes(tables: readonly ReadonlyMap<string, string>[]): Directive[] {
  const count = Math.max(...tables.map(({ size }) => size));
  const longest = Math.max(
    ...tables.flatMap((table) => Array.from(table.keys(), (key) => key.length)),
  );
  const pointer = 8;
  const entry = pointer + pointer * Math.ceil((longest + 2) / pointer);
  return [
    directive("map_hash_bucket_size", powerAbove(10 * entry + pointer)),
    directive("map_hash_max_size", Math.max(2048, powerAbove(count))),
  ];
}
