import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { difference, diffResult } from "../../../provider/difference.ts";
import { secret, UNKNOWN } from "../../../provider/grpc/values.ts";
import type { Properties } from "../../../provider/grpc/values.ts";

const changes = (is: Properties, wanted: Properties) =>
  difference(is, wanted, [...new Set([...Object.keys(is), ...Object.keys(wanted)])]);

test("what comes, goes and changes is told by the field", () => {
  assert.deepEqual(changes({ a: 1, b: "x", c: true }, { b: "y", c: true, d: null }), {
    a: "delete",
    b: "update",
    d: "add",
  });
});

test("only the named properties are compared", () => {
  assert.deepEqual(difference({ a: 1, b: 1 }, { a: 2, b: 2 }, ["b", "c"]), { b: "update" });
});

test("objects are compared to their depths, in the order of their names", () => {
  const is = { files: { b: { mode: "0644", owner: "root" }, a: { mode: "0644" } } };
  const wanted = { files: { c: { mode: "0600" }, b: { mode: "0600", owner: "root" } } };
  const found = changes(is, wanted);
  assert.deepEqual(Object.entries(found), [
    ["files.a", "delete"],
    ["files.b.mode", "update"],
    ["files.c", "add"],
  ]);
});

test("a name that is no plain word is quoted as Pulumi quotes it", () => {
  const is = { files: { "/etc/a": 1, 'q"u': 1, "docker.io": 1, "1st": 1, _ok1: 1 } };
  assert.deepEqual(Object.keys(changes(is, { files: {} })), [
    'files["/etc/a"]',
    'files["1st"]',
    "files._ok1",
    'files["docker.io"]',
    String.raw`files["q\"u"]`,
  ]);
});

test("lists are compared place by place", () => {
  assert.deepEqual(changes({ a: ["x", "y", "z"] }, { a: ["x", "Y"] }), {
    "a[1]": "update",
    "a[2]": "delete",
  });
  assert.deepEqual(changes({ a: [] }, { a: [{ b: 1 }] }), { "a[0]": "add" });
  assert.deepEqual(changes({ a: [{ b: 1 }] }, { a: [{ b: 2 }] }), { "a[0].b": "update" });
});

test("another type at the same place is one change", () => {
  assert.deepEqual(changes({ a: ["x"], b: { c: 1 } }, { a: { 0: "x" }, b: "c" }), {
    a: "update",
    b: "update",
  });
});

test("what is not known yet counts as changed, at the place where it stands", () => {
  assert.deepEqual(changes({ a: { b: "x", c: 1 } }, { a: { b: UNKNOWN, c: 1 } }), {
    "a.b": "update",
  });
  assert.deepEqual(changes({ a: { b: "x" } }, { a: UNKNOWN }), { a: "update" });
  assert.deepEqual(changes({}, { a: UNKNOWN }), { a: "add" });
});

test("a value that becomes secret, or is none any more, is changed; nothing inside it is told", () => {
  assert.deepEqual(changes({ a: "x" }, { a: secret("x") }), { a: "update" });
  assert.deepEqual(changes({ a: secret("x") }, { a: "x" }), { a: "update" });
  assert.deepEqual(changes({ a: secret("x") }, { a: secret("x") }), {});
  assert.deepEqual(changes({ a: secret({ b: "x" }) }, { a: secret({ b: "y" }) }), { a: "update" });
});

test("nothing differs from itself, and what differs is told either way", () => {
  const value = fc.letrec((tie) => ({
    leaf: fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null)),
    object: fc.dictionary(fc.string(), tie("any"), { maxKeys: 3 }),
    any: fc.oneof(
      { maxDepth: 3 },
      tie("leaf"),
      fc.array(tie("any"), { maxLength: 3 }),
      tie("object"),
    ),
  })).object as fc.Arbitrary<Properties>;
  fc.assert(
    fc.property(value, value, (one, other) => {
      assert.deepEqual(changes(one, structuredClone(one)), {});
      const there = changes(one, other);
      const back = changes(other, one);
      const turned = { add: "delete", delete: "add", update: "update" } as Record<string, string>;
      assert.deepEqual(
        back,
        Object.fromEntries(Object.entries(there).map(([path, kind]) => [path, turned[kind]])),
      );
    }),
  );
});

test("a path that needs a new resource says so, with the property that holds it", () => {
  const found = {
    "host.name": "update",
    "host.port": "update",
    unit: "update",
    held: "add",
  } as const;
  assert.deepEqual(
    diffResult(found, (path) => path === "host.name" || path === "unit"),
    {
      diffs: ["host", "unit", "held"],
      replaces: ["host", "unit"],
      detailed: {
        "host.name": "update-replace",
        "host.port": "update",
        unit: "update-replace",
        held: "add",
      },
    },
  );
  assert.deepEqual(
    diffResult({}, () => true),
    { diffs: [], replaces: [], detailed: {} },
  );
});
