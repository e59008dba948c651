import { z } from "zod";
import { commit, PluginOptions, pluginName, repository } from "./plugins.ts";
import { commands, refuseParams } from "./shell-code.ts";
import {
  defaultMajor,
  extraTemplates,
  fixedParams,
  freeParams,
  hooks,
  ofStores,
  postgresMajors,
  refusedTemplates,
  stepOf,
} from "./templates.ts";
import { variable, variableValue } from "./values.ts";

/** A template that may be added; each other one is refused with its reason. */
const template = z.enum(extraTemplates, {
  error: ({ input }) =>
    refusedTemplates[String(input)] ??
    `is not a template that can be added: take one of ${extraTemplates.join(", ")}`,
});

const isFixed = (name: unknown) => fixedParams.some((one) => one === name);

/** Parameters of the templates, each of which one of them reads. */
const ParamsOptions = z.partialRecord(
  z.enum(freeParams, {
    error: ({ input }) =>
      isFixed(input)
        ? "is set by another option, or must stay as it is: take it out"
        : `is read by no template: take one of ${freeParams.join(", ")}`,
  }),
  z.string().regex(/^[A-Za-z0-9_.:/%+-]{1,64}$/, {
    error: "must be 1 to 64 of the characters A-Z a-z 0-9 _.:/%+-, in quotes",
  }),
);

/** A step of the build that somebody adds. */
const StepOptions = z.strictObject({
  directory: z
    .string()
    .regex(/^(?:\$home|\/)[\w./-]*$/, {
      error: "must be an absolute path, or one that begins with $home",
    })
    .optional()
    .describe("Where it runs."),
  commands,
});

/** A word that stands for one build of what an image is built from. */
export const edition = z
  .string()
  .regex(/^[\w.-]{1,32}$/, { error: "must be a word, such as 2026-11" })
  .optional();

/** An image that the launcher of discourse_docker builds on the machine. */
export const LauncherOptions = z
  .strictObject({
    repository: repository
      .default("https://github.com/discourse/discourse_docker.git")
      .describe("Where discourse_docker comes from; a mirror of yours will do."),
    commit: commit.describe(
      "Which commit of it: never an older one than the forum was built with.",
    ),
    version: z
      .string()
      .regex(
        /^(?:latest|esr|release|release\/\d{4}\.\d{1,2}|v\d{4}\.\d{1,2}\.\d{1,3}(?:[.-][\w.-]+)?|[0-9a-f]{40})$/,
        {
          error:
            "must be esr, latest, release, release/2026.7, a tag such as v2026.7.1, or a commit's 40 digits (stable, beta and " +
            "tests-passed are gone)",
        },
      )
      .default("esr")
      .describe("Which Discourse. It never goes back to an older one."),
    edition: edition.describe(
      "Any word; with another one the image is built anew, to fetch what `version` is by now.",
    ),
    base: z
      .string()
      .regex(/^[a-z0-9][\w./:-]*(?::[\w][\w.-]{0,127}|@sha256:[0-9a-f]{64})$/, {
        error: "must name a tag or a digest, such as discourse/base:2.0.20260803-0122",
      })
      .optional()
      .describe("The image that it is built on; the one that the checkout names if absent."),
    postgres: z
      .union(
        postgresMajors.map((major) => z.literal(major)),
        {
          error: `must be one of ${postgresMajors.join(", ")}`,
        },
      )
      .optional()
      .describe(`PostgreSQL's major version, which only goes up; ${defaultMajor} if absent.`),
    upgradePostgresFrom: z
      .literal(postgresMajors)
      .optional()
      .describe(
        "The major version that the data are of: confirms that a build brings them to `postgres`, which cannot be taken back.",
      ),
    templates: z.array(template).default([]).describe("More templates of discourse_docker."),
    params: ParamsOptions.default({}).describe("Parameters of the templates, such as db_work_mem."),
    environment: z
      .record(variable, variableValue)
      .default({})
      .describe("Environment of the build, which the image keeps. Not for secrets."),
    plugins: z
      .array(PluginOptions)
      .default([])
      .describe("Plugins that are not part of Discourse itself."),
    hooks: z
      .partialRecord(
        z.enum(hooks, { error: `is no step of the templates: take one of ${hooks.join(", ")}` }),
        z.array(StepOptions),
      )
      .default({})
      .describe("Steps of yours before or after one of the templates."),
    run: z.array(StepOptions).default([]).describe("Steps of yours at the end."),
    minutes: z.int().min(5).max(240).default(60).describe("How long a build may take, in minutes."),
  })
  .superRefine((options, context) => {
    const { templates, plugins, hooks: around, run } = options;
    const twice = (path: string, names: readonly string[]) => {
      names.forEach((name, index) => {
        if (names.indexOf(name) < index)
          context.addIssue({
            code: "custom",
            path: [path, index],
            message: `is the second ${name}: take one out`,
          });
      });
    };
    twice("templates", templates);
    twice("plugins", plugins.map(pluginName));
    const steps = Object.entries(around).flatMap(([hook, list]) =>
      list.map((step, index) => ({ step, path: ["hooks", hook, index] })),
    );
    const last = run.map((step, index) => ({ step, path: ["run", index] }));
    for (const { step, path } of [...steps, ...last]) refuseParams(step.commands, path, context);
  });

/** A validated build. */
export type LauncherOptions = z.output<typeof LauncherOptions>;

/** The options, by their paths, that are about a database or a Redis in the image, and mean nothing without. */
export function storesInImage({
  postgres,
  upgradePostgresFrom,
  params,
  hooks: around,
}: LauncherOptions): string[][] {
  const steps = Object.keys(around).filter((hook) => ofStores(stepOf(hook)));
  return [
    ...(postgres === undefined ? [] : [["postgres"]]),
    ...(upgradePostgresFrom === undefined ? [] : [["upgradePostgresFrom"]]),
    ...Object.keys(params)
      .filter(ofStores)
      .map((name) => ["params", name]),
    ...steps.map((hook) => ["hooks", hook]),
  ];
}

/** A validated step. */
export type StepOptions = z.output<typeof StepOptions>;
