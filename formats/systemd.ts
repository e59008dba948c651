import type { Argv } from "./shell.ts";

/** A directive of a unit: its name, and a text or the words of a command. */
export type UnitDirective = readonly [name: string, value: string | Argv];

/** The sections of a unit by name, such as `Service`, in the order in which they are written. */
export type UnitText = Readonly<Record<string, readonly UnitDirective[]>>;

/**
 * Renders a unit of systemd (systemd.syntax(7)). Percent signs are doubled, or they would be specifiers. Refuses a text
 * with a line break or with a backslash at its end, which would go on in the next line.
 */
export function unitText(sections: UnitText): string {
  return Object.entries(sections)
    .map(([section, directives]) => {
      if (!/^[A-Z][A-Za-z]*$/.test(section))
        throw new RangeError(`"${section}" is no section of a unit`);
      return `[${section}]\n${directives.map(line).join("")}`;
    })
    .join("\n");
}

/** Where units that are put on a machine lie (systemd.unit(5)). */
const directory = "/etc/systemd/system";

/** What a timer starts, which runs to its end. */
export interface TimedJob {
  readonly description: string;
  /** What its section `Unit` has besides. */
  readonly unit?: readonly UnitDirective[];
  readonly service: readonly UnitDirective[];
  readonly timer: readonly UnitDirective[];
}

/** The files of a service of that name, and of the timer that starts it. */
export function timedUnits(
  name: string,
  { description, unit = [], service, timer }: TimedJob,
): { readonly path: string; readonly content: string }[] {
  const about = ["Description", description] as const;
  return [
    {
      path: `${directory}/${name}.service`,
      content: unitText({ Unit: [about, ...unit], Service: [["Type", "oneshot"], ...service] }),
    },
    {
      path: `${directory}/${name}.timer`,
      content: unitText({
        ...{ Unit: [about], Timer: timer },
        Install: [["WantedBy", "timers.target"]],
      }),
    },
  ];
}

function line([name, value]: UnitDirective): string {
  if (!/^[A-Z][A-Za-z]*$/.test(name)) throw new RangeError(`"${name}" is no directive of a unit`);
  return `${name}=${typeof value === "string" ? plain(value) : commandLine(value)}\n`;
}

function plain(text: string): string {
  if (/[\r\n\0]|\\$/.test(text)) {
    throw new RangeError(`${JSON.stringify(text)} cannot stand in one line of a unit`);
  }
  return text.replaceAll("%", "%%");
}

/**
 * The command line of an Exec directive: no word of it is split, expanded or substituted (systemd.service(5), "Command
 * lines"). Refuses a program without its absolute path, before which systemd knows prefixes with a meaning.
 */
export function commandLine(argv: Argv): string {
  const [program] = argv;
  if (!/^\/[\w./@+-]+$/.test(program)) {
    throw new RangeError(`"${program}" is no absolute path of a program`);
  }
  return argv.map(word).join(" ");
}

function word(text: string): string {
  if (/[\r\n\0]/.test(text)) throw new RangeError("a word of a unit cannot hold a line break");
  const literal = text.replaceAll("%", "%%").replaceAll("$", "$$$$");
  return /^[\w@%+=:,./$-]+$/.test(text)
    ? literal
    : `"${literal.replaceAll("\\", "\\\\").replaceAll('"', String.raw`\"`)}"`;
}
