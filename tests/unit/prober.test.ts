import assert from "node:assert/strict";
import { test } from "node:test";
import { seen } from "../support/prober.ts";

test("what a site was asked for again and again is told in order, and for how long", () => {
  const { answers, seconds, requests } = seen(
    "1.0 200 forum\n1.5 200 forum\n2.0 503 offline\n4.5 503 offline\n5.0 200 forum\n5.25 503 offline\n6.0 200 forum\n",
  );
  assert.deepEqual(answers, ["200 forum", "503 offline", "200 forum", "503 offline", "200 forum"]);
  assert.deepEqual([seconds("503 offline"), seconds("200 forum"), requests], [3.75, 1.25, 7]);
});
