import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import Ajv from "ajv"; // eslint's own; the project takes no validator for one test
import { parse } from "yaml";
import { configuration, stackSchema, type Option } from "../../docs/schema.ts";
import { generated, reference } from "../../docs/reference.ts";
import { secretPaths } from "../../stacks/secrets.ts";

const root = join(import.meta.dirname, "../..");
const read = (path: string) => readFileSync(join(root, path), "utf8");
const stackFiles = readdirSync(join(root, "stacks")).filter((name) => name.endsWith(".yaml"));
const validate = new Ajv({ allErrors: true, format: "full" }).compile(stackSchema());

/** What the schema has against a stack file: path and message of each problem. */
function problems(stack: unknown): string[] {
  void validate(stack);
  return (validate.errors ?? []).map(({ dataPath, message }) => `${dataPath} ${message ?? ""}`);
}

test("the generated reference and schema are those of today's options", async () => {
  const files = Object.entries(await generated());
  assert.deepEqual(
    files.map(([path]) => path),
    ["docs/options.md", "schema/stack.json"],
  );
  for (const [path, text] of files) {
    assert.ok(
      read(path) === text,
      `${path} is stale; run: node_modules/.bin/node docs/reference.ts`,
    );
  }
});

test("the committed stack files fit the schema and name it for editors", () => {
  for (const file of ["Pulumi.forum.yaml", "Pulumi.lab.yaml"])
    assert.ok(stackFiles.includes(file), file);
  for (const name of stackFiles) {
    const text = read(`stacks/${name}`);
    assert.equal(text.split("\n")[0], "# yaml-language-server: $schema=../schema/stack.json", name);
    assert.deepEqual(problems(parse(text)), [], name);
  }
});

test("the schema refuses unknown keys, wrong units and secrets in plain text", () => {
  const forum = {
    uploadLimit: "10 MB",
    hostnam: "forum.example.org",
    smtp: { user: { secure: "v1:AAAA" }, password: "in plain text" },
  };
  assert.deepEqual(problems({ config: { "platform:forum": forum, "other:key": 1 } }), [
    ".config['platform:forum'] should NOT have additional properties",
    ".config['platform:forum'].smtp.password should be object",
    ".config['platform:forum'].uploadLimit should match pattern \"^[1-9]\\d{0,5} (KiB|MiB|GiB)$\"",
  ]);
  assert.equal(problems({ config: { "platform:fourm": {} } }).length, 2);
  assert.equal(problems({ confg: {} }).length, 1);
});

test("exactly the options that config.ts wants encrypted are shown as secrets", () => {
  const secrets = (path: string, option: Option): string[] => [
    ...(option.secret ? [path] : []),
    ...Object.entries(option.properties ?? {}).flatMap(([name, member]) =>
      secrets(path === "" ? name : `${path}.${name}`, member),
    ),
    ...(option.anyOf ?? []).flatMap((choice) => secrets(path, choice)),
    ...(typeof option.additionalProperties === "object"
      ? secrets(`${path}.<name>`, option.additionalProperties)
      : []),
  ];
  assert.deepEqual(
    secrets("", configuration)
      .map((path) => path.replace(/\.<name>$/, "")) // a map of secrets is encrypted as a whole
      .toSorted(),
    secretPaths.map((path) => path.join(".")).toSorted(),
  );
  assert.equal(secretPaths.length, 17);
  assert.match(reference(), /^\| `forum\.smtp\.password` \| secret text \| \*\*required\*\* \|/m);
});

test("the reference tells type, default and meaning of an option", () => {
  const line =
    "| `certificates.validityDays` | 1 to 366 | `365` | Life of a site's certificate, in days";
  assert.ok(reference().includes(line));
  assert.ok(reference().includes("| `hosts.<name>.nginx.redirects[].to` | text | **required** |"));
  assert.ok(
    reference().includes("| `certificates.source.challenge.provider` | one of a list |  |"),
  );
});
