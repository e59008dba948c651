import assert from "node:assert/strict";
import { test } from "node:test";
import { Claims } from "../../../provider/claims.ts";
import { urn } from "./fake-host.ts";

const motd = { 'files["/etc/motd"]': "/etc/motd" };

test("a thing of a host belongs to who claims it first", () => {
  const claims = new Claims();
  assert.deepEqual(claims.claim(urn("ConfigSet", "one"), "forum", motd), []);
  assert.deepEqual(claims.claim(urn("ConfigSet", "two"), "forum", { ...motd, absent: "/etc/a" }), [
    {
      property: 'files["/etc/motd"]',
      reason: "/etc/motd on forum belongs to one already: take it out of one of the two",
    },
  ]);
});

test("who asks again, and who asks for another host, is not refused", () => {
  const claims = new Claims();
  for (const host of ["forum", "forum", "mail"]) {
    assert.deepEqual(claims.claim(urn("ConfigSet", "one"), host, motd), []);
  }
  assert.deepEqual(claims.claim(urn("ConfigSet", "two"), "chat", motd), []);
});

test("each thing that is taken is told", () => {
  const claims = new Claims();
  claims.claim(urn("Unit", "one"), "forum", { unit: "unit a.service" });
  claims.claim(urn("ConfigSet", "a::b"), "forum", motd);
  const found = claims.claim(urn("Unit", "two"), "forum", { unit: "unit a.service", ...motd });
  assert.deepEqual(
    found.map(({ reason }) => reason),
    [
      "unit a.service on forum belongs to one already: take it out of one of the two",
      "/etc/motd on forum belongs to b already: take it out of one of the two",
    ],
  );
});
