import { z } from "zod";
import { edition } from "../discourse-image/index.ts";
import type { DiscourseOptions } from "./options.ts";
import { safeSecret } from "./safe-secret.ts";
import type { DatabaseOptions, RedisOptions } from "./stores.ts";

/** In how many containers a forum is. */
export const layouts = ["standalone", "two-container"] as const;

/** The container of its database and Redis, by whose name the other one reaches it; discourse_docker calls it so, too. */
export const dataContainer = "data";

/** Where that keeps all that it must not lose, on the host. */
export const dataDirectory = "/var/discourse/shared/data";

/** Docker's network that both are in, and nobody else. */
export const forumNetwork = "forum-network";

/** The container of the database and Redis. */
export const DataOptions = z.strictObject({
  password: safeSecret.describe(
    "The password by which the forum reaches its database, encrypted in the stack file.",
  ),
  edition: edition.describe(
    "Any word; with another one the image of the database is built anew, which nothing but its own options does else.",
  ),
});

/** Where the forum's container finds its database, when that is not in it. */
export function databaseOf({ database, data }: DiscourseOptions): DatabaseOptions | undefined {
  if (!data) return database;
  const { password } = data;
  return { address: dataContainer, port: 5432, name: "discourse", user: "discourse", password };
}

/** The same of its Redis, which takes no password from who is in its network. */
export function redisOf({
  redis,
  data,
}: DiscourseOptions): (Omit<RedisOptions, "password"> & Partial<RedisOptions>) | undefined {
  return data ? { address: dataContainer, port: 6379 } : redis;
}

interface Written {
  readonly layout: (typeof layouts)[number];
  readonly layoutFrom?: unknown;
  readonly image: object;
  readonly data?: unknown;
  readonly database?: unknown;
  readonly redis?: unknown;
}

/** Refuses options that are not those of the layout. */
export function refuseLayout(options: Written, context: z.RefinementCtx): void {
  const problem = (path: string, message: string) => {
    context.addIssue({ code: "custom", path: [path], message });
  };
  if (options.layout === "standalone") {
    if (options.data !== undefined)
      problem("data", "must not be there: it goes with `layout: two-container`");
    return;
  }
  if (options.data === undefined)
    problem("data", "is missing: `layout: two-container` takes the password of its database");
  if (!("launcher" in options.image))
    problem("image", "must be one that the launcher builds, as `layout: two-container` has both");
  for (const name of ["database", "redis"] as const) {
    if (options[name] !== undefined)
      problem(name, "must not be there: `layout: two-container` has its own");
  }
}
