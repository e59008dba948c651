import { z } from "zod";
import { LauncherOptions, variable, variableValue } from "../discourse-image/index.ts";
import { ImageOptions } from "../docker-engine/index.ts";
import { hostname, mailAddress, size, wildcard } from "../host/index.ts";
import { pageOptions } from "./pages.ts";
import { safeSecret } from "./safe-secret.ts";
import { DatabaseOptions, portOption, RedisOptions, refuseStores } from "./stores.ts";
import { DataOptions, layouts, refuseLayout } from "./two-containers.ts";

/** The relay that takes the forum's mail. */
const SmtpOptions = z.strictObject({
  address: hostname.describe("The relay."),
  port: z
    .union([z.literal(25), z.literal(465), z.literal(587), z.literal(2525)])
    .default(587)
    .describe("587 and 25 speak STARTTLS, 465 TLS from the first byte."),
  user: safeSecret.describe("The login at the relay, encrypted in the stack file."),
  password: safeSecret.describe("Its password, encrypted in the stack file."),
});

/** What the machine and the relay are asked before the forum is made; swap, disk and docker only where its image is built. */
const preflightQuestions = [
  ...(["memory", "cores", "swap", "disk", "ports", "dns", "docker", "mail", "database"] as const),
] as const;

/** An image that is built on the forum's machine. */
const BuiltImage = z.strictObject({
  launcher: LauncherOptions.describe("How discourse_docker's launcher builds it there."),
});

const everyOption = z.strictObject({
  host: z.string().describe("The machine that it runs on, by its name under `hosts`."),
  hostname: hostname.describe("The forum's name in the address bar."),
  renamedFrom: hostname
    .optional()
    .describe(
      "The name that it has had until now: confirms that `hostname` is another one on purpose.",
    ),
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
  layout: z
    .enum(layouts)
    .default("standalone")
    .describe(
      "All in one container, or with its database and Redis in one of their own, so that it serves while its next image is built.",
    ),
  layoutFrom: z
    .enum(layouts)
    .optional()
    .describe(
      "The layout that it has had until now: confirms that `layout` is another one on purpose, which begins with an empty database.",
    ),
  data: DataOptions.optional().describe(
    "The container of its database and Redis, with `layout: two-container`.",
  ),
  image: z
    .union([ImageOptions, BuiltImage])
    .describe(
      "An image whose /sbin/boot serves HTTP on /shared/nginx.http.sock, or on `port`: a ready one, or one that is built on the machine.",
    ),
  port: portOption,
  database: DatabaseOptions.optional().describe(
    "PostgreSQL elsewhere, for discourse/discourse or an image that is built without; in the container if absent.",
  ),
  redis: RedisOptions.optional().describe("Its Redis; in the container if absent."),
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
  copyBeforeUpgrade: z
    .boolean()
    .default(true)
    .describe("Whether a copy is taken and tried before the forum gets another image."),
  skipPreflight: z
    .array(
      z.enum(preflightQuestions, {
        error: `is no question of the preflight: take some of ${preflightQuestions.join(", ")}`,
      }),
    )
    .default([])
    .describe(
      "What the machine is not asked before the forum is made, such as dns before the name leads there, or mail.",
    ),
  ...pageOptions,
});

/** A Discourse forum behind the host's nginx. */
export const DiscourseOptions = everyOption.superRefine((options, context) => {
  refuseStores(options, context);
  refuseLayout(options, context);
});

/** A validated forum section. */
export type DiscourseOptions = z.output<typeof DiscourseOptions>;
