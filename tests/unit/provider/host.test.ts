import assert from "node:assert/strict";
import { test } from "node:test";
import { described, hostFailures, hostOf } from "../../../provider/host.ts";
import type { Properties } from "../../../provider/grpc/values.ts";
import { secret, UNKNOWN } from "../../../provider/grpc/values.ts";
import { host } from "./fake-host.ts";

const failures = (change: Properties) => hostFailures({ host: { ...host, ...change } });

test("a host as the configuration describes it is accepted, by name or address", () => {
  for (const address of ["forum.example.org", "192.0.2.7", "2001:db8::1"]) {
    assert.deepEqual(failures({ address }), []);
  }
  const ecdsa = "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBA==";
  assert.deepEqual(failures({ hostKey: ecdsa }), []);
});

test("a resource without a host is refused", () => {
  const missing = [{ property: "host", reason: "names the machine and is missing" }];
  assert.deepEqual(hostFailures({}), missing);
  assert.deepEqual(hostFailures({ host: "forum" }), missing);
});

test("without the public host key no connection is made, and an RSA key cannot be pinned", () => {
  const without = { ...host };
  delete without["hostKey"];
  const expected = [
    {
      property: "host.hostKey",
      reason:
        "must be the machine's public host key, such as `ssh-ed25519 AAAA…`: without it no connection is made",
    },
  ];
  assert.deepEqual(hostFailures({ host: without }), expected);
  for (const hostKey of [
    "",
    "ssh-rsa AAAAB3NzaC1yc2E",
    "ssh-ed25519 AAAA me@home",
    "ssh-ed25519 $(id)",
  ]) {
    assert.deepEqual(failures({ hostKey }), expected, hostKey);
  }
});

test("each field that is wrong is told by its path", () => {
  const wrong = {
    ...host,
    port: "22",
    name: "a b",
    address: "-oProxyCommand=id",
    user: "Root",
    release: "12",
  };
  assert.deepEqual(hostFailures({ host: wrong }), [
    ...["name", "address", "user", "release", "port"].map((key) => ({
      property: `host.${key}`,
      reason: `is missing or not what a host's ${key} looks like`,
    })),
  ]);
});

test("what is not known yet is accepted, but not the name", () => {
  const later = Object.fromEntries(Object.keys(host).map((key) => [key, UNKNOWN]));
  assert.deepEqual(hostFailures({ host: { ...later, name: "forum" } }), []);
  assert.deepEqual(hostFailures({ host: UNKNOWN }), [
    { property: "host", reason: "names the machine and is missing" },
  ]);
});

test("a name that is not known yet is refused", () => {
  assert.deepEqual(
    failures({ name: UNKNOWN }).map(({ property }) => property),
    ["host.name"],
  );
});

test("a host is read from inputs, through the marks of secrets", () => {
  assert.deepEqual(hostOf({ host }), host);
  assert.deepEqual(hostOf({ host: { ...host, address: secret("192.0.2.7") } }), host);
});

test("messages name a host, and where it was looked for", () => {
  assert.equal(described(hostOf({ host })), "forum (192.0.2.7:2222)");
  const six = hostOf({ host: { ...host, address: "2001:db8::1" } });
  assert.equal(described(six), "forum ([2001:db8::1]:2222)");
});
