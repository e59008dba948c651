import { createHash } from "node:crypto";
import { z } from "zod";
import { bytes, type Size } from "../../formats/size.ts";
import { document } from "../../formats/yaml.ts";
import type { LauncherOptions, StepOptions } from "./options.ts";
import { pluginCommands } from "./plugins.ts";
import { sharedBuffers } from "./scaling.ts";
import { separator } from "./shell-code.ts";
import { fileTemplates, hooks, standaloneTemplates } from "./templates.ts";
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
    .refine((list) => list.filter((name) => name.includes("postgres")).length === 1, {
      error: "holds no PostgreSQL, or two",
    }),
  base_image: z.string().optional(),
  expose: z.array(z.never()),
  links: z.array(z.never()),
  params: z.record(z.string().regex(/^[a-z_]+$/), z.string().regex(/^[\w.:/%+-]{1,64}$/)),
  env: z.record(variable, variableValue),
  volumes: z
    .array(z.strictObject({ volume: z.strictObject({ host: folder, guest: folder }) }))
    .min(1, { error: "the launcher ends without any" }),
  hooks: z.partialRecord(z.enum(hooks), z.array(step)),
  run: z.array(step),
});

/** A validated `containers/app.yml`. */
export type AppFile = z.output<typeof AppFile>;

const heading = `# Written by the community platform: a change by hand goes with the next \`pulumi up\`. It says how the image is built.
# How the container runs, and all that is secret in that, is the platform's, so neither start nor rebuild it by the launcher.
`;

/** The file as data. */
export function appFile(wanted: ImageWanted): AppFile {
  const { options, shared, uploadLimit, memory } = wanted;
  const plugins = options.plugins.map((plugin) => ({
    exec: { cd: "$home/plugins", cmd: pluginCommands(plugin) },
  }));
  const around: AppFile["hooks"] = {};
  for (const hook of hooks) {
    const first = hook === "after_code" ? plugins : [];
    const steps = [...first, ...(options.hooks[hook] ?? []).map(execOf)];
    if (steps.length > 0) around[hook] = steps;
  }
  return {
    templates: [...standaloneTemplates(options.postgres, options.templates)],
    ...(options.base === undefined ? {} : { base_image: options.base }),
    expose: [],
    links: [],
    params: sorted({
      ...options.params,
      ...(memory === undefined ? {} : { db_shared_buffers: sharedBuffers(memory) }),
      upload_size: String(bytes(uploadLimit)),
      version: options.version,
    }),
    env: sorted({ ...options.environment, ...wanted.environment }),
    volumes: [
      { volume: { host: shared, guest: "/shared" } },
      { volume: { host: `${shared}/log/var-log`, guest: "/var/log" } },
    ],
    hooks: around,
    run: options.run.map(execOf),
  };
}

/** By name, so that the order in which somebody wrote them makes no difference. */
function sorted(values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function execOf({ directory, commands }: StepOptions) {
  return { exec: { ...(directory === undefined ? {} : { cd: directory }), cmd: commands } };
}

/** The text of `containers/app.yml`. Refuses what is not as a launcher reads it (ZodError). */
export function appText(wanted: ImageWanted): string {
  return heading + document(AppFile.parse(appFile(wanted)));
}

/**
 * What sets the image apart from others, as 12 hexadecimal digits: all that its build reads but the variables that the
 * container has anyhow, the commit of discourse_docker, and the edition.
 */
export function imageId(wanted: ImageWanted): string {
  const { options } = wanted;
  const built = { ...appFile(wanted), env: sorted(options.environment) };
  const { commit, edition = "" } = options;
  return createHash("sha256")
    .update(JSON.stringify([built, commit, edition]))
    .digest("hex")
    .slice(0, 12);
}
