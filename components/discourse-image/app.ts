import { createHash } from "node:crypto";
import { z } from "zod";
import { bytes, type Size } from "../../formats/size.ts";
import { document } from "../../formats/yaml.ts";
import type { LauncherOptions, StepOptions } from "./options.ts";
import { pluginCommands } from "./plugins.ts";
import { sharedBuffers } from "./scaling.ts";
import { separator } from "./shell-code.ts";
import {
  dataTemplates,
  defaultMajor,
  fileTemplates,
  hooks,
  ofStores,
  standaloneTemplates,
  stepOf,
  webTemplates,
} from "./templates.ts";
import { variable, variableValue } from "./values.ts";

/** What the image of a forum is built from. */
export interface ImageWanted {
  readonly options: LauncherOptions;
  /** The directory of the host that is /shared in the container: the build makes the database there. */
  readonly shared: string;
  readonly uploadLimit: Size;
  /** The machine's memory, or the container's; PostgreSQL's buffers stay as the template has them when it is absent. */
  readonly memory?: Size;
  /** Plain variables that the container is always given, too, so that the first build fills the database accordingly. */
  readonly environment: Readonly<Record<string, string>>;
  /**
   * Which database it works on, such as db.example.org:5432/discourse, when that is elsewhere, and so is Redis. The build
   * brings it to the image's version, so it needs the variables that lead there (`appText`).
   */
  readonly elsewhere?: string;
  /** The database and Redis alone, for a container of their own; `elsewhere` is what works with them. */
  readonly part?: "data";
  /** Docker's network in which the build reaches them there. */
  readonly network?: string;
}

const text = z.string().refine((one) => !one.includes(separator));
const step = z.strictObject({
  exec: z.strictObject({ cd: text.optional(), cmd: z.array(text).min(1) }),
});
const folder = z.string().regex(/^(?:\/[\w.-]+)+$/);

/** What may stand in `containers/app.yml`: what a launcher reads, as we write it, and nothing else. */
export const AppFile = z.strictObject({
  templates: z
    .array(z.enum(fileTemplates))
    .refine((list) => new Set(list).size === list.length, { error: "holds one twice" })
    .refine((list) => count(list, "postgres") <= 1, { error: "holds two PostgreSQLs" })
    .refine((list) => count(list, "postgres") === count(list, "redis"), {
      error: "holds a PostgreSQL without Redis, or the other way round",
    }),
  base_image: z.string().optional(),
  docker_args: z
    .string()
    .regex(/^--network [a-z][a-z-]*$/)
    .optional(),
  expose: z.array(z.never()),
  links: z.array(z.never()),
  params: z.record(z.string().regex(/^[a-z_]+$/), z.string().regex(/^[\w.:/%+-]{1,64}$/)),
  env: z.record(variable, z.union([variableValue, z.literal("")])),
  volumes: z
    .array(z.strictObject({ volume: z.strictObject({ host: folder, guest: folder }) }))
    .min(1, { error: "the launcher ends without any" }),
  hooks: z.partialRecord(z.enum(hooks), z.array(step)),
  run: z.array(step),
});

function count(templates: readonly string[], word: string): number {
  return templates.filter((name) => name.includes(word)).length;
}

/** A validated `containers/app.yml`. */
export type AppFile = z.output<typeof AppFile>;

const heading = `# Written by the community platform: a change by hand goes with the next \`pulumi up\`. It says how the image is built.
# How the container runs, and all that is secret in that, is the platform's, so neither start nor rebuild it by the launcher.
`;

/** The file as data. */
export function appFile(wanted: ImageWanted): AppFile {
  const { options, shared, elsewhere, part, network } = wanted;
  return {
    templates: templatesOf(wanted),
    ...(options.base === undefined ? {} : { base_image: options.base }),
    ...(network === undefined ? {} : { docker_args: `--network ${network}` }),
    expose: [],
    links: [],
    params: paramsOf(wanted),
    env: sorted({
      ...(part === undefined ? options.environment : {}),
      ...wanted.environment,
      ...(elsewhere === undefined ? {} : { SKIP_POST_DEPLOYMENT_MIGRATIONS: "1" }),
    }),
    volumes: [
      { volume: { host: shared, guest: "/shared" } },
      { volume: { host: `${shared}/log/var-log`, guest: "/var/log" } },
    ],
    hooks: hooksOf(wanted),
    run: part === undefined ? options.run.map(execOf) : [],
  };
}

function templatesOf({ options, elsewhere, part }: ImageWanted): string[] {
  const major = options.postgres ?? defaultMajor;
  if (part === "data") return [...dataTemplates(major)];
  if (elsewhere !== undefined) return [...webTemplates(options.templates)];
  return [...standaloneTemplates(major, options.templates)];
}

/** Whether a parameter, or a step, is one of the image's: of what is in two containers, each has its own. */
function concerns({ elsewhere, part }: ImageWanted, name: string): boolean {
  if (part === "data") return ofStores(name);
  return elsewhere === undefined || !ofStores(name);
}

function paramsOf(wanted: ImageWanted): Record<string, string> {
  const { options, uploadLimit, memory, elsewhere, part } = wanted;
  const free = Object.entries(options.params).filter(([name]) => concerns(wanted, name));
  const buffered = memory !== undefined && elsewhere === undefined;
  return sorted({
    ...Object.fromEntries(free),
    ...(buffered ? { db_shared_buffers: sharedBuffers(memory) } : {}),
    ...(part === undefined
      ? { upload_size: String(bytes(uploadLimit)), version: options.version }
      : {}),
  });
}

function hooksOf(wanted: ImageWanted): AppFile["hooks"] {
  const { options, part } = wanted;
  const plugins = options.plugins.map((plugin) => ({
    exec: { cd: "$home/plugins", cmd: pluginCommands(plugin) },
  }));
  const around: AppFile["hooks"] = {};
  for (const hook of hooks) {
    if (!concerns(wanted, stepOf(hook))) continue;
    const first = hook === "after_code" && part === undefined ? plugins : [];
    const steps = [...first, ...(options.hooks[hook] ?? []).map(execOf)];
    if (steps.length > 0) around[hook] = steps;
  }
  return around;
}

/** By name, so that the order in which somebody wrote them makes no difference. */
function sorted(values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function execOf({ directory, commands }: StepOptions) {
  return { exec: { ...(directory === undefined ? {} : { cd: directory }), cmd: commands } };
}

/**
 * The text of `containers/app.yml`, to which further variables may be given. Refuses what is not as a launcher reads it
 * (ZodError); these variables, which may be secret, are not among that.
 */
export function appText(wanted: ImageWanted): (more: Readonly<Record<string, string>>) => string {
  const file = AppFile.parse(appFile(wanted));
  return (more) => heading + document({ ...file, env: sorted({ ...file.env, ...more }) });
}

/**
 * What sets the image apart from others, as 12 hexadecimal digits: all that its build reads but the variables that the
 * container has anyhow, the commit of discourse_docker, and the edition; and which database it has brought to its version. With
 * another commit the database alone is not built anew: its forum would be away for a template that mostly is the same.
 */
export function imageId(wanted: ImageWanted): string {
  const { options, elsewhere, part } = wanted;
  const database = elsewhere === undefined ? [] : [elsewhere];
  const environment = part === undefined ? options.environment : {};
  const built = { ...appFile(wanted), env: sorted(environment) };
  const { commit, edition = "" } = options;
  return createHash("sha256")
    .update(JSON.stringify([built, part === undefined ? commit : part, edition, ...database]))
    .digest("hex")
    .slice(0, 12);
}
