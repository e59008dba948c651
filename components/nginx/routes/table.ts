import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { CsvError, parse } from "csv-parse/sync";
import { isTarget, targetForm } from "./paths.ts";

/** Where keys lead, in the order of the file, and what is wrong with it, a sentence each. */
export interface Table {
  readonly entries: ReadonlyMap<string, string>;
  readonly faults: readonly string[];
}

/** Relative paths start here: the folder of Pulumi.yaml. */
const project = join(import.meta.dirname, "../../..");

/** More were not tried: with 100,000 lines nginx needs a second to start. */
const most = 100_000;

/** So many faults are told, for a file of the wrong kind has one in each line. */
const told = 5;

/** Keys that mean nothing to nginx: no `$`, no quote, and none that could start a pattern. */
const keyPattern = /^[\w.%+/,:@=-]{1,200}$/;

interface Row {
  readonly record: Readonly<Record<string, string>>;
  readonly info: { readonly lines: number };
}

/** Reads a table, and says of each fault in which line it is. With `numbers`, keys are whole numbers. */
export function readTable(csv: string, numbers = false): Table {
  try {
    return judged(rows(decoded(readFileSync(resolve(project, csv)))), numbers);
  } catch (error) {
    return { entries: new Map(), faults: [reason(error)] };
  }
}

/** The entries of a table. Refuses one that has a fault. */
export function entriesOf(csv: string, numbers = false): ReadonlyMap<string, string> {
  const { entries, faults } = readTable(csv, numbers);
  if (faults.length > 0) throw new RangeError(`${csv} ${faults.join("; ")}`);
  return entries;
}

function reason(error: unknown): string {
  if (error instanceof CsvError) {
    const lines: unknown = error["lines"];
    return `${typeof lines === "number" ? `line ${lines}: ` : ""}is not CSV: ${error.message}`;
  }
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ENOENT") return "is not there: a relative path starts at the folder of Pulumi.yaml";
  return code === undefined ? message : `cannot be read (${code})`;
}

/** The text of a file; a byte order mark in front is taken off. */
function decoded(file: Buffer): string {
  const utf8 = new TextDecoder("utf-8", { fatal: true });
  const isText = (bytes: Buffer) => {
    try {
      utf8.decode(bytes);
      return true;
    } catch {
      return false;
    }
  };
  if (isText(file)) return utf8.decode(file);
  const lines = file.toString("latin1").split("\n");
  const line = 1 + lines.findIndex((text) => !isText(Buffer.from(text, "latin1")));
  throw new RangeError(`line ${line}: is not UTF-8: save the table as "CSV UTF-8"`);
}

function rows(text: string): readonly Row[] {
  const columns = (names: string[]) => {
    const missing = ["key", "target"].filter((name) => !names.includes(name));
    if (missing.length === 0) return names;
    throw new RangeError(
      `line 1: has no column ${missing.join(" and no column ")}: the first line must be key,target`,
    );
  };
  const options = { columns, info: true, skip_empty_lines: true, trim: true };
  return parse(text, options) as unknown as Row[];
}

function judged(all: readonly Row[], numbers: boolean): Table {
  const entries = new Map<string, string>();
  const lines = new Map<string, number>();
  const faults: string[] = [];
  if (all.length === 0) faults.push("has no entry: a line each below key,target");
  if (all.length > most) faults.push(`has ${all.length} entries, and at most ${most} are allowed`);
  for (const { record, info } of all) {
    const { key = "", target = "" } = record;
    const known = lines.get(key.toLowerCase());
    const fault = faultOf(key, target, numbers) ?? (known === undefined ? undefined : twice(known));
    if (fault !== undefined) faults.push(`line ${info.lines}: ${fault}`);
    lines.set(key.toLowerCase(), known ?? info.lines);
    entries.set(key, target);
  }
  const more = faults.length - told;
  return { entries, faults: more > 0 ? [...faults.slice(0, told), `and ${more} more`] : faults };
}

function twice(line: number): string {
  return `its key is that of line ${line} (capitals do not count): take one of the two out`;
}

function faultOf(key: string, target: string, numbers: boolean): string | undefined {
  if (numbers && !/^\d{1,20}$/.test(key)) return "its key must be a number, as `after` finds it";
  if (!keyPattern.test(key))
    return "its key must be 1 to 200 of the characters A-Z a-z 0-9 _ . % + / , : @ = -";
  return isTarget(target) ? undefined : `its target ${targetForm}`;
}
