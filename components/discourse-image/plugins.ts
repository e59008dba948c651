import { z } from "zod";

/**
 * Plugins that are part of Discourse itself now. Cloning one of them breaks the build. The list is that of
 * discourse_docker's launcher of August 2026; build.sh asks the launcher of the checkout besides.
 */
export const bundledPlugins: ReadonlySet<string> = new Set([
  ...["discourse-adplugin", "discourse-affiliate", "discourse-ai", "discourse-apple-auth"],
  ...["discourse-assign", "discourse-cakeday", "discourse-calendar", "discourse-chat-integration"],
  ...["discourse-data-explorer", "discourse-gamification", "discourse-github"],
  ...["discourse-graphviz", "discourse-hcaptcha", "discourse-login-with-amazon", "discourse-lti"],
  ...["discourse-math", "discourse-microsoft-auth", "discourse-oauth2-basic"],
  ...["discourse-openid-connect", "discourse-patreon", "discourse-policy"],
  ...["discourse-post-voting", "discourse-question-answer", "discourse-reactions"],
  ...["discourse-rss-polling", "discourse-solved", "discourse-staff-notes"],
  ...["discourse-subscriptions", "discourse-templates", "discourse-topic-voting"],
  ...["discourse-user-notes", "discourse-zendesk-plugin"],
]);

/** Where a git repository is; what a shell or git would take for something else cannot stand in it. */
export const repository = z
  .string()
  .max(300)
  .regex(
    /^(?:https:\/\/[a-z0-9][a-z0-9.-]*(?::\d+)?|ssh:\/\/[a-z_][\w.-]*@[a-z0-9][a-z0-9.-]*(?::\d+)?|file:\/\/)(?:\/[\w.~-]+)+$/,
    {
      error:
        "must be the address of a git repository: https://…, ssh://login@…, or file:///… on the machine; without a password",
    },
  );

const commitProblem = "must be a commit's 40 hexadecimal digits: a branch or a tag would drift";

/** A commit by its whole name, which nobody can move. */
export const commit = z
  .string({ error: commitProblem })
  .regex(/^[0-9a-f]{40}$/, { error: commitProblem });

/** A plugin as it is built into the image. */
export const PluginOptions = z
  .strictObject({
    repository: repository.describe("Where it comes from."),
    commit: commit.describe("Which commit of it."),
  })
  .superRefine((plugin, context) => {
    const name = pluginName(plugin);
    const problem = (message: string) => {
      context.addIssue({ code: "custom", path: ["repository"], message });
    };
    if (bundledPlugins.has(name))
      problem(`must not be there: ${name} is a part of Discourse now, so take it out`);
    const isAddress = repository.safeParse(plugin.repository).success;
    if (isAddress && !/^[a-z0-9][a-z0-9_-]*$/.test(name))
      problem("must end in a plugin's name, such as discourse-akismet");
  });

/** A validated plugin. */
export type PluginOptions = z.output<typeof PluginOptions>;

/** The name of a plugin's folder, as git would choose it. */
export function pluginName({ repository: from }: { readonly repository: string }): string {
  return (from.split("/").at(-1) ?? "").replace(/\.git$/, "");
}

/** The commands that put a plugin of that commit into the folder of plugins. */
export function pluginCommands(plugin: PluginOptions): string[] {
  const name = pluginName(plugin);
  return [
    `git clone --quiet --no-checkout ${plugin.repository} ${name}`,
    `git -C ${name} checkout --quiet --detach ${plugin.commit}`,
  ];
}
