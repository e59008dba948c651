import assert from "node:assert/strict";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { hostKey, operatorKey, sshArguments } from "../../../lab/identity.ts";

test("ssh trusts the pinned key alone, whatever the operator has configured", () => {
  const host = { address: "127.80.0.11", port: 22, hostKey: "ssh-ed25519 AAAA" };
  assert.deepEqual(sshArguments(host, "/p/.lab/ssh/id_ed25519"), [
    "-F",
    "none",
    ...["-o", "BatchMode=yes"],
    ...["-o", "StrictHostKeyChecking=yes"],
    ...["-o", "UserKnownHostsFile=/dev/null"],
    ...["-o", "GlobalKnownHostsFile=/dev/null"],
    ...["-o", "ConnectTimeout=10"],
    ...["-o", "ServerAliveInterval=15"],
    ...["-o", "ServerAliveCountMax=4"],
    ...["-o", "KnownHostsCommand=/bin/echo %H ssh-ed25519 AAAA"],
    ...["-i", "/p/.lab/ssh/id_ed25519"],
    ...["-o", "IdentitiesOnly=yes"],
    ...["-p", "22"],
    "root@127.80.0.11",
  ]);
});

test("keys are made once, for their owner's eyes only, and each machine has its own", async () => {
  const labDir = mkdtempSync(join(tmpdir(), "lab-test-"));
  try {
    const operator = await operatorKey(labDir);
    assert.equal(operator.path, join(labDir, "ssh/id_ed25519"));
    assert.match(operator.publicKey, /^ssh-ed25519 [A-Za-z0-9+/]{68}$/);
    assert.equal(statSync(operator.path).mode & 0o777, 0o600);
    assert.deepEqual(await operatorKey(labDir), operator);
    const [one, other] = [await hostKey(labDir, "one"), await hostKey(labDir, "other")];
    assert.equal(new Set([operator, one, other].map((key) => key.publicKey)).size, 3);
  } finally {
    rmSync(labDir, { recursive: true });
  }
});
