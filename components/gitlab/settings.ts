import { z } from "zod";

const visibility = z.enum(["private", "internal", "public"]);
const megabytes = z.int().min(0).max(1_000_000).optional();

/** Settings of an instance that the platform owns; all others are the customer's. */
export const SettingsOptions = z.strictObject({
  signUp: z.boolean().default(false).describe("Whether anybody may make an account."),
  signUpApproval: z
    .boolean()
    .default(true)
    .describe("Whether an administrator has to approve of an account that somebody has made."),
  projectVisibility: visibility.default("private").describe("Who sees a new project."),
  groupVisibility: visibility.default("private").describe("Who sees a new group."),
  snippetVisibility: visibility.default("private").describe("Who sees a new snippet."),
  forbiddenVisibility: z
    .array(visibility)
    .default([])
    .describe("What only administrators may choose, such as public."),
  gravatar: z
    .boolean()
    .default(false)
    .describe("Whether pictures of people come from gravatar.com."),
  usagePing: z.boolean().default(false).describe("Whether GitLab is told how it is used."),
  attachmentMegabytes: megabytes.describe(
    "Largest attachment; GitLab's or the customer's own when absent.",
  ),
  artifactMegabytes: megabytes.describe(
    "Largest archive of a job; GitLab's or the customer's own when absent.",
  ),
  importMegabytes: megabytes.describe(
    "Largest import; GitLab's or the customer's own when absent. 0 is without limit.",
  ),
  importSources: z
    .array(z.string().regex(/^[a-z_]{2,40}$/, { error: "must be a source such as github or git" }))
    .optional()
    .describe("From where projects may be imported; the customer's own choice when absent."),
  afterSignOut: z
    .string()
    .regex(/^https:\/\/[\w.-]+(?:\/[\w./~-]*)?$/, {
      error: "must be an https address such as https://www.example.org/",
    })
    .optional()
    .describe("Where people are led who sign out."),
});

/** Validated settings. */
export type SettingsOptions = z.output<typeof SettingsOptions>;

/** A value of a setting, as the API has it. */
type Setting = string | number | boolean | readonly string[];

/**
 * The owned settings by their names in the API (doc/api/settings.md), sorted. sshd looks keys up in the database, so the file
 * of keys is off.
 */
export function owned(settings: SettingsOptions): Readonly<Record<string, Setting>> {
  const all: Record<string, Setting | undefined> = {
    after_sign_out_path: settings.afterSignOut,
    authorized_keys_enabled: false,
    default_group_visibility: settings.groupVisibility,
    default_project_visibility: settings.projectVisibility,
    default_snippet_visibility: settings.snippetVisibility,
    gravatar_enabled: settings.gravatar,
    import_sources: settings.importSources?.toSorted(),
    max_artifacts_size: settings.artifactMegabytes,
    max_attachment_size: settings.attachmentMegabytes,
    max_import_size: settings.importMegabytes,
    require_admin_approval_after_user_signup: settings.signUpApproval,
    restricted_visibility_levels: settings.forbiddenVisibility.toSorted(),
    signup_enabled: settings.signUp,
    usage_ping_enabled: settings.usagePing,
  };
  return Object.fromEntries(
    Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
