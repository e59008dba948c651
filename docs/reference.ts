import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { format } from "prettier";
import { sizePattern } from "../formats/size.ts";
import { configuration, stackSchema, type Option } from "./schema.ts";

/** Writes the two files that are made from the options' schemas: `node docs/reference.ts`. */

const introduction = `# Options

What a person can write into \`stacks/Pulumi.<stack>.yaml\`. This page is generated from the schemas in
\`components/*/options.ts\` by \`node docs/reference.ts\`; a test fails when it is out of date.

\`<name>\` stands for a name that you choose, \`[]\` for each entry of a list. A section that is absent is not built.
Sizes are written with a unit: \`10 MiB\`. An option that this page does not know is refused, and so is a secret in
plain text: set it with \`pulumi config set --secret --path\`, for example
\`pulumi config set --secret --path forum.smtp.password\`, and type it when asked.
`;

/** The reference of all options as Markdown, not yet formatted. */
export function reference(): string {
  const sections = Object.entries(configuration.properties ?? {}).map(([name, section]) =>
    [
      `## \`platform:${name}\`\n`,
      `${section.description ?? ""}\n`,
      "| option | type | default | what it is |",
      "| --- | --- | --- | --- |",
      ...rows(name, section, false),
    ].join("\n"),
  );
  return [introduction, ...sections].join("\n");
}

/** One line for each option below a path; a group has one only when it says something. */
function rows(path: string, option: Option, required: boolean): string[] {
  const { properties, additionalProperties, items } = option;
  const inner = Object.entries(properties ?? {}).flatMap(([name, member]) =>
    rows(`${path}.${name}`, member, option.required?.includes(name) ?? false),
  );
  if (typeof additionalProperties === "object" && additionalProperties.properties) {
    return rows(`${path}.<name>`, additionalProperties, false);
  }
  const choices = (option.anyOf ?? []).flatMap((choice) =>
    choice.properties ? rows(path, { ...choice, description: undefined }, false) : [],
  );
  const entries = items && hasOptions(items) ? rows(`${path}[]`, items, false) : [];
  if (path.endsWith("[]") && choices.length > 0) return choices;
  const isSection = !path.includes(".") || path.endsWith(">") || path.endsWith("[]");
  if (inner.length > 0 && (isSection || option.description === undefined)) return inner;
  const given = option.default === undefined ? "" : code(option.default);
  const what = option.description ?? (option.secret ? "Encrypted in the stack file." : "");
  const cells = [`\`${path}\``, typeOf(option), required ? "**required**" : given, what];
  return [`| ${cells.join(" | ")} |`, ...inner, ...choices, ...entries];
}

/** Whether each entry has options of its own, be they of several kinds. */
function hasOptions({ properties, anyOf = [] }: Option): boolean {
  return properties !== undefined || anyOf.some((choice) => choice.properties !== undefined);
}

/** A type in words. */
function typeOf(option: Option): string {
  if (option.secret) return "secret text";
  if (option.anyOf) return [...new Set(option.anyOf.map(typeOf))].join(" or ");
  if (option.const !== undefined) return code(option.const);
  if (option.enum)
    return option.enum.length > 20 ? "one of a list" : option.enum.map(code).join(" or ");
  if (option.pattern === sizePattern.source) return "size";
  if (option.items) return `list of ${hasOptions(option.items) ? "entries" : typeOf(option.items)}`;
  if (typeof option.additionalProperties === "object") {
    return `by name: ${typeOf(option.additionalProperties)}`;
  }
  if (option.properties) return `{ ${Object.keys(option.properties).map(code).join(", ")} }`;
  if (option.type === "integer") return `${option.minimum ?? ""} to ${option.maximum ?? ""}`;
  return [option.type ?? "anything"].flat().join(" or ").replace("string", "text");
}

function code(value: unknown): string {
  return `\`${typeof value === "string" ? value : JSON.stringify(value)}\``;
}

/** The formatted text of each generated file, by its path from the root of the project. */
export async function generated(): Promise<Readonly<Record<string, string>>> {
  const schema = JSON.stringify(stackSchema());
  return {
    "docs/options.md": await format(reference(), { parser: "markdown", printWidth: 100 }),
    "schema/stack.json": await format(schema, { parser: "json", printWidth: 100 }),
  };
}

if (import.meta.main) {
  for (const [path, text] of Object.entries(await generated())) {
    writeFileSync(join(import.meta.dirname, "..", path), text);
  }
}
