import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { dnsProviders } from "../../components/certificate/providers.ts";
import * as acme from "../support/acme.ts";
import { apply, machine, program, shown } from "../support/acme.ts";
import { hostname } from "../support/forum.ts";

const every = `*.${hostname}`;
const tsig = randomBytes(32).toString("base64");
const zone = `$TTL 1
@ IN SOA ns admin 1 3600 600 86400 1
@ IN NS ns
ns IN A 127.0.0.1
forum IN A 127.0.0.1
www.forum IN A 127.0.0.1
`;
const named = `options { directory "/var/cache/bind"; listen-on { 127.0.0.1; }; listen-on-v6 { none; }; recursion no; };
key "platform" { algorithm hmac-sha256; secret "${tsig}"; };
zone "lab.test" { type primary; file "/var/cache/bind/lab.test"; allow-update { key "platform"; }; };
`;
const hook = `#!/bin/bash
set -euo pipefail
declare -A verb=([present]=add [cleanup]=delete)
echo "$1 $2" >>/run/hook.log
nsupdate -y "hmac-sha256:platform:$DNS_KEY" <<<"server 127.0.0.1
update \${verb[$1]} $2 1 TXT $3
send"
`;
const resolvers = ["127.0.0.1:53"];
const dns = (more: object) => ({ kind: "dns", resolvers, ...more });
const byProvider = (TSIG_SECRET = tsig) => {
  const key = { RFC2136_TSIG_KEY: "platform.", RFC2136_TSIG_ALGORITHM: "hmac-sha256." };
  const environment = {
    ...key,
    RFC2136_TSIG_SECRET: TSIG_SECRET,
    RFC2136_NAMESERVER: "127.0.0.1:53",
    RFC2136_SEQUENCE_INTERVAL: "1",
  };
  return dns({ provider: "rfc2136", environment });
};
const byHook = dns({ hook, environment: { DNS_KEY: tsig, EXEC_SEQUENCE_INTERVAL: "1" } });

/** Fails when the secret is anywhere but in the two files that must have it, or where others can read it. */
async function keptSecret(): Promise<void> {
  const places = "/etc /run /tmp /usr/local /var/lib/platform /var/log";
  const found = await machine.succeed(`grep -rlF '${tsig}' ${places} 2>/dev/null || true`);
  assert.deepEqual(found.trim().split("\n").sort(), [
    "/etc/bind/named.conf",
    "/etc/platform-acme/forum.env",
  ]);
  assert.equal(await machine.succeed("stat -c '%a %U' /etc/platform-acme/forum.env"), "600 root\n");
  const unit = "systemctl show platform-certificate-forum.service; journalctl --sync; journalctl";
  await machine.fail(`(${unit}) | grep -F '${tsig}'`);
}

test("a DNS server of the names is there, and an authority that asks it", async () => {
  await acme.installPebble();
  await machine.succeed(
    "DEBIAN_FRONTEND=noninteractive apt-get -qq install --no-install-recommends bind9 bind9-dnsutils >/dev/null 2>&1; " +
      "grep -q ns.lab.test /etc/hosts || echo 127.0.0.1 ns.lab.test >>/etc/hosts",
  );
  await machine.succeed("cat >/var/cache/bind/lab.test", zone);
  await machine.succeed("cat >/etc/bind/named.conf; chmod 600 /etc/bind/named.conf", named);
  await machine.succeed(
    "chown -R bind: /var/cache/bind /etc/bind/named.conf; systemctl restart named",
  );
  await machine.waitUntilSucceeds("nslookup ns.lab.test 127.0.0.1");
  await acme.startPebble({ port: 14_400, life: 86_400 * 90, dns: "127.0.0.1:53" });
});

test("a hook has all names below one certified, and is all that learns its secret", async () => {
  const source = { directory: acme.directoryAt(14_400), challenge: byHook };
  const { code, stderr } = await apply(source, every);
  assert.equal(code, 0, stderr);
  assert.match(
    await shown("-ext subjectAltName"),
    /DNS:forum\.lab\.test, DNS:\*\.forum\.lab\.test/,
  );
  assert.match(await shown("-issuer", "[::1]", `de.${hostname}`), /Pebble/);
  const log = await machine.succeed("cat /run/hook.log");
  assert.equal(
    log,
    `present _acme-challenge.${hostname}.\ncleanup _acme-challenge.${hostname}.\n`.repeat(2),
  );
  await keptSecret();
  const watched = await machine.succeed(`su nobody -s /bin/sh -c '${program} watch'`);
  assert.match(watched, /^OK: forum\.lab\.test has .*; \*\.forum\.lab\.test has /);
  assert.equal((await apply(source, every)).stdout, "unchanged\n");
});

test("a wrong secret fails with the server's reason, is not repeated, and the old certificate goes on", async () => {
  const serial = await shown("-serial");
  const wrong = randomBytes(32).toString("base64");
  const source = { directory: acme.directoryAt(14_400), challenge: byProvider(wrong) };
  const { name, stderr } = await apply(source, every);
  assert.equal(name, "issue-certificate");
  assert.match(stderr, /DNS update failed: dns: bad authentication/);
  assert.match(stderr, /The one in place ends on .* GMT and serves until then/);
  assert.ok(!stderr.includes(wrong));
  assert.equal(await shown("-serial"), serial);
});

test("a provider of lego's own has another certified at once, with what it is told in its environment", async () => {
  const serial = await shown("-serial");
  const source = { directory: acme.directoryAt(14_400), challenge: byProvider() };
  const { code, stderr } = await apply(source, every);
  assert.equal(code, 0, stderr);
  assert.notEqual(await shown("-serial"), serial);
  assert.equal((await apply(source, every)).stdout, "unchanged\n");
  await keptSecret();
  await machine.fail(`test -e ${program}-dns`);
});

test("the providers that an option may name are those of this machine's lego", async () => {
  const help = await machine.succeed("lego dnshelp");
  const known = /^ {2}(acme-dns, .*)$/m.exec(help)?.[1]?.split(", ") ?? [];
  assert.deepEqual(
    known.filter((name) => name !== "exec" && name !== "manual"),
    [...dnsProviders],
  );
});

test("back to HTTP, without the name that stands for many, no secret stays", async () => {
  const { code, stderr } = await apply({ directory: acme.directoryAt(14_400) });
  assert.equal(code, 0, stderr);
  assert.match(
    await shown("-ext subjectAltName"),
    /DNS:forum\.lab\.test, DNS:www\.forum\.lab\.test/,
  );
  await machine.fail("ls /etc/platform-acme/*");
});
