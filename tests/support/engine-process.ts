import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

/** The process of the engine that works for this one. */
export function enginePid(): number {
  const children = readFileSync(`/proc/self/task/${process.pid}/children`, "utf8").trim();
  const found = children
    .split(" ")
    .filter((pid) => readFileSync(`/proc/${pid}/cmdline`, "utf8").startsWith("pulumi\0up\0"));
  assert.equal(found.length, 1);
  return Number(found[0]);
}
