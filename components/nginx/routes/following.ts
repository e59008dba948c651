import type { ApplicationOptions } from "./application-options.ts";
import { whole } from "./paths.ts";
import type { PathRedirect, QueryRedirect, RedirectOptions } from "./redirect-options.ts";

/** Who answers which path of the sites of a stack. */
export interface Routes {
  /** The site that each name leads to, its own name among them. */
  readonly names: ReadonlyMap<string, string>;
  readonly redirects: readonly RedirectOptions[];
  readonly applications: readonly ApplicationOptions[];
  /** The entries of a table by its path, with keys in lower case. */
  readonly tables: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

/** So many redirects in a row are followed by every browser. */
export const mostHops = 10;

/** Where nginx leads a URL in one step; undefined when somebody answers it. */
export function step(at: string, { names, redirects, applications, tables }: Routes) {
  const url = new URL(at);
  const site = names.get(url.hostname);
  if (site === undefined || url.port !== "") return undefined;
  if (url.protocol === "http:" || url.hostname !== site) {
    return `https://${site}${url.pathname}${url.search}`;
  }
  const path = decoded(url.pathname);
  const exact = redirects.find(({ hostname, from }) => hostname === site && from === path);
  if (exact?.kind === "query") return answer(exact, url.search.slice(1), tables);
  if (exact) return target(exact, url.search, path);
  const above = (hostname: string, start: string) =>
    hostname === site && start.endsWith("/") && path.startsWith(start);
  const owners = applications.filter((one) => above(one.hostname, one.path));
  const tree = redirects
    .filter((one) => one.kind !== "query")
    .filter(({ hostname, from }) => above(hostname, from))
    .toSorted((a, b) => b.from.length - a.from.length)[0];
  if (tree === undefined) return undefined;
  const isOwned = owners.some(({ path: start }) => start.length > tree.from.length);
  return isOwned ? undefined : target(tree, url.search, path);
}

/** A path as nginx compares it: decoded, and without empty segments. */
function decoded(path: string): string {
  const merged = path.replaceAll(/\/{2,}/g, "/");
  try {
    return decodeURIComponent(merged);
  } catch {
    return merged;
  }
}

function target({ hostname, from, to, query }: PathRedirect, search: string, path: string): string {
  const isTree = from.endsWith("/");
  const behind = isTree ? path.slice(from.length).split("/").map(encodeURIComponent).join("/") : "";
  return (
    whole(hostname, to) + behind + ((query ?? (isTree ? "keep" : "drop")) === "keep" ? search : "")
  );
}

function answer(
  { hostname, maps, otherwise }: QueryRedirect,
  query: string,
  tables: Routes["tables"],
): string | undefined {
  for (const { parameter, after = "", csv } of maps) {
    const key = parameter === undefined ? numberAfter(after, query) : valueOf(parameter, query);
    const to = tables.get(csv)?.get(key.toLowerCase());
    if (to !== undefined) return whole(hostname, to);
  }
  return typeof otherwise === "number" || otherwise === "site"
    ? undefined
    : whole(hostname, otherwise);
}

function numberAfter(text: string, query: string): string {
  return query.startsWith(text) ? (/^\d+/.exec(query.slice(text.length))?.[0] ?? "") : "";
}

/** The first of its name, as it was sent; nginx compares names without their case. */
function valueOf(parameter: string, query: string): string {
  const start = `${parameter}=`.toLowerCase();
  return (
    query
      .split("&")
      .find((one) => one.toLowerCase().startsWith(start))
      ?.slice(start.length) ?? ""
  );
}

/** A way that leads on and on. */
export interface Endless {
  /** Index of the redirect that it starts with. */
  readonly index: number;
  /** The addresses on it, up to the first that comes again or to one too many. */
  readonly way: readonly string[];
}

/**
 * The redirects from which a browser would not come to an end, one way each. To follow these few starts is enough: what a
 * visitor adds behind a path can only make a longer rule answer, whose start is among them, and all that a table answers
 * is followed, too. `*` stands for it, which no path of a rule holds.
 */
export function endless(routes: Routes): Endless[] {
  return routes.redirects.flatMap((redirect, index) => {
    for (const start of starts(redirect, routes)) {
      const way = follow(start, routes);
      const comesAgain = new Set(way).size < way.length;
      if (comesAgain || way.length > mostHops + 1) return [{ index, way }];
    }
    return [];
  });
}

function* starts(redirect: RedirectOptions, { tables }: Routes): Generator<string> {
  const from = whole(redirect.hostname, redirect.from);
  yield from;
  if (redirect.kind !== "query") {
    if (redirect.from.endsWith("/")) yield `${from}*`;
    return;
  }
  for (const { parameter, after = "", csv } of redirect.maps) {
    for (const key of tables.get(csv)?.keys() ?? []) {
      yield `${from}?${parameter === undefined ? after : `${parameter}=`}${key}`;
    }
  }
}

/** The addresses on the way of a URL, itself the first; it ends where one comes again, or after one hop too many. */
export function follow(start: string, routes: Routes, most = mostHops): string[] {
  const way = [start];
  for (let at = step(start, routes); at !== undefined; at = step(at, routes)) {
    const known = way.includes(at);
    way.push(at);
    if (known || way.length > most + 1) break;
  }
  return way;
}
