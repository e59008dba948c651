import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import fc from "fast-check";
import { assignments, command, commands, quote } from "../../../formats/shell.ts";

/** What real bash holds in A (a word) and B (a list) after reading the assignments on stdin. */
function readBack(text: string): string[] {
  const script = `${text}printf '%s\\0' "$A" "\${B[@]}"`;
  const output = execFileSync("bash", ["-s"], { input: script, encoding: "utf8" });
  return output.split("\0").slice(0, -1);
}

test("quotes are exact", () => {
  assert.equal(quote("plain"), "'plain'");
  assert.equal(quote("it's"), String.raw`'it'\''s'`);
  assert.equal(quote(""), "''");
});

test("commands stay readable and odd words are quoted", () => {
  assert.equal(command(["nginx", "-t", "-q"]), "nginx -t -q");
  assert.equal(command(["echo", "a b", "", "$x"]), "echo 'a b' '' '$x'");
  assert.equal(commands([["true"], ["echo", "1"]]), "true\necho 1");
  assert.equal(commands([]), "");
});

test("assignments hold words and lists and export nothing", () => {
  assert.equal(
    assignments({ NAME: "x", PATHS: ["/a", "/b c"], NONE: [] }),
    "NAME='x'\nPATHS=('/a' '/b c')\nNONE=()\n",
  );
});

test("a NUL and a bad name are refused", () => {
  assert.throws(() => quote("a\0b"), new RangeError("a shell word cannot hold a NUL character"));
  assert.throws(
    () => assignments({ "a;rm": "x" }),
    new RangeError('"a;rm" is not a variable\'s name'),
  );
});

test("any text comes back unchanged from real bash", () => {
  const text = fc
    .string({ unit: "binary", maxLength: 40 })
    .map((value) => value.replaceAll("\0", "").toWellFormed());
  fc.assert(
    fc.property(text, fc.array(text, { minLength: 1, maxLength: 4 }), (word, list) => {
      assert.deepEqual(readBack(assignments({ A: word, B: list })), [word, ...list]);
    }),
    { numRuns: 150 },
  );
});
