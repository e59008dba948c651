import assert from "node:assert/strict";
import { test } from "node:test";
import { Claims } from "../../../provider/claims.ts";
import { urn } from "./fake-host.ts";

const on = (name: string) => ({
  name,
  address: `${name}.lab.test`,
  port: 22,
  hostKey: `ssh-ed25519 ${name}`,
});
const motd = { 'files["/etc/motd"]': "/etc/motd" };

test("a thing of a host belongs to who claims it first", () => {
  const claims = new Claims();
  assert.deepEqual(claims.claim(urn("ConfigSet", "one"), on("forum"), motd), []);
  assert.deepEqual(
    claims.claim(urn("ConfigSet", "two"), on("forum"), { ...motd, absent: "/etc/a" }),
    [
      {
        property: 'files["/etc/motd"]',
        reason: "/etc/motd on forum belongs to one already: take it out of one of the two",
      },
    ],
  );
});

test("who asks again, and who asks for another host, is not refused", () => {
  const claims = new Claims();
  for (const host of ["forum", "forum", "mail"]) {
    assert.deepEqual(claims.claim(urn("ConfigSet", "one"), on(host), motd), []);
  }
  assert.deepEqual(claims.claim(urn("ConfigSet", "two"), on("chat"), motd), []);
});

test("each thing that is taken is told", () => {
  const claims = new Claims();
  claims.claim(urn("Unit", "one"), on("forum"), { unit: "unit a.service" });
  claims.claim(urn("ConfigSet", "a::b"), on("forum"), motd);
  const found = claims.claim(urn("Unit", "two"), on("forum"), { unit: "unit a.service", ...motd });
  assert.deepEqual(
    found.map(({ reason }) => reason),
    [
      "unit a.service on forum belongs to one already: take it out of one of the two",
      "/etc/motd on forum belongs to b already: take it out of one of the two",
    ],
  );
});

test("one machine that goes by two names has one owner of each thing", () => {
  const claims = new Claims();
  claims.claim(urn("ConfigSet", "one"), on("forum"), motd);
  const alias = { ...on("forum"), name: "web" };
  assert.equal(claims.claim(urn("ConfigSet", "two"), alias, motd).length, 1);
});
