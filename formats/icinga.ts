import type { Attributes } from "./icinga-objects.ts";

/** Text in which Icinga expands `$macros$` when it runs a command; `$$` stands for one dollar sign in it. */
export class Macros {
  readonly text: string;

  /** Refuses an odd number of dollar signs, as Icinga does: "Closing $ not found in macro format string". */
  constructor(text: string) {
    if (text.split("$").length % 2 === 0) {
      throw new RangeError(`a macro has no end in ${JSON.stringify(text)}`);
    }
    this.text = text;
  }
}

/** A value of Icinga's language. A string is literal text wherever it stands; nothing is guessed from how it looks. */
export type Value =
  | string
  | number
  | boolean
  | null
  | Macros
  | readonly Value[]
  | { readonly [key: string]: Value | undefined };

/** One object with its attributes; those that are undefined are not written. */
export type IcingaObject = {
  readonly [Type in keyof Attributes]: {
    readonly type: Type;
    readonly name: string;
    readonly attributes: Attributes[Type];
    /** Who wanted it, one line: stands above it as a comment, where those find it who read an error. */
    readonly origin?: string;
  };
}[keyof Attributes];

/** A constant, such as `NodeName`. */
export interface Constant {
  readonly constant: string;
  readonly value: string | number;
}

/** Another file or, in angle brackets, a library: `itl`. A pattern such as `"features-enabled/*.conf"` may match none. */
export interface Include {
  readonly include: string;
}

/** What a file of Icinga's configuration consists of. */
export type Statement = IcingaObject | Constant | Include;

/** Attributes in which Icinga expands macros (lib/icinga/macroprocessor.cpp), so that a literal `$` is written twice. */
const expanded = new Set(["arguments", "command", "env", "notes", "notes_url", "vars"]);

/** Objects whose names are only unique within others, and what those are called. */
const within: Readonly<Record<string, readonly string[]>> = {
  Dependency: ["child_host_name", "child_service_name"],
  Notification: ["host_name", "service_name"],
  Service: ["host_name"],
};

/**
 * Renders a file of Icinga's configuration, one statement after the other as they are given. Refuses names that are not
 * plain, two objects of one name, and values that the language cannot hold.
 */
export function render(statements: readonly Statement[]): string {
  const seen = new Set<string>();
  return statements
    .map((one) => {
      if ("include" in one) return include(one);
      if ("constant" in one) return `const ${identifier(one.constant)} = ${value(one.value)}\n`;
      const full = fullName(one);
      if (seen.has(full)) throw new RangeError(`there are two objects ${full}`);
      seen.add(full);
      return object(one);
    })
    .join("\n");
}

/** What an object is called, with its type and the names of what it belongs to. */
function fullName({ type, name, attributes }: IcingaObject): string {
  const known = attributes as Readonly<Record<string, Value | undefined>>;
  const of = (within[type] ?? []).map((key) => known[key]);
  return `${type} ${[...of, name].filter((one) => typeof one === "string").join("!")}`;
}

function object({ type, name, attributes, origin }: IcingaObject): string {
  const lines = Object.entries(attributes as Record<string, Value | undefined>)
    .filter(([, one]) => one !== undefined)
    .flatMap(([key, one = null]) => attribute(identifier(key), one));
  return `${comment(origin)}object ${type} ${text(objectName(name))} {\n${lines.join("")}}\n`;
}

/** Custom variables get a line each: by an index, for some of their names are words of the language. */
function attribute(key: string, of: Value): string[] {
  const doubled = expanded.has(key);
  if (key === "vars") {
    return members(of as Record<string, Value>).map(
      ([name, one]) => `  vars[${text(name)}] = ${value(one, "  ", doubled)}\n`,
    );
  }
  return [`  ${key} = ${value(of, "  ", doubled)}\n`];
}

/**
 * Renders a value. `doubled` is for where Icinga expands macros: literal text has its dollar signs twice there. Refuses
 * numbers that the language cannot write: `Infinity`, `NaN`, and those with an exponent.
 */
export function value(of: Value, indent = "", doubled = false): string {
  const inner = `${indent}  `;
  if (of instanceof Macros) return text(of.text);
  if (typeof of === "string") return text(doubled ? of.replaceAll("$", "$$$$") : of);
  if (typeof of === "number") return number(of);
  if (typeof of === "boolean" || of === null) return String(of);
  if (isList(of)) return list(of.map((one) => value(one, indent, doubled)));
  const lines = members(of).map(
    ([key, one]) => `${inner}${text(key)} = ${value(one, inner, doubled)}\n`,
  );
  return `{\n${lines.join("")}${indent}}`;
}

function list(values: readonly string[]): string {
  return values.length === 0 ? "[ ]" : `[ ${values.join(", ")} ]`;
}

function isList(of: readonly Value[] | object): of is readonly Value[] {
  return Array.isArray(of);
}

function members(of: Readonly<Record<string, Value | undefined>>): [string, Value][] {
  return Object.entries(of).flatMap(([key, one]) => (one === undefined ? [] : [[key, one]]));
}

/**
 * Renders literal text. JSON's escapes are not those of the language: control characters are octal. Refuses a NUL and
 * half of a surrogate pair, which no UTF-8 can hold.
 */
export function text(of: string): string {
  if (of.includes("\0") || !of.isWellFormed()) {
    throw new RangeError(`Icinga cannot hold ${JSON.stringify(of)}: it is no text`);
  }
  return `"${of.replace(/["\\\p{Cc}]/gu, escaped)}"`;
}

function escaped(character: string): string {
  const code = character.charCodeAt(0);
  if (character === '"' || character === "\\") return `\\${character}`;
  if (character === "\n") return String.raw`\n`;
  return code < 0x80 ? `\\${code.toString(8).padStart(3, "0")}` : character;
}

function number(of: number): string {
  const digits = String(of);
  if (!/^-?\d+(?:\.\d+)?$/.test(digits)) throw new RangeError(`Icinga cannot hold ${digits}`);
  return digits;
}

/** Icinga takes nearly any name; those with a `!`, a slash or a space are trouble in its API and its files. */
function objectName(name: string): string {
  if (/^\w(?:[\w.-]{0,198}\w)?$/.test(name)) return name;
  throw new RangeError(
    `${JSON.stringify(name)} is no name for an object of Icinga: take letters, digits, dots, dashes and underscores`,
  );
}

function identifier(name: string): string {
  if (/^[A-Za-z]\w*$/.test(name)) return name;
  throw new RangeError(`"${name}" is no identifier of Icinga's language`);
}

function include({ include: what }: Include): string {
  return `include ${/^<[a-z-]+>$/.test(what) ? what : text(what)}\n`;
}

function comment(origin: string | undefined): string {
  if (origin === undefined) return "";
  if (/[\p{Cc}\u2028\u2029]/u.test(origin)) {
    throw new RangeError(`${JSON.stringify(origin)} cannot stand in one line`);
  }
  return `// ${origin}\n`;
}
