import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Macros, render, text, value } from "../../../formats/icinga.ts";
import { golden, goldenText } from "../../support/icinga.ts";

test("the statements of a file are rendered as they are given, with their origin above them", () => {
  assert.equal(render(golden), goldenText);
});

/** Reads a literal as Icinga's lexer does (lib/config/config_lexer.ll). */
function read(literal: string): string {
  assert.match(literal, /^"(?:[^"\\\p{Cc}]|[\u0080-\u009f]|\\(?:[n"\\]|[0-3][0-7]{2}))*"$/u);
  return literal
    .slice(1, -1)
    .replace(/\\(?:([0-7]{3})|(.))/g, (_, octal: string | undefined, one: string) => {
      if (octal !== undefined) return String.fromCharCode(parseInt(octal, 8));
      return one === "n" ? "\n" : one;
    });
}

test("any text is read back as it was, and a dollar sign is one where macros are expanded", () => {
  const words = fc.string({ unit: "binary" }).filter((one) => !one.includes("\0"));
  fc.assert(
    fc.property(words, (one) => {
      assert.equal(read(text(one)), one);
      assert.equal(read(value(one, "", true)).replaceAll("$$", "$"), one);
      assert.doesNotThrow(() => new Macros(read(value(one, "", true))));
    }),
  );
});

test("only what is marked as a macro is one", () => {
  assert.equal(value(new Macros("$address$:$port$"), "", true), '"$address$:$port$"');
  assert.equal(value("$address$", "", true), '"$$address$$"');
  assert.equal(value("$address$"), '"$address$"');
  assert.throws(
    () => new Macros("$address$ costs 5$"),
    new RangeError('a macro has no end in "$address$ costs 5$"'),
  );
});

test("what looks like something else stays text", () => {
  for (const one of ["true", "null", "5", "60s", "a - b", "{{ 1 }}", "// x", "host.vars.x"]) {
    assert.equal(value(one), `"${one}"`);
  }
});

const host = (name: string, attributes = {}) =>
  render([{ type: "Host", name, attributes: { check_command: "hostalive", ...attributes } }]);

test("names that are not plain, and two objects of one name, are refused", () => {
  for (const name of [
    "",
    "a!b",
    "a/b",
    "a b",
    'a"',
    ".",
    "-a",
    "a.",
    "ü",
    "a\n",
    "x".repeat(201),
  ]) {
    assert.throws(() => host(name), /is no name for an object of Icinga/, JSON.stringify(name));
  }
  const service = (name: string, host_name: string) =>
    ({ type: "Service", name, attributes: { host_name, check_command: "x" } }) as const;
  assert.doesNotThrow(() => render([service("ssh", "a"), service("ssh", "b")]));
  assert.throws(
    () => render([service("ssh", "a"), service("ssh", "a")]),
    new RangeError("there are two objects Service a!ssh"),
  );
});

test("what the language cannot hold is refused", () => {
  for (const number of [Infinity, NaN, 1e21, 1e-7]) assert.throws(() => value(number), RangeError);
  for (const one of ["a\0b", "\ud800", "x\udc00"]) assert.throws(() => text(one), /it is no text/);
  assert.throws(() => host("a", { "check_interval = 1\nx": 1 }), /is no identifier/);
  assert.throws(() => render([{ constant: "a.b", value: 1 }]), /"a\.b" is no identifier/);
  const origin = "nginx\nobject Host";
  assert.throws(
    () => render([{ type: "Zone", name: "z", attributes: {}, origin }]),
    /cannot stand in one line/,
  );
});

test("what is undefined is not written, and what is included is a path or a library", () => {
  assert.equal(
    host("a", { notes: undefined, vars: { a: undefined } }),
    'object Host "a" {\n  check_command = "hostalive"\n}\n',
  );
  assert.equal(
    render([{ include: "<plugins-contrib>" }, { include: 'a/*.conf"' }]),
    'include <plugins-contrib>\n\ninclude "a/*.conf\\""\n',
  );
});
