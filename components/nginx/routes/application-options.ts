import { z } from "zod";
import { hostname, size } from "../../host/index.ts";
import { path } from "./paths.ts";

const place = {
  hostname: hostname.describe("The site that answers."),
  path: path
    .refine((text) => text.endsWith("/"), {
      error: "must end in a slash, such as /wiki/: all below belongs to the application",
    })
    .describe("The path below which it answers; it ends in a slash."),
};

/** An application that listens on the machine. */
const Upstream = z.strictObject({
  kind: z.literal("upstream").describe("An application that listens on the machine."),
  ...place,
  to: z
    .string()
    .regex(/^(?:unix:(?:\/[\w-][\w.-]*)+|http:\/\/(?:127(?:\.\d{1,3}){3}|\[::1\]):[1-9]\d{0,4})$/, {
      error:
        "must be a unix socket such as unix:/run/wiki.sock, or a port of the machine itself such as " +
        "http://127.0.0.1:8081: over a network, all would travel in plain text",
    })
    .describe("Where it listens: a unix socket or a port of the machine itself, without TLS."),
  prefix: z
    .enum(["keep", "strip"])
    .default("keep")
    .describe("Whether it is asked with `path` in front, or as if it had the site to itself."),
  uploadLimit: size.default("1 MiB").describe("Largest request; larger ones are answered 413."),
  streaming: z.boolean().default(false).describe("Whether its answers are passed on as they come."),
  answerSeconds: z
    .int()
    .min(1)
    .max(3600)
    .optional()
    .describe(
      "How long it may say nothing until the offline page is shown; as for the site when absent.",
    ),
});

/** What stays of an application that is gone: files that nobody changes any more. */
const Archive = z.strictObject({
  kind: z.literal("archive").describe("Files on the machine, such as a copy of the old board."),
  ...place,
  directory: z
    .string()
    .regex(/^(?:\/[\w-][\w.-]*){2,}$/, {
      error: "must be an absolute path of plain characters below a folder, such as /srv/old-board",
    })
    .refine(
      (text) =>
        !/^\/(?:boot|dev|etc|proc|root|run|sys|var\/(?:lib|log|discourse))\//.test(`${text}/`),
      {
        error: "must not be a place of the system or of the forum's data: put the files below /srv",
      },
    )
    .describe(
      "Where the files are, readable by www-data. You put them there; nothing changes them.",
    ),
});

/** A further application of a site, or what stays of one. */
export const ApplicationOptions = z.discriminatedUnion("kind", [Upstream, Archive], {
  error: "must be upstream or archive",
});

/** Further applications of a host's sites; one path belongs to one. */
export const ApplicationList = z
  .array(ApplicationOptions)
  .refine(
    (list) => new Set(list.map(({ hostname, path }) => hostname + path)).size === list.length,
    { error: "must not give one path to two applications: take one of them out" },
  );

/** A validated further application. */
export type ApplicationOptions = z.output<typeof ApplicationOptions>;

/** A validated application that listens on the machine. */
export type Upstream = z.output<typeof Upstream>;

/** A validated archive. */
export type Archive = z.output<typeof Archive>;
