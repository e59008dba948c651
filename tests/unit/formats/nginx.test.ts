import assert from "node:assert/strict";
import { test } from "node:test";
import { argument, block, directive, expression, render } from "../../../formats/nginx.ts";

test("directives and blocks are indented", () => {
  const site = block(
    "server",
    [],
    [
      directive("listen", "[::]:443", "ssl"),
      block("location", ["=", "/a b"], [directive("return", 200, 'say "hi"')]),
    ],
  );
  assert.equal(
    render([site]),
    'server {\n  listen [::]:443 ssl;\n  location = "/a b" {\n    return 200 "say \\"hi\\"";\n  }\n}\n',
  );
});

test("variables are expanded only where they are meant", () => {
  assert.equal(argument(expression("$host")), "$host");
  assert.equal(argument(expression("https://x$request_uri")), '"https://x$request_uri"');
  assert.throws(
    () => argument("price: 5$"),
    new RangeError('nginx would read a variable in "price: 5$": it cannot escape "$"'),
  );
});

test("what could end a directive or start a comment is quoted", () => {
  for (const text of ["a;b", "a}b", "{", "#x", "a b", "", "\\", "'", "a\nb"]) {
    assert.match(argument(text), /^"[^]*"$/);
  }
});

test("a NUL and a name that is no directive are refused", () => {
  assert.throws(() => argument("a\0"), RangeError);
  assert.throws(
    () => render([directive("Return;")]),
    new RangeError('"Return;" is not an nginx directive'),
  );
});
