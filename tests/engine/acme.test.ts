import assert from "node:assert/strict";
import { test } from "node:test";
import { engineStack } from "../support/engine.ts";
import { directoryAt, installPebble, startPebble } from "../support/pebble.ts";

const { machine, up, preview, set } = await engineStack("engine-acme");
const at = "--resolve forum.lab.test:443:127.0.0.1 --cacert /run/pebble.pem";

/** What the site shows of its certificate. */
const shown = (what: string) =>
  machine.succeed(
    `openssl s_client -connect 127.0.0.1:443 -servername forum.lab.test </dev/null 2>/dev/null | openssl x509 -noout ${what}`,
  );

test("an authority that only this machine knows is there", async () => {
  await installPebble(machine);
  await startPebble(machine, { port: 14_000, life: 86_400 * 90 });
  await machine.succeed("curl -sk https://127.0.0.1:15000/roots/0 >/run/pebble.pem");
});

test("one up from nothing ends with a forum behind a certificate of that authority", async () => {
  const { url, ca } = directoryAt(14_000);
  for (const [path, value] of Object.entries({
    kind: "acme",
    email: "admin@lab.test",
    termsOfServiceAgreed: "true",
    "directory.url": url,
    "directory.ca": ca,
  })) {
    await set(`certificates.source.${path}`, value);
  }
  assert.deepEqual(await up(), { create: 38 });
  assert.match(await shown("-issuer"), /^issuer=CN = Pebble Intermediate CA/);
  const status = `curl -sS -o /dev/null -w '%{http_code}' ${at} https://forum.lab.test/`;
  assert.equal(await machine.succeed(status), "200"); // who trusts that authority trusts the site
});

test("the same again changes nothing, and neither does it after the machine has renewed", async () => {
  assert.deepEqual(await up(), { same: 38 });
  const serial = await shown("-serial");
  await machine.succeed(
    "rm /var/lib/platform/acme/forum/lego/for; systemctl start platform-certificate-forum.service",
  );
  assert.notEqual(await shown("-serial"), serial);
  assert.deepEqual(await preview(), { same: 38 });
});
