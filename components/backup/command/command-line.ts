/** What a person asked of the backups of a machine. */
export type Request =
  | { readonly verb: "help" }
  | {
      readonly verb: "list" | "run" | "verify" | "restore";
      readonly host: string;
      readonly name: string;
      readonly stack?: string;
      /** What the program on the machine is given after the name. */
      readonly options: readonly string[];
    };

/** How it is used, shown for `help` and after a wrong command. */
export const usage = `usage: npm run backup -- <command> <host> <name> [option...] [--stack STACK]

  list     the copies that there are, the last run and the last trial
  run      make a copy now
             --accept        the data are right as they are: much smaller than usual, or those of a machine made anew
  verify   restore a copy to another place on the machine and ask the service whether it is good
             --snapshot ID   that copy; the newest one if absent
  restore  restore a copy, after the same trial. Refused while there are data of a running service
             --snapshot ID   that copy; the newest one if absent
             --to DIR        only to this empty directory on the machine; the service is left alone
             --over-running  replace the data of the running service
  help     show this

The stack is the one that \`pulumi stack\` shows, or --stack. The machine is reached with a key of the ssh-agent.`;

const verbs = ["list", "run", "verify", "restore"] as const;

/** Options of each verb, and whether a value follows. */
const known: Readonly<Record<(typeof verbs)[number], Readonly<Record<string, boolean>>>> = {
  list: {},
  run: { "--accept": false },
  verify: { "--snapshot": true },
  restore: { "--snapshot": true, "--to": true, "--over-running": false },
};

/** What values of options look like; the machine would refuse others, too. */
const values: Readonly<Record<string, RegExp>> = {
  "--snapshot": /^(?:latest|[0-9a-f]{6,64})$/,
  "--to": /^\/./,
  "--stack": /^\w[\w./-]*$/,
};

/** Reads the command line; undefined when it makes no sense. */
export function parse(args: readonly string[]): Request | undefined {
  const [given, host, name, ...rest] = args;
  if (given === "help" || given === "--help" || given === "-h") return { verb: "help" };
  const verb = verbs.find((one) => one === given);
  if (!verb || host === undefined || name === undefined) return undefined;
  if (!/^\w[\w.-]*$/.test(host) || !/^[a-z][a-z0-9-]*$/.test(name)) return undefined;
  const options = optionsIn(rest, { ...known[verb], "--stack": true });
  if (!options || (options.has("--to") && options.has("--over-running"))) return undefined;
  const stack = options.get("--stack");
  options.delete("--stack");
  const words = [...options].flatMap(([word, value]) => (value === "" ? [word] : [word, value]));
  return { verb, host, name, options: words, ...(stack === undefined ? {} : { stack }) };
}

/** The options and their values, in order; undefined when one is unknown, given twice, or has no fit value. */
function optionsIn(
  words: readonly string[],
  allowed: Readonly<Record<string, boolean>>,
): Map<string, string> | undefined {
  const found = new Map<string, string>();
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? "";
    const hasValue = Object.hasOwn(allowed, word) ? allowed[word] : undefined;
    if (hasValue === undefined || found.has(word)) return undefined;
    const value = hasValue ? (words[++index] ?? "") : "";
    if (hasValue && values[word]?.test(value) !== true) return undefined;
    found.set(word, value);
  }
  return found;
}
