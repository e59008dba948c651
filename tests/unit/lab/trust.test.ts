import assert from "node:assert/strict";
import { test } from "node:test";
import { additions } from "../../../lab/images/trust.ts";

const pem = (body: string) => `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`;

test("an authority is added once when Debian does not ship it, however its PEM is wrapped", () => {
  const long = "A".repeat(64) + "BB";
  const trusted = `# house CA\n${pem(long)}${pem("Q0M=")}${pem(`${"A".repeat(33)}\r\n${long.slice(33)}`)}`;
  assert.deepEqual(additions(trusted, pem("Q0M=")), [pem(`${"A".repeat(64)}\nBB`)]);
});

test("an operator who trusts what Debian ships adds nothing", () => {
  assert.deepEqual(additions(pem("QQ==") + pem("Qg=="), pem("Qg==") + pem("QQ==")), []);
});
