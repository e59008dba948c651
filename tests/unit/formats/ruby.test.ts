import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ruby, RubyFile, rubySettings, type Ruby } from "../../../formats/ruby.ts";
import { nasty } from "../../support/ruby.ts";

test("settings are rendered as they are given", () => {
  assert.equal(
    rubySettings([
      { section: "external_url", value: "https://git.example.org" },
      { section: "roles", value: ["a", "b"] },
      { section: "puma", key: "worker_processes", value: 2 },
      { section: "registry", key: "database", value: { enabled: false, hosts: [{ a: null }, []] } },
      { section: "gitlab_rails", key: "smtp_password", value: new RubyFile("/run/secrets/smtp") },
      { section: "nginx", key: "status", value: {} },
    ]),
    `external_url 'https://git.example.org'
roles(['a', 'b'])
puma['worker_processes'] = 2
registry['database'] = {
  'enabled' => false,
  'hosts' => [
    {
      'a' => nil,
    },
    [],
  ],
}
gitlab_rails['smtp_password'] = File.read('/run/secrets/smtp', encoding: 'UTF-8').delete_suffix("\\n")
nginx['status'] = {}
`,
  );
});

test("quotes and backslashes are escaped, and nothing is interpolated", () => {
  assert.equal(ruby("it's"), String.raw`'it\'s'`);
  assert.equal(ruby(String.raw`\'`), String.raw`'\\\''`);
  assert.equal(ruby("#{`id`} #@a"), "'#{`id`} #@a'");
  assert.equal(ruby("a\n\tb"), "'a\n\tb'");
  assert.equal(ruby(""), "''");
});

test("what is no printable ASCII is written by its number, so that the locale does not matter", () => {
  assert.equal(ruby("für 🧊"), `'f' "\\u{fc}" 'r ' "\\u{1f9ca}"`);
  assert.equal(ruby("a\r\nb"), `'a' "\\u{d}" '\nb'`);
  assert.equal(ruby("\u0000ff".slice(1) + "\u0004\u001a"), `'ff' "\\u{4 1a}"`);
});

/** Reads a text as Ruby's lexer does: literals beside each other are one. */
function read(literal: string): string {
  const pieces = literal.matchAll(/'((?:[^'\\]|\\['\\])*)'|"\\u\{([0-9a-f]+(?: [0-9a-f]+)*)\}"/g);
  const read = Array.from(pieces, ([whole, single, numbers]) => ({
    whole,
    text:
      single?.replace(/\\(['\\])/g, "$1") ??
      String.fromCodePoint(...(numbers ?? "").split(" ").map((one) => parseInt(one, 16))),
  }));
  assert.equal(read.map(({ whole }) => whole).join(" "), literal);
  return read.map(({ text }) => text).join("");
}

test("any text is read back as it was, and is ASCII on its way", () => {
  const words = fc.string({ unit: "binary" }).filter((one) => !one.includes("\0"));
  fc.assert(
    fc.property(fc.oneof(words, fc.constant(nasty)), (one) => {
      const literal = ruby(one);
      assert.match(literal, /^[\t\n\x20-\x7e]+$/);
      assert.equal(read(literal), one);
    }),
  );
});

test("numbers, truth and nothing are what they are", () => {
  const cases: readonly (readonly [Ruby, string])[] = [
    [0, "0"],
    [-2.5, "-2.5"],
    [52_428_800, "52428800"],
    [1e21, "1e+21"],
    [true, "true"],
    [false, "false"],
    [null, "nil"],
  ];
  for (const [value, rendered] of cases) assert.equal(ruby(value), rendered);
});

test("what Ruby cannot hold is refused, wherever it stands", () => {
  for (const one of ["a\0b", "\ud800", "x\udc00"]) {
    assert.throws(() => ruby(one), /^RangeError: Ruby's settings cannot hold .*: it is no text$/);
    assert.throws(() => ruby([{ key: one }]), RangeError);
    assert.throws(() => ruby({ [one]: 1 }), RangeError);
  }
  for (const number of [NaN, Infinity, -Infinity]) {
    assert.throws(() => ruby([number]), new RangeError(`Ruby's settings cannot hold ${number}`));
  }
});

test("a name that is not plain, or that Ruby would run, is refused", () => {
  const section = (name: string) => rubySettings([{ section: name, key: "a", value: 1 }]);
  for (const name of ["", "A", "a-b", "a b", "a;b", "a\n", "a['b']", "ü", "1a", "@a", "$a"]) {
    assert.throws(() => section(name), /is no name of a section of settings/, name);
  }
  for (const name of ["system", "exit", "eval", "require", "abort", "send", "if", "from_file"]) {
    assert.throws(
      () => rubySettings([{ section: name, value: "id" }]),
      new RangeError(`"${name}" is no name of a section of settings`),
    );
  }
  for (const key of ["", "a'b", "a\\", "a\nb", "#{x}", "a b", "ü"]) {
    assert.throws(
      () => rubySettings([{ section: "nginx", key, value: 1 }]),
      new RangeError(`${JSON.stringify(key)} is no name of a setting`),
    );
  }
});

test("a file is named by an absolute path of plain characters", () => {
  assert.equal(new RubyFile("/run/secrets/a.b-c_d@1").path, "/run/secrets/a.b-c_d@1");
  for (const path of [
    "",
    "a",
    "/",
    "/a/",
    "/a//b",
    "/a/../b",
    "/./a",
    "/a'b",
    "/a b",
    "/a\n",
    "|id",
  ]) {
    assert.throws(() => new RubyFile(path), /is no absolute path of plain characters/, path);
  }
});
