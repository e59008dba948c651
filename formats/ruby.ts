/** A value of Ruby's language. A string is literal text wherever it stands; nothing in it is ever interpolated or run. */
export type Ruby =
  string | number | boolean | null | readonly Ruby[] | { readonly [key: string]: Ruby } | RubyFile;

/**
 * Text that Ruby reads from a file when it evaluates the value, so that a secret stands in no other file: all of it as
 * UTF-8, without one line feed at its end. Ruby ends with Errno::ENOENT when the file is not there.
 */
export class RubyFile {
  readonly path: string;

  /** Refuses a path that is not absolute and plain. */
  constructor(path: string) {
    if (!/^(?:\/[\w.@+-]+)+$/.test(path) || /\/\.\.?(?:\/|$)/.test(path)) {
      throw new RangeError(`${JSON.stringify(path)} is no absolute path of plain characters`);
    }
    this.path = path;
  }
}

/** A line of a file of settings: `section['key'] = value` or, without a key, `section value`. */
export interface RubySetting {
  readonly section: string;
  readonly key?: string;
  readonly value: Ruby;
}

/**
 * Renders a value as an expression of printable ASCII, tabs and line feeds, so that it means the same in every locale.
 * Refuses NUL, halves of surrogate pairs, NaN and infinities (RangeError).
 */
export function ruby(value: Ruby, indent = ""): string {
  if (value === null) return "nil";
  if (typeof value === "string") return text(value);
  if (typeof value === "number") return number(value);
  if (typeof value === "boolean") return String(value);
  if (value instanceof RubyFile) return file(value);
  const inner = `${indent}  `;
  if (isList(value)) {
    const members = value.map((one) => ruby(one, inner));
    const short = value.every((one) => typeof one !== "object" || one === null);
    return short ? `[${members.join(", ")}]` : lines("[", members, "]", indent);
  }
  const members = Object.entries(value).map(([key, one]) => `${text(key)} => ${ruby(one, inner)}`);
  return members.length === 0 ? "{}" : lines("{", members, "}", indent);
}

function lines(open: string, members: readonly string[], close: string, indent: string): string {
  return `${open}\n${members.map((member) => `${indent}  ${member},\n`).join("")}${indent}${close}`;
}

/**
 * Renders settings, one after the other as they are given. Refuses a name that is not plain, or is a word or a function
 * of Ruby's own: a bare `exit` would be run (RangeError).
 */
export function rubySettings(settings: readonly RubySetting[]): string {
  return settings.map((setting) => `${line(setting)}\n`).join("");
}

function line({ section, key, value }: RubySetting): string {
  const name = sectionName(section);
  if (key !== undefined) return `${name}['${keyName(key)}'] = ${ruby(value)}`;
  // Without parentheses, a brace would begin a block, and a bracket or a minus an operation.
  return typeof value === "string" ? `${name} ${text(value)}` : `${name}(${ruby(value)})`;
}

// Keywords, and functions of Kernel and of every object that do something when they are named alone or with an argument.
const words = new Set(
  (
    "abort alias and at_exit autoload begin binding break callcc caller case catch class clone def default define_method defined display do dup " +
    "else elsif end ensure eval exec exit extend fail false fork format freeze from_file gets hash if in inspect instance_eval " +
    "instance_exec lambda load loop method method_missing methods module next nil not object_id open or p pp print printf private proc public " +
    "public_send putc puts raise rand readline readlines redo require require_relative rescue reset restore retry return save select self send " +
    "set_trace_func singleton_class sleep spawn sprintf srand super syscall system tap test then throw trace_var trap true undef " +
    "unless until untrace_var warn when while yield"
  ).split(" "),
);

function sectionName(name: string): string {
  if (/^[a-z][a-z0-9_]*$/.test(name) && !words.has(name)) return name;
  throw new RangeError(`${JSON.stringify(name)} is no name of a section of settings`);
}

function keyName(name: string): string {
  if (/^[A-Za-z][\w.-]*$/.test(name)) return name;
  throw new RangeError(`${JSON.stringify(name)} is no name of a setting`);
}

function isList(
  value: readonly Ruby[] | { readonly [key: string]: Ruby },
): value is readonly Ruby[] {
  return Array.isArray(value);
}

/**
 * Quotes text: printable ASCII, tabs and line feeds in single quotes, anything else as numbers in double ones beside
 * them. Ruby would read a carriage return before a line feed as nothing, and other bytes by the locale.
 */
function text(of: string): string {
  if (of.includes("\0") || !of.isWellFormed()) {
    throw new RangeError(`Ruby's settings cannot hold ${JSON.stringify(of)}: it is no text`);
  }
  const pieces = of.match(/[\t\n\x20-\x7e]+|[^\t\n\x20-\x7e]+/gu) ?? [""];
  return pieces
    .map((piece) =>
      /^[\t\n\x20-\x7e]*$/.test(piece)
        ? `'${piece.replace(/['\\]/g, String.raw`\$&`)}'`
        : codes(piece),
    )
    .join(" ");
}

function codes(piece: string): string {
  const numbers = Array.from(piece, (one) => (one.codePointAt(0) ?? 0).toString(16));
  return `"\\u{${numbers.join(" ")}}"`;
}

function number(of: number): string {
  if (!Number.isFinite(of)) throw new RangeError(`Ruby's settings cannot hold ${of}`);
  return String(of);
}

function file({ path }: RubyFile): string {
  return `File.read(${text(path)}, encoding: 'UTF-8').delete_suffix("\\n")`;
}

/** A value that is a hash; undefined for any other. */
export function hash(value: Ruby): Readonly<Record<string, Ruby>> | undefined {
  const plain = typeof value === "object" && value !== null && !Array.isArray(value);
  return plain && !(value instanceof RubyFile) ? (value as Record<string, Ruby>) : undefined;
}
