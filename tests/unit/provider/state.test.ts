import assert from "node:assert/strict";
import { test } from "node:test";
import { upgraded, written } from "../../../provider/state.ts";

test("state says its form, and asks to be read before each preview and update", () => {
  assert.deepEqual(written({ a: 1 }), {
    properties: { a: 1, format: 1 },
    refreshBeforeUpdate: true,
  });
  assert.deepEqual(written({ a: 1, format: 0 }).properties, { a: 1, format: 1 });
});

test("state of this form, and of one without a number, is understood", () => {
  assert.deepEqual(upgraded({ a: 1, format: 1 }), { a: 1, format: 1 });
  assert.deepEqual(upgraded({ a: 1 }), { a: 1 });
});

test("state of a newer program is refused", () => {
  assert.throws(() => upgraded({ a: 1, format: 2 }), {
    message:
      "the state was written by a newer version of this program (format 2, known up to 1): " +
      "update the checkout that you run",
  });
});
