/** One command as its words; nothing in it is ever split, expanded or substituted. */
export type Argv = readonly [string, ...string[]];

/** A value that a script may be given: a word, or a list of words (a bash array). */
export type ShellValue = string | readonly string[];

/**
 * Quotes a value so that every POSIX shell reads back exactly the same bytes (POSIX.1-2024, XCU 2.2.2).
 * Refuses NUL, which no shell word can hold.
 */
export function quote(value: string): string {
  if (value.includes("\0")) throw new RangeError("a shell word cannot hold a NUL character");
  return `'${value.replaceAll("'", String.raw`'\''`)}'`;
}

/** Renders a command; words of plain characters stay bare so that previews read like a terminal. */
export function command(argv: Argv): string {
  return argv.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : quote(word))).join(" ");
}

/** Renders commands that run one after the other, one a line; none at all is the empty text. */
export function commands(list: readonly Argv[]): string {
  return list.map(command).join("\n");
}

/**
 * Renders bash assignments, one a line, in the order given; nothing is exported, so no child process
 * inherits a value. Refuses a name that is not a shell variable's.
 */
export function assignments(values: Readonly<Record<string, ShellValue>>): string {
  return Object.entries(values)
    .map(([name, value]) => {
      if (!/^[A-Z][A-Z0-9_]*$/.test(name))
        throw new RangeError(`"${name}" is not a variable's name`);
      return `${name}=${typeof value === "string" ? quote(value) : `(${value.map(quote).join(" ")})`}\n`;
    })
    .join("");
}
