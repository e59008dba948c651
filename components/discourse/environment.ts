import * as pulumi from "@pulumi/pulumi";
import { bytes } from "../../formats/size.ts";
import { webWorkers } from "../discourse-image/index.ts";
import type { DiscourseOptions } from "./options.ts";
import type { DatabaseOptions } from "./stores.ts";
import { databaseOf, redisOf } from "./two-containers.ts";

/** What all containers and builds have (discourse_docker, samples). */
export const language = { LANG: "en_US.UTF-8", LANGUAGE: "en_US.UTF-8", LC_ALL: "en_US.UTF-8" };

/**
 * What the container and the build of its image share: the build fills a new database, in the forum's language and with its
 * name. Nothing in it is secret, for an image keeps the environment of its build.
 */
export function seedEnvironment(options: DiscourseOptions): Record<string, string> {
  return {
    ...language,
    DISCOURSE_HOSTNAME: options.hostname,
    DISCOURSE_FORCE_HTTPS: "true",
    DISCOURSE_DEVELOPER_EMAILS: options.developerEmails.join(","),
    DISCOURSE_NOTIFICATION_EMAIL: notificationEmail(options),
    DISCOURSE_DEFAULT_LOCALE: options.language,
  };
}

/** From whom the forum's mail comes. */
export function notificationEmail(options: DiscourseOptions): string {
  return options.notificationEmail ?? `noreply@${options.hostname}`;
}

/**
 * The container's environment by name. Every DISCOURSE_* variable becomes a line of discourse.conf at boot and
 * shadows the site setting of that name (discourse/discourse, lib/site_setting_extension.rb).
 */
export function environment(options: DiscourseOptions): Record<string, pulumi.Input<string>> {
  const { smtp } = options;
  // A request is a little larger than the file in it: the multipart envelope gets 16 KiB.
  const fileLimit = String(Math.max(1, Math.floor(bytes(options.uploadLimit) / 1024) - 16));
  return {
    ...seedEnvironment(options),
    DISCOURSE_MAX_ATTACHMENT_SIZE_KB: fileLimit,
    DISCOURSE_MAX_IMAGE_SIZE_KB: fileLimit,
    DISCOURSE_SMTP_ADDRESS: smtp.address,
    DISCOURSE_SMTP_PORT: String(smtp.port),
    ...(smtp.port === 465 ? { DISCOURSE_SMTP_FORCE_TLS: "true" } : {}),
    DISCOURSE_SMTP_USER_NAME: smtp.user,
    DISCOURSE_SMTP_PASSWORD: smtp.password,
    ...storesElsewhere(options),
    ...(buildsBeside(options) ? { SKIP_POST_DEPLOYMENT_MIGRATIONS: "0" } : {}),
  };
}

/** Whether its next image is built while the forum serves, since no database is in it: that leaves some migrations for later. */
export function buildsBeside(options: DiscourseOptions): boolean {
  return "launcher" in options.image && databaseOf(options) !== undefined;
}

/** How a database and a Redis elsewhere are reached: by the container, and by the build that migrates. Both hold passwords. */
export function storesElsewhere(options: DiscourseOptions): Record<string, pulumi.Input<string>> {
  const database = databaseOf(options);
  const redis = redisOf(options);
  return {
    ...(database ? databaseElsewhere(database) : {}),
    ...(redis ? redisElsewhere(redis) : {}),
  };
}

/** An empty socket is what makes Discourse go by the address; copies have a port of their own (config/discourse_defaults.conf). */
function databaseElsewhere({ address, port, name, user, password }: DatabaseOptions) {
  return {
    DISCOURSE_DB_SOCKET: "",
    DISCOURSE_DB_HOST: address,
    DISCOURSE_DB_PORT: String(port),
    DISCOURSE_DB_BACKUP_PORT: String(port),
    DISCOURSE_DB_NAME: name,
    DISCOURSE_DB_USERNAME: user,
    DISCOURSE_DB_PASSWORD: password,
  };
}

function redisElsewhere({
  address,
  port,
  password,
}: NonNullable<ReturnType<typeof redisOf>>): Record<string, pulumi.Input<string>> {
  return {
    DISCOURSE_REDIS_HOST: address,
    DISCOURSE_REDIS_PORT: String(port),
    ...(password === undefined ? {} : { DISCOURSE_REDIS_PASSWORD: password }),
  };
}

/** How many web workers the image's inner server starts, where the options say what the machine has. */
function workers({ memory, cores }: DiscourseOptions): Record<string, string> {
  if (memory === undefined || cores === undefined) return {};
  return { UNICORN_WORKERS: String(webWorkers(memory, cores)) };
}

/** The environment as Docker takes it, sorted, so that its order never makes a difference. Secret as a whole. */
export function environmentList(options: DiscourseOptions): pulumi.Output<string[]> {
  return pulumi
    .all({ ...workers(options), ...options.environment, ...environment(options) })
    .apply((known) => Object.entries(known).map(([name, value]) => `${name}=${value}`))
    .apply((lines) => lines.toSorted());
}

/** All names that typed options set, so that no other option may. */
export const typedNames: readonly string[] = [
  "LANG",
  "LANGUAGE",
  "LC_ALL",
  "DISCOURSE_HOSTNAME",
  "DISCOURSE_FORCE_HTTPS",
  "DISCOURSE_DEVELOPER_EMAILS",
  "DISCOURSE_NOTIFICATION_EMAIL",
  "DISCOURSE_DEFAULT_LOCALE",
  "DISCOURSE_MAX_ATTACHMENT_SIZE_KB",
  "DISCOURSE_MAX_IMAGE_SIZE_KB",
  "DISCOURSE_SMTP_ADDRESS",
  "DISCOURSE_SMTP_PORT",
  "DISCOURSE_SMTP_FORCE_TLS",
  "DISCOURSE_SMTP_USER_NAME",
  "DISCOURSE_SMTP_PASSWORD",
  "DISCOURSE_DB_SOCKET",
  "DISCOURSE_DB_HOST",
  "DISCOURSE_DB_PORT",
  "DISCOURSE_DB_BACKUP_PORT",
  "DISCOURSE_DB_NAME",
  "DISCOURSE_DB_USERNAME",
  "DISCOURSE_DB_PASSWORD",
  "DISCOURSE_REDIS_HOST",
  "DISCOURSE_REDIS_PORT",
  "DISCOURSE_REDIS_PASSWORD",
  "SKIP_POST_DEPLOYMENT_MIGRATIONS",
];
