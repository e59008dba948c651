import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { inTurn, summary } from "../../../bench/measure.ts";

test("works run in turn, and one that takes too long no more", async () => {
  const order: string[] = [];
  const works = {
    quick: () => Promise.resolve(order.push("quick")),
    slow: async () => {
      await pause(400);
      order.push("slow");
    },
  };
  const rows = await inTurn({ rounds: 3, seconds: 0.3 }, works);
  assert.deepEqual(order, ["quick", "slow", "quick", "quick"]);
  assert.equal(rows["quick"]?.length, 3);
  const [time = 0] = rows["slow"] ?? [];
  assert.ok(time >= 0.39 && time < 10, `${time} s`);
});

test("the median of an even number of times is the upper one of the two in the middle", () => {
  assert.deepEqual(summary([3, 1, 2]), { min: 1, median: 2 });
  assert.deepEqual(summary([4, 1, 3, 2]), { min: 1, median: 3 });
});
