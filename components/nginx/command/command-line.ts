/** What a person asked of a site. */
export type Request =
  | { readonly verb: "help" }
  | {
      readonly verb: "on" | "off" | "status";
      readonly site: string;
      readonly stack?: string;
      /** Why it is closed, for others who ask. */
      readonly reason?: string;
    };

/** How it is used, shown for `help` and after a wrong command. */
export const usage = `usage: npm run site -- maintenance <command> <site> [option...] [--stack STACK]

  on       close the site: visitors see the maintenance page, and testers the application
             --reason TEXT   why, which \`status\` tells
  off      open it again
  status   whether it is closed, by whom, since when and why
  help     show this

The stack is the one that \`pulumi stack\` shows, or --stack. The machine is reached with a key of the ssh-agent.`;

const verbs = ["on", "off", "status"] as const;

/** What values of options look like. */
const values: Readonly<Record<string, RegExp>> = {
  "--reason": /^[^\p{Cc}]{1,200}$/u,
  "--stack": /^\w[\w./-]*$/,
};

/** Reads the command line; undefined when it makes no sense. */
export function parse(args: readonly string[]): Request | undefined {
  const [topic, given, site, ...rest] = args;
  if (topic === "help" || topic === "--help" || topic === "-h") return { verb: "help" };
  const verb = verbs.find((one) => one === given);
  if (topic !== "maintenance" || !verb || site === undefined) return undefined;
  if (!/^[a-z][a-z0-9-]*$/.test(site)) return undefined;
  const found = new Map<string, string>();
  for (let index = 0; index < rest.length; index += 2) {
    const [word = "", value = ""] = rest.slice(index, index + 2);
    if (found.has(word) || (word === "--reason" && verb !== "on")) return undefined;
    if (!Object.hasOwn(values, word) || values[word]?.test(value) !== true) return undefined;
    found.set(word, value);
  }
  const [stack, reason] = [found.get("--stack"), found.get("--reason")];
  return {
    ...{ verb, site },
    ...(stack === undefined ? {} : { stack }),
    ...(reason === undefined ? {} : { reason }),
  };
}
