import { z } from "zod";
import { LauncherOptions, variable, variableValue } from "../discourse-image/index.ts";
import { ImageOptions } from "../docker-engine/index.ts";
import { hostname, mailAddress, secret, size, wildcard } from "../host/index.ts";
import { pageOptions } from "./pages.ts";

// Every value ends up in discourse.conf as `key = 'value'`, read by a regular expression and by ERB
// (docs/decisions/0003-discourse-environment.md); these characters arrive as they are.
const safe = /^(?!\d+$)[A-Za-z0-9_@%+=:,./-]{1,256}$/;
const safeProblem =
  "must be 1 to 256 of the characters A-Z a-z 0-9 _@%+=:,./- and not all digits: " +
  "Discourse's configuration file changes others on the way";

/** The relay that takes the forum's mail. */
const SmtpOptions = z.strictObject({
  address: hostname.describe("The relay."),
  port: z
    .union([z.literal(25), z.literal(465), z.literal(587), z.literal(2525)])
    .default(587)
    .describe("587 and 25 speak STARTTLS, 465 TLS from the first byte."),
  user: secret(safe, safeProblem).describe("The login at the relay, encrypted in the stack file."),
  password: secret(safe, safeProblem).describe("Its password, encrypted in the stack file."),
});

/** An image that is built on the forum's machine. */
const BuiltImage = z.strictObject({
  launcher: LauncherOptions.describe("How discourse_docker's launcher builds it there."),
});

/** A Discourse forum in one container, behind the host's nginx. */
export const DiscourseOptions = z.strictObject({
  host: z.string().describe("The machine that it runs on, by its name under `hosts`."),
  hostname: hostname.describe("The forum's name in the address bar."),
  aliases: z
    .array(
      z.union([hostname, wildcard], {
        error: "must be a host name in lower case, such as www.example.org, or *.example.org",
      }),
    )
    .default([])
    .describe(
      "Other names that lead to it, such as one with www, or all below one by `*.`; its certificate holds them, too.",
    ),
  image: z
    .union([ImageOptions, BuiltImage])
    .describe(
      "An image whose /sbin/boot serves HTTP on /shared/nginx.http.sock: a ready one, or one that is built on the machine.",
    ),
  developerEmails: z
    .array(mailAddress)
    .min(1, { error: "needs at least one address: who signs up with it becomes the administrator" })
    .describe("Addresses whose accounts become administrators."),
  smtp: SmtpOptions,
  notificationEmail: mailAddress
    .optional()
    .describe("From whom the forum's mail comes; noreply@hostname if absent."),
  language: z
    .string()
    .regex(/^[a-z]{2,3}(?:_[A-Z]{2})?$/, {
      error: "must be a locale of Discourse, such as en, de or pt_BR",
    })
    .default("en")
    .describe("The forum's language; nobody can change it in the forum's own settings."),
  plugins: z
    .array(
      z.string().regex(/^[a-z0-9][a-z0-9_-]*$/, { error: "must be the name of a plugin's folder" }),
    )
    .default([])
    .describe(
      "Plugins that the image must hold; one without them never replaces the running forum.",
    ),
  uploadLimit: size.default("10 MiB").describe("Largest request that nginx and the forum take."),
  memory: size
    .optional()
    .describe(
      "Memory that the container may use, as much again as swap; sets PostgreSQL's buffers in an image that is built.",
    ),
  cores: z
    .int()
    .min(1)
    .max(256)
    .optional()
    .describe("Processors of the machine; with `memory`, they set how many web workers there are."),
  bootSeconds: z
    .int()
    .min(10)
    .max(1800)
    .default(300)
    .describe("How long a new container may take until it answers."),
  environment: z
    .record(variable, variableValue)
    .default({})
    .describe(
      "More environment for the container; typed options cannot be overridden here. Not for secrets.",
    ),
  ...pageOptions,
});

/** A validated forum section. */
export type DiscourseOptions = z.output<typeof DiscourseOptions>;
