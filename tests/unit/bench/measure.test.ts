import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { inTurn, summary } from "../../../bench/measure.ts";

test("works run in turn, and a slow one only twice", async () => {
  const order: string[] = [];
  const works = {
    quick: () => Promise.resolve(order.push("quick")),
    slow: async () => {
      await pause(60);
      order.push("slow");
    },
  };
  const rows = await inTurn({ rounds: 4, seconds: 0.1 }, works);
  assert.deepEqual(order, ["quick", "slow", "quick", "slow", "quick", "quick"]);
  assert.equal(rows["quick"]?.length, 4);
  assert.equal(rows["slow"]?.length, 2);
  assert.ok(rows["slow"].every((time) => time >= 0.05 && time < 5));
});

test("the median of an even number of times is the upper one of the two in the middle", () => {
  assert.deepEqual(summary([3, 1, 2]), { min: 1, median: 2 });
  assert.deepEqual(summary([4, 1, 3, 2]), { min: 1, median: 3 });
});
