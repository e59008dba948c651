import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parse } from "yaml";
import { document, type YamlValue } from "../../../formats/yaml.ts";

/** What the two generations of readers make of a document. */
function read(text: string): unknown[] {
  return (["1.1", "1.2"] as const).map(
    (version) => parse(text, { version, merge: true }) as unknown,
  );
}

test("a document has its keys in the order given, and every scalar in double quotes", () => {
  const shared = ["80:80"];
  assert.equal(
    document({
      on: "off",
      list: ["012", "12:30", "1_000"],
      a: { b: 'x\ny \\ "z"' },
      c: shared,
      d: shared,
      e: [],
    }),
    [
      '"on": "off"',
      '"list":',
      '  - "012"',
      '  - "12:30"',
      '  - "1_000"',
      '"a":',
      '  "b": "x\\ny \\\\ \\"z\\""',
      '"c":',
      '  - "80:80"',
      '"d":',
      '  - "80:80"',
      '"e": []',
      "",
    ].join("\n"),
  );
});

test("what a reader of YAML 1.1 would take for something else arrives as it was", () => {
  const words = ["yes", "NO", "on", "~", "null", "", " ", "0755", "1_000", "12:30", "2026-11-26"];
  const more = ["2026.10", "=", "*a", "&a", "!!int 1", ":sym", "- a", "# a", "a: b", "|", "%"];
  const content = Object.fromEntries([...words, ...more].map((word) => [word, word]));
  for (const value of read(document(content))) assert.deepEqual(value, content);
});

test("whatever it holds, both generations of readers give it back", () => {
  const text = fc.string({
    unit: fc.constantFrom(...Array.from("\t\n abcYN0189_:#&*!|>'\"%@`{}[],.?-~<=\\/$")),
  });
  const key = text.filter((one) => one !== "__proto__" && one !== "<<");
  const { value } = fc.letrec<{ value: YamlValue }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      text,
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(key, tie("value"), { maxKeys: 3, noNullPrototype: true }),
    ),
  }));
  fc.assert(
    fc.property(fc.dictionary(key, value, { maxKeys: 4, noNullPrototype: true }), (content) => {
      for (const found of read(document(content))) assert.deepEqual(found, content);
    }),
    { numRuns: 100 },
  );
});

test("a long text stays on its line", () => {
  const long = "a ".repeat(500);
  assert.equal(document({ long }), `"long": "${long}"\n`);
});

test("what is not printable ASCII is refused, wherever it stands", () => {
  for (const text of ["ä", "\u0000", "\r", "\u007f", "\u0085", "\u2028", "😀"]) {
    for (const content of [{ a: text }, { a: ["x", text] }, { a: { [text]: "x" } }]) {
      assert.throws(() => document(content), RangeError, JSON.stringify(content));
    }
  }
  assert.throws(() => document({ a: [{ "<<": "x" }] }), RangeError);
});
