import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { destination, pinnedOptions, throughBastion } from "../../../formats/ssh.ts";

const bastion = { address: "192.0.2.1", port: 2200, user: "jump", hostKey: "ssh-ed25519 AAAA+/==" };
const pins = [
  ...["-F", "none", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=yes"],
  ...["-o", "UserKnownHostsFile=/dev/null", "-o", "GlobalKnownHostsFile=/dev/null"],
  ...["-o", "ConnectTimeout=15", "-o", "ServerAliveInterval=15", "-o", "ServerAliveCountMax=4"],
];

test("one key is accepted and no other, and no file of the operator is read", () => {
  assert.deepEqual(pinnedOptions("ssh-ed25519 AAAA"), [
    ...pins,
    ...["-o", "KnownHostsCommand=/bin/echo %H ssh-ed25519 AAAA"],
  ]);
  const more = pinnedOptions("ssh-ed25519 AAAA", { ConnectTimeout: "30", ControlPath: "/s" });
  assert.deepEqual(more.slice(-10), [
    ...["-o", "ConnectTimeout=30", "-o", "ServerAliveInterval=15", "-o", "ServerAliveCountMax=4"],
    ...["-o", "KnownHostsCommand=/bin/echo %H ssh-ed25519 AAAA", "-o", "ControlPath=/s"],
  ]);
});

test("a login is its port, its user and its address, which is never taken for an option", () => {
  const to = { address: "2001:db8::1", port: 22, user: "root" };
  assert.deepEqual(destination(to), ["-p", "22", "-l", "root", "--", "2001:db8::1"]);
});

test("a bastion is an ssh with the same pins, whose percent signs are kept from the first one", () => {
  assert.deepEqual(throughBastion(undefined), {});
  assert.deepEqual(throughBastion(bastion), {
    ProxyCommand:
      "ssh -F none -o BatchMode=yes -o StrictHostKeyChecking=yes -o UserKnownHostsFile=/dev/null " +
      "-o GlobalKnownHostsFile=/dev/null -o ConnectTimeout=15 -o ServerAliveInterval=10 -o ServerAliveCountMax=4 " +
      "-o 'KnownHostsCommand=/bin/echo %%H ssh-ed25519 AAAA+/==' -W '[%h]:%p' -p 2200 -l jump -- 192.0.2.1",
    ConnectTimeout: "30",
  });
});

/** The arguments that the bastion's ssh gets when the real ssh runs the command. */
function argumentsFor(address: string, to: typeof bastion): string[] {
  const folder = mkdtempSync(join(tmpdir(), "ssh-test-"));
  try {
    const noted = join(folder, "arguments");
    const script = `#!/bin/sh\nprintf '%s\\0' "$@" >'${noted}'\n`;
    writeFileSync(join(folder, "ssh"), script, { mode: 0o755 });
    const options = pinnedOptions("ssh-ed25519 BBBB", throughBastion(to));
    const args = [...options, ...destination({ address, port: 2222, user: "root" })];
    const real = execFileSync("sh", ["-c", "command -v ssh"], { encoding: "utf8" }).trim();
    const env = { ...process.env, PATH: `${folder}:${process.env["PATH"] ?? ""}` };
    assert.throws(() => execFileSync(real, args, { env, stdio: "pipe" }), /closed|Broken pipe/);
    return readFileSync(noted, "utf8").split("\0").slice(0, -1);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("through OpenSSH and a shell, the bastion's ssh gets exactly its pins and where to connect", () => {
  const six = { ...bastion, address: "2001:db8::9", user: "jump%h@corp" };
  for (const [address, forward, to] of [
    ["192.0.2.7", "[192.0.2.7]:2222", bastion],
    ["forum.internal", "[forum.internal]:2222", bastion],
    ["2001:db8::7", "[2001:db8::7]:2222", six],
  ] as const) {
    const sooner = pins.map((pin) => pin.replace("Interval=15", "Interval=10"));
    assert.deepEqual(argumentsFor(address, to), [
      ...[...sooner, "-o", "KnownHostsCommand=/bin/echo %H ssh-ed25519 AAAA+/==", "-W", forward],
      ...["-p", "2200", "-l", to.user, "--", to.address],
    ]);
  }
});
