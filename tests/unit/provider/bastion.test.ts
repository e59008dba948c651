import assert from "node:assert/strict";
import { test } from "node:test";
import { lossIn } from "../../../provider/connection.ts";
import { explained } from "../../../provider/failure.ts";
import { hostOf } from "../../../provider/host.ts";
import { bastion } from "../../support/example.ts";
import { host } from "./fake-host.ts";

const where = hostOf({ host: { ...host, bastion } });
const explain = (said: string) => explained(where, new Error(said.trim()));

// All of these are what the client of OpenSSH 9.2 printed with a ProxyCommand, for other addresses.
const cutOff = `kex_exchange_identification: Connection closed by remote host\r
Connection closed by UNKNOWN port 65535\r
`;
const otherKey = (address: string) => `\
@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\r
The fingerprint for the ED25519 key sent by the remote host is
SHA256:On70QIDAml3+p+CtoRp5D9mYN9PAbdklrXJ2+nXmXGE.\r
Add correct host key in /dev/null to get rid of this message.\r
Offending ED25519 key in KnownHostsCommand-HOSTNAME:1\r
Host key for ${address} has changed and you have requested strict checking.\r
Host key verification failed.\r
`;
const notReached = "forum (192.0.2.7:2222) cannot be reached: its bastion gate.example.org:2200";
const notReachedThrough =
  "forum (192.0.2.7:2222) cannot be reached through its bastion gate.example.org:2200";

test("a bastion that shows another key is told from a machine that does", () => {
  const failure = explain(otherKey("[gate.example.org]:2200") + cutOff);
  assert.equal(
    failure.message,
    `${notReached} shows another host key than the pinned one, so nothing was sent: if the bastion was made anew, ` +
      "give its new key as `bastion.hostKey` in the stack's configuration; if not, somebody may stand in between",
  );
  assert.equal(failure.passing, false);
  const machine = explain(otherKey("[192.0.2.7]:2222"));
  assert.match(machine.message, /^forum \(192\.0\.2\.7:2222\) shows another host key than the /);
  assert.doesNotMatch(machine.message, /bastion/);
  assert.equal(machine.passing, false);
});

test("a bastion that accepts no key is told from a machine that does not", () => {
  for (const said of [
    "jump@gate.example.org: Permission denied (publickey).\r\n",
    "Received disconnect from 192.0.2.1 port 2200:2: Too many authentication failures\r\n" +
      "Disconnected from 192.0.2.1 port 2200\r\n",
  ]) {
    const failure = explain(said + cutOff);
    assert.equal(
      failure.message,
      `${notReached} accepts no key of the ssh-agent for jump: \`ssh-add -l\` lists those that it has; add the ` +
        "right one with `ssh-add`, or put its public half on the bastion",
    );
    assert.equal(failure.passing, false);
  }
  const machine = explain("root@192.0.2.7: Permission denied (publickey).\r\n");
  assert.match(machine.message, /^forum \(192\.0\.2\.7:2222\) accepts no key of .* for root: /);
  assert.doesNotMatch(machine.message, /bastion/);
});

test("a pin that is no key of a bastion is named", () => {
  const failure = explain(
    "No ED25519 host key is known for [gate.example.org]:2200 and you have requested strict checking.\r\n" +
      `Host key verification failed.\r\n${cutOff}`,
  );
  assert.equal(
    failure.message,
    `${notReached} was not asked, for \`bastion.hostKey\` is not a key: copy it again from ` +
      "/etc/ssh/ssh_host_ed25519_key.pub there",
  );
  assert.equal(failure.passing, false);
});

test("a bastion that forbids connections through it is told what to allow, and is not waited for", () => {
  const failure = explain(
    `channel 0: open failed: administratively prohibited: open failed\r\nstdio forwarding failed\r\n${cutOff}`,
  );
  assert.equal(
    failure.message,
    `${notReached} accepts jump but forbids the connection to the machine: its sshd must have ` +
      "`AllowTcpForwarding local` (or yes) and a `PermitOpen` that fits, and the key there no `restrict` without " +
      "`port-forwarding`",
  );
  assert.equal(failure.passing, false);
});

test("a bastion that does not answer may be booting, and is named with OpenSSH's own words", () => {
  for (const [last, before] of [
    ["ssh: connect to host gate.example.org port 2200: Connection refused", ""],
    ["ssh: Could not resolve hostname gate.example.org: Name or service not known", ""],
    [
      "Connection closed by 192.0.2.1 port 2200",
      "kex_exchange_identification: Connection closed by remote host\r\n",
    ],
    [
      "Connection to 192.0.2.1 port 2200 timed out",
      "Connection timed out during banner exchange\r\n",
    ],
  ] as const) {
    const failure = explain(`${before}${last}\r\n${cutOff}`);
    assert.equal(
      failure.message,
      `${notReached} did not answer: ${last}. See that the bastion runs and that its address and port are right`,
    );
    assert.equal(failure.passing, true);
  }
});

test("a machine that its bastion does not reach may be booting, and the bastion is not blamed", () => {
  const see =
    "See that the machine runs and that its address and port are right as the bastion sees them";
  for (const [said, why] of [
    ...["Connection refused", "No route to host", "Name or service not known"].map((word) => [
      `channel 0: open failed: connect failed: ${word}\r\nstdio forwarding failed\r\n${cutOff}`,
      word,
    ]),
    [
      "Connection timed out during banner exchange\r\nConnection to UNKNOWN port 65535 timed out\r\n",
      "Connection to 192.0.2.7 port 2222 timed out",
    ],
    [cutOff, "Connection closed by 192.0.2.7 port 2222"],
    // A bastion's banner is no reason.
    [`Authorised use only.\r\n${cutOff}`, "Connection closed by 192.0.2.7 port 2222"],
  ] as const) {
    const failure = explain(said);
    assert.equal(failure.message, `${notReachedThrough}: ${why}. ${see}`);
    assert.equal(failure.passing, true);
  }
});

test("a link that was lost is told by who did not respond, or by what was said at last", () => {
  const gone = "Timeout, server gate.example.org not responding.\r\n";
  const pipe = "client_loop: send disconnect: Broken pipe\r\n";
  assert.equal(lossIn(gone + pipe), "Timeout, server gate.example.org not responding.");
  const closed = "Connection to 192.0.2.7 closed by remote host.";
  assert.equal(lossIn(`Authorised use only.\r\n${closed}\r\n`), closed);
  assert.equal(lossIn(""), "");
});
