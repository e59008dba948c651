import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { withoutTraces } from "../../stacks/traces.ts";

const limit = Error.stackTraceLimit;
afterEach(() => {
  Error.stackTraceLimit = limit;
});

/** What comes out of work that throws. */
function thrown(): Error {
  try {
    withoutTraces(() => {
      throw new RangeError("no machine is called forum");
    });
  } catch (error) {
    return error as Error;
  }
  return assert.fail("nothing was thrown");
}

test("what is thrown without a trace says how to get one, and its message stays", () => {
  Error.stackTraceLimit = 10;
  const error = thrown();
  assert.ok(error instanceof RangeError);
  assert.equal(error.message, "no machine is called forum");
  assert.equal(
    error.stack,
    "RangeError: no machine is called forum\n    (where: run it again with NODE_OPTIONS=--stack-trace-limit=30)",
  );
  assert.equal(Error.stackTraceLimit, 10);
});

test("a trace that was asked for is there", () => {
  Error.stackTraceLimit = 30;
  const { stack = "" } = thrown();
  assert.match(stack, /traces\.test\.ts:\d+/);
  assert.doesNotMatch(stack, /run it again/);
  assert.equal(Error.stackTraceLimit, 30);
});

test("what the work gives is given, and no trace is taken meanwhile", () => {
  Error.stackTraceLimit = 10;
  assert.equal(
    withoutTraces(() => new Error("x").stack),
    "Error: x",
  );
});
