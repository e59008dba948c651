import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { BackupOptions } from "./components/backup/index.ts";
import { CertificateOptions, CertificateSource } from "./components/certificate/index.ts";
import { ContainerOptions } from "./components/container-machine/index.ts";
import { DiscourseOptions } from "./components/discourse/index.ts";
import { DockerEngineOptions } from "./components/docker-engine/index.ts";
import { instanceName, InstanceOptions } from "./components/gitlab/index.ts";
import { HostOptions, size } from "./components/host/index.ts";
import { IcingaOptions } from "./components/icinga/index.ts";
import { NginxOptions } from "./components/nginx/index.ts";
import { VmOptions } from "./components/vm/index.ts";
import { contradictions } from "./stacks/contradictions.ts";
import type { Problem } from "./stacks/problems.ts";
import { found, secretPaths } from "./stacks/secrets.ts";
import { warnings } from "./stacks/warnings.ts";

/** A machine and the services of the machine itself. */
const HostSection = HostOptions.extend({
  vm: VmOptions.optional().describe(
    "The virtual machine that is made; absent for one that exists.",
  ),
  container: ContainerOptions.optional().describe(
    "The container that is made as a machine, for labs and trials; absent for one that exists.",
  ),
  memory: size
    .optional()
    .describe(
      "What it has, where `vm` does not say it: GitLab instances that need more are refused before a run.",
    ),
  cores: z.int().min(1).max(1024).optional().describe("Its processors, in the same way."),
  docker: DockerEngineOptions.prefault({}),
  nginx: NginxOptions.prefault({}),
});

/** A customer's GitLab, and the certificate of its names. */
const GitLabInstance = InstanceOptions.extend({
  certificate: CertificateSource.optional().describe(
    "Where its certificate comes from, such as the customer; as those of all sites when absent.",
  ),
});

/** The whole configuration of a stack; a section that is absent is not built. */
export const ConfigurationSchema = z.strictObject({
  hosts: z
    .record(
      z.string().regex(/^[a-z][a-z0-9-]{0,30}$/, { error: "must be a short name in lower case" }),
      HostSection,
      { error: "is missing: name at least one machine, as in stacks/Pulumi.forum.yaml" },
    )
    .describe("Machines by name."),
  certificates: CertificateOptions.prefault({}),
  forum: DiscourseOptions.optional(),
  gitlab: z
    .strictObject({
      instances: z.record(instanceName, GitLabInstance).describe("Customers' instances by name."),
    })
    .optional(),
  backups: BackupOptions.optional(),
  monitoring: IcingaOptions.optional(),
});

/** The validated configuration of a stack. */
export type Configuration = z.output<typeof ConfigurationSchema>;

/** Reads a section: its value parsed from JSON where it is JSON, and whether the stack file holds it encrypted. */
export type Source = ReadonlyMap<string, { readonly text: string; readonly secret: boolean }>;

/** Checks the sections. All problems come at once, and none repeats a value that could be a secret. */
export function parse(source: Source): {
  config?: Configuration;
  problems: readonly Problem[];
  warned: readonly Problem[];
} {
  const raw: Record<string, unknown> = {};
  for (const [key, { text }] of source) {
    const value = section(text);
    if (!isEmpty(value)) raw[key] = value;
  }
  const result = ConfigurationSchema.safeParse(raw);
  const problems = result.success ? [] : result.error.issues.flatMap((issue) => explain(issue));
  const plain = secretPaths
    .filter(([key]) => source.get(key)?.secret === false)
    .flatMap((path) => found(raw, path))
    .map((path) => ({
      path: path.join("."),
      message:
        "is in plain text in the stack file: set it again with `pulumi config set --secret --path`",
    }));
  const all = [...problems, ...contradictions(raw), ...plain];
  const warned = warnings(raw);
  return result.success && all.length === 0
    ? { config: result.data, problems: all, warned }
    : { problems: all, warned };
}

function section(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

// Pulumi.yaml gives every declared section the default {}, which stands for "absent".
function isEmpty(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}

function explain(issue: z.core.$ZodIssue): Problem[] {
  const path = issue.path.map(String).join(".");
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      path: path === "" ? key : `${path}.${key}`,
      message: "is not an option: correct its name or take it out (docs/options.md lists all)",
    }));
  }
  if (issue.code === "invalid_union" && issue.message === "Invalid input") {
    const meant = meantChoice(issue.errors);
    return meant.flatMap((one) => explain({ ...one, path: [...issue.path, ...one.path] }));
  }
  if (issue.code === "invalid_key") {
    return [{ path, message: issue.issues.map(({ message }) => message).join("; ") }];
  }
  return [{ path, message: issue.message }];
}

/** Of the choices of a union, the problems of the one that was meant: whose options have the names that were written. */
function meantChoice(choices: readonly (readonly z.core.$ZodIssue[])[]) {
  const strange = (issues: readonly z.core.$ZodIssue[]) =>
    issues.some(({ code, path }) => code === "unrecognized_keys" && path.length === 0);
  return choices.find((issues) => !strange(issues)) ?? choices[0] ?? [];
}

/** The problems as one message for the person who must act. */
export function describe(problems: readonly Problem[], project: string, stack: string): string {
  const lines = problems.map(({ path, message }) => `  ${project}:${path} ${message}`);
  const count = problems.length === 1 ? "one problem" : `${problems.length} problems`;
  return `the configuration of stack ${stack} has ${count}; nothing was changed:\n${lines.join("\n")}`;
}

/** Reads the stack's configuration. Throws one `RunError` with every problem before any resource exists. */
export function loadConfiguration(): Configuration {
  const project = pulumi.getProject();
  const prefix = `${project}:`;
  // Not in the public types: whether a key holds anything encrypted.
  const { isConfigSecret } = pulumi.runtime as unknown as {
    isConfigSecret: (key: string) => boolean;
  };
  const source = new Map(
    Object.entries(pulumi.runtime.allConfig())
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, text]) => [key.slice(prefix.length), { text, secret: isConfigSecret(key) }]),
  );
  const { config, problems, warned } = parse(source);
  if (!config) throw new pulumi.RunError(describe(problems, project, pulumi.getStack()));
  for (const { path, message } of warned) void pulumi.log.warn(`${prefix}${path} ${message}`);
  return config;
}
