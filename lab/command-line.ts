/** What a person asked of the lab. */
export type Command =
  | { readonly name: "help" }
  | { readonly name: "up" | "preview" | "refresh" }
  | { readonly name: "destroy"; readonly all: boolean }
  | { readonly name: "ssh"; readonly host: string; readonly command: readonly string[] };

/** How the lab is used, shown for `help` and after a wrong command. */
export const usage = `usage: npm run lab [-- <command>]

  up              bring the lab up; the default. Does all the set-up that it needs
  preview         show what \`up\` would change, and change nothing
  refresh         read the real resources into Pulumi's state
  destroy         remove what the stack made, but keep protected data and list it
  destroy --all   remove everything that the lab made, data included, and list it
  ssh <host> [-- <command>...]   log in on a machine as root, or run a command there
  help            show this

environment: LAB_DEBUG=1 shows where an error comes from`;

/** Reads the command line; undefined when it makes no sense. */
export function parse(args: readonly string[]): Command | undefined {
  const [name = "up", ...rest] = args;
  switch (name) {
    case "up":
    case "preview":
    case "refresh":
    case "help":
      return rest.length === 0 ? { name } : undefined;
    case "--help":
    case "-h":
      return { name: "help" };
    case "destroy":
      if (rest.length === 0) return { name, all: false };
      return rest.length === 1 && rest[0] === "--all" ? { name, all: true } : undefined;
    case "ssh":
      return parseSsh(rest);
    default:
      return undefined;
  }
}

function parseSsh([host, ...rest]: readonly string[]): Command | undefined {
  if (host === undefined || host.startsWith("-")) return undefined;
  const command = rest[0] === "--" ? rest.slice(1) : rest;
  return { name: "ssh", host, command };
}
