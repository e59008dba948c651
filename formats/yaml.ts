import { stringify } from "yaml";

/** What a document may hold: texts, lists and mappings. A number, a truth value or nothing at all is never meant. */
export type YamlValue = string | readonly YamlValue[] | { readonly [key: string]: YamlValue };

// Others are printed as they are, and some readers take a text in ASCII only.
const characters = /^[\t\n\x20-\x7e]*$/;

/**
 * Renders a mapping so that readers of YAML 1.1 (Ruby's Psych) and 1.2 (Go) agree on every value: each key and each value
 * stands in double quotes, nothing is folded, anchored or tagged. Refuses what is not ASCII, and control characters but
 * tabs and line breaks; and the key `<<`, which merges for some readers even in quotes (RangeError).
 */
export function document(content: Readonly<Record<string, YamlValue>>): string {
  refuse(content);
  return stringify(content, {
    version: "1.1",
    defaultStringType: "QUOTE_DOUBLE",
    defaultKeyType: null,
    aliasDuplicateObjects: false,
    doubleQuotedMinMultiLineLength: Infinity,
    lineWidth: 0,
  });
}

function refuse(value: YamlValue): void {
  if (typeof value === "string") {
    if (!characters.test(value)) throw new RangeError("a text holds more than printable ASCII");
    return;
  }
  for (const [key, member] of Object.entries(value)) {
    if (key === "<<") throw new RangeError("the key << would merge");
    refuse(key);
    refuse(member);
  }
}
