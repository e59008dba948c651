import { z } from "zod";
import { hostname } from "../host/index.ts";
import { safeSecret } from "./safe-secret.ts";

const address = z.union([hostname, z.ipv4().regex(/^(?!127\.|0\.)/)], {
  error:
    "must be a host name such as db.example.org, or an IPv4 address; the machine itself is no localhost there, but its address in " +
    "Docker's network, such as 172.17.0.1",
});

const port = z.int().min(1).max(65535);

const word = z.string().regex(/^[a-z_][a-z0-9_]{0,62}$/, {
  error: "must be a name of PostgreSQL's in lower case, such as discourse",
});

/** A PostgreSQL that is elsewhere. */
export const DatabaseOptions = z.strictObject({
  address: address.describe("The server, as the machine and its containers reach it."),
  port: port.default(5432).describe("Its port."),
  name: word.default("discourse").describe("The database, which is the forum's alone."),
  user: word.default("discourse").describe("The login, which owns the database."),
  password: safeSecret.describe("Its password, encrypted in the stack file."),
});

/** A validated database section. */
export type DatabaseOptions = z.output<typeof DatabaseOptions>;

/** A Redis that is elsewhere. */
export const RedisOptions = z.strictObject({
  address: address.describe("The server, as the machine and its containers reach it."),
  port: port.default(6379).describe("Its port."),
  password: safeSecret.describe("Its password, encrypted in the stack file."),
});

/** A validated Redis section. */
export type RedisOptions = z.output<typeof RedisOptions>;

/** The port on which the container listens. */
export const portOption = z
  .int()
  .min(1024)
  .max(65535)
  .optional()
  .describe(
    "A free port of the machine, on its loopback alone, by which nginx reaches an image that listens on port 80 and on no socket.",
  );

interface Written {
  readonly image: object;
  readonly database?: unknown;
  readonly redis?: unknown;
  readonly port?: unknown;
}

const built =
  "must not be there: the image that the launcher builds has it in itself; give a ready image by `image.name`";

/** Refuses what no image is made for. */
export function refuseStores(options: Written, context: z.RefinementCtx): void {
  const problem = (path: string, message: string) => {
    context.addIssue({ code: "custom", path: [path], message });
  };
  const given = (name: "database" | "redis" | "port") => options[name] !== undefined;
  if ("launcher" in options.image) {
    for (const name of ["database", "redis"] as const) if (given(name)) problem(name, built);
    if (given("port"))
      problem("port", "must not be there: the image that the launcher builds listens on a socket");
  } else if (given("database") !== given("redis")) {
    const [has, lacks] = given("database") ? ["database", "redis"] : ["redis", "database"];
    problem(
      lacks,
      `is missing: an image without a database has no Redis either, so it goes with \`${has}\``,
    );
  }
}
