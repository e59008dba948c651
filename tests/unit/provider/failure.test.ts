import assert from "node:assert/strict";
import { test } from "node:test";
import { explained, Unreachable } from "../../../provider/failure.ts";
import { hostOf } from "../../../provider/host.ts";
import { host } from "./fake-host.ts";

const where = hostOf({ host });
const explain = (said: string) => explained(where, new Error(said));

// All of these are what the client of OpenSSH 9.2 printed, for other addresses.
const changedKey = (type: string) => `@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@\r
@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\r
@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@\r
IT IS POSSIBLE THAT SOMEONE IS DOING SOMETHING NASTY!\r
Someone could be eavesdropping on you right now (man-in-the-middle attack)!\r
It is also possible that a host key has just been changed.\r
The fingerprint for the ED25519 key sent by the remote host is
SHA256:qvdVFYRa55cid2z2PoicZGhiIH+qJ+X8YD17bvhMhao.\r
Please contact your system administrator.\r
Add correct host key in /dev/null to get rid of this message.\r
Offending ${type} key in KnownHostsCommand-HOSTNAME:1\r
  remove with:\r
  ssh-keygen -f "KnownHostsCommand-HOSTNAME" -R "192.0.2.7"\r
Host key for 192.0.2.7 has changed and you have requested strict checking.\r
Host key verification failed.`;

test("another host key stops at once, and the message says what to do", () => {
  for (const type of ["ED25519", "ECDSA"]) {
    const failure = explain(changedKey(type));
    assert.ok(failure instanceof Unreachable);
    assert.equal(
      failure.message,
      "forum (192.0.2.7:2222) shows another host key than the pinned one, so nothing was sent: if the machine was " +
        "made anew, give it its new `hostKey` and another `instance` in the stack's configuration; if not, somebody " +
        "may stand in between",
    );
    assert.equal(failure.passing, false);
  }
});

test("a pin that is no key of a machine is not waited for", () => {
  const failure = explain(
    "No ED25519 host key is known for 192.0.2.7 and you have requested strict checking.\r\n" +
      "Host key verification failed.",
  );
  assert.equal(failure.passing, false);
  assert.doesNotMatch(failure.message, /See that the machine runs/);
});

test("a login that is refused stops at once, and the message says how to look at the keys", () => {
  for (const said of [
    "root@192.0.2.7: Permission denied (publickey).",
    "root@192.0.2.7: Permission denied (publickey,password,keyboard-interactive).",
    "Received disconnect from 192.0.2.7 port 2222:2: Too many authentication failures\r\n" +
      "Disconnected from 192.0.2.7 port 2222",
  ]) {
    const failure = explain(said);
    assert.equal(
      failure.message,
      "forum (192.0.2.7:2222) accepts no key of the ssh-agent for root: `ssh-add -l` lists those that it has; " +
        "add the right one with `ssh-add`, or put its public half on the machine",
    );
    assert.equal(failure.passing, false);
  }
});

test("what may pass while a machine boots is told by OpenSSH's own last line", () => {
  for (const [said, last] of [
    ["ssh: connect to host 192.0.2.7 port 2222: Connection refused"],
    ["ssh: connect to host 2001:db8::1 port 22: No route to host"],
    ["ssh: Could not resolve hostname host.invalid: Name or service not known"],
    [
      "Connection timed out during banner exchange\r\n",
      "Connection to 192.0.2.7 port 2222 timed out",
    ],
    [
      "kex_exchange_identification: read: Connection reset by peer\r\n",
      "Connection reset by 192.0.2.7 port 2222",
    ],
    [
      "kex_exchange_identification: Connection closed by remote host\r\n",
      "Connection closed by 192.0.2.7 port 2222",
    ],
  ] as const) {
    const failure = explain(`${said}${last ?? ""}\r\n`);
    assert.equal(
      failure.message,
      `forum (192.0.2.7:2222) cannot be reached: ${last ?? said}. ` +
        "See that the machine runs and that its address and port are right",
    );
    assert.equal(failure.passing, true);
  }
});

test("what is thrown and is no error is told, too", () => {
  assert.match(explained(where, "gone").message, / cannot be reached: gone\. See /);
});
