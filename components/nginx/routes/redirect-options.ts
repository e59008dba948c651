import { z } from "zod";
import { hostname } from "../../host/index.ts";
import { path, target } from "./paths.ts";

const from = path.describe("A path; one that ends in a slash stands for everything below it.");

const status = z
  .union([z.literal(301), z.literal(302)])
  .default(301)
  .describe("301 for ever, which browsers remember, or 302 for now.");

/** A redirect of one page, or of all below a path that ends in a slash. */
const PathRedirect = z
  .strictObject({
    kind: z.literal("path").optional().describe("By the path alone; so it is when absent."),
    hostname: hostname.describe("The site that answers."),
    from,
    to: target.describe(
      "Where it went, a path of the site or a URL; what stood behind `from` is appended when both end in a slash.",
    ),
    query: z
      .enum(["keep", "drop"])
      .optional()
      .describe("What becomes of the query; kept below a path and dropped of a page when absent."),
    status,
  })
  .refine(({ from, to }) => from.endsWith("/") === to.endsWith("/"), {
    path: ["to"],
    error:
      "must end in a slash exactly when `from` does: both stand for a tree, or both for one page",
  })
  .refine(({ from, to }) => !from.endsWith("/") || !/[?#]/.test(to), {
    path: ["to"],
    error: "must not hold a ? or #: what stood behind `from` would become part of it",
  })
  .refine(({ query, to }) => query !== "keep" || !/[?#]/.test(to), {
    path: ["query"],
    error: "cannot be kept: `to` has a query or fragment of its own",
  });

const csv = z
  .string()
  .regex(/^[^\0]+\.csv$/i, { error: "must be the path of a .csv file" })
  .describe(
    "Table with the columns `key` and `target`, UTF-8, comma-separated; its path from the project's folder.",
  );

/** One key that the query may hold, and the table of where it leads. */
const Lookup = z
  .strictObject({
    parameter: z
      .string()
      .regex(/^\w{1,64}$/, { error: "must be the name of a parameter, such as t" })
      .optional()
      .describe("The key is this parameter's value, as in `?t=123`."),
    after: z
      .string()
      .regex(/^[\w./=-]{0,64}$/, { error: "must be plain characters, such as thread/" })
      .optional()
      .describe(
        "The key is the number behind this at the start of the query: `thread/` for `?thread/123-title/`.",
      ),
    csv,
  })
  .refine(({ parameter, after }) => (parameter === undefined) !== (after === undefined), {
    path: ["parameter"],
    error: "or `after` must say where the key is: give one of the two",
  });

/** One page of an old application that showed many, by its query. */
const QueryRedirect = z
  .strictObject({
    kind: z.literal("query").describe("By a key in the query, which a table leads to its place."),
    hostname: hostname.describe("The site that answers."),
    from: from.refine((text) => !text.endsWith("/"), {
      error: "must not end in a slash: it is one page, such as /showthread.php",
    }),
    maps: z
      .array(Lookup)
      .min(1)
      .max(8)
      .refine((list) => new Set(list.map(keyOf)).size === list.length, {
        error: "must not look for one key twice: put both tables into one",
      })
      .describe("Where the key is and where it leads; the first table that knows its key answers."),
    otherwise: z
      .union([z.literal("site"), z.literal(404), z.literal(410), target], {
        error: "must be site, 404, 410, a path of the site, or a URL",
      })
      .default(404)
      .describe(
        "What a key that no table knows gets: the site's own answer, 404, 410, or a place by 302.",
      ),
    status,
  })
  .describe("Redirects by a table; the query itself is dropped.");

/** Parameters' names are compared by nginx without their case. */
function keyOf({ parameter, after }: z.output<typeof Lookup>): string {
  return parameter === undefined ? `after ${after ?? ""}` : `parameter ${parameter.toLowerCase()}`;
}

/** A redirect of a site. */
export const RedirectOptions = z.discriminatedUnion("kind", [PathRedirect, QueryRedirect], {
  error: "must be path or query",
});

/** Redirects of a host's sites; one path leads to one place. */
export const RedirectList = z
  .array(RedirectOptions)
  .refine(
    (list) => new Set(list.map(({ hostname, from }) => hostname + from)).size === list.length,
    { error: "must not lead one path to two places: take one of the redirects out" },
  );

/** A validated redirect. */
export type RedirectOptions = z.output<typeof RedirectOptions>;

/** A validated redirect by a table. */
export type QueryRedirect = z.output<typeof QueryRedirect>;

/** A validated redirect by its path. */
export type PathRedirect = z.output<typeof PathRedirect>;

/** A validated key and its table. */
export type Lookup = z.output<typeof Lookup>;
