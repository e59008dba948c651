import assert from "node:assert/strict";
import { test } from "node:test";
import * as acme from "../support/acme.ts";
import { apply, journal, machine, program, renew, shown } from "../support/acme.ts";
import { certificate, hostname as name, tlsOutputs } from "../support/forum.ts";
import { exampleHost } from "../support/host.ts";
import { laws } from "../support/laws.ts";
import { applyOn } from "../support/scripts.ts";

const live = "/etc/ssl/platform/acme/forum";
const quarter = 86_400 * 90;
const [first, second] = [acme.directoryAt(14_000), acme.directoryAt(14_100)];

/** The status of the site for somebody who takes any certificate. */
const status = (url: string) =>
  machine.succeed(
    `curl -sk -o /dev/null -w '%{http_code}' --resolve ${name}:443:127.0.0.1 --resolve ${name}:80:127.0.0.1 ${url}`,
  );

test("a certificate is obtained in spite of bad nonces, obeys the laws, and leaves nothing", async () => {
  await acme.removeAll(); // what tests before it have left
  await acme.installPebble();
  await acme.startPebble({ port: 14_000, life: quarter, badNonces: 20 });
  const behave = async () => {
    assert.match(await shown("-issuer"), /^issuer=CN = Pebble Intermediate CA/);
    assert.match(
      await shown("-ext subjectAltName"),
      /DNS:forum\.lab\.test, DNS:www\.forum\.lab\.test/,
    );
    assert.equal(await shown("-serial", "[::1]", acme.alias), await shown("-serial"));
    assert.equal(
      await machine.succeed(`cd $(readlink -f ${live}); stat -c '%a %U %n' . *`),
      "700 root .\n644 root directory\n644 root fullchain.pem\n600 root privkey.pem\n",
    );
    const watched = await machine.succeed(`su nobody -s /bin/sh -c '${program} watch'`);
    assert.match(watched, /^OK: forum\.lab\.test has 99 % of its life left, until /);
    const serial = await shown("-serial");
    assert.equal((await renew()).code, 0);
    assert.match(await journal(), /^not due: the certificate of forum ends on /m);
    assert.equal(await shown("-serial"), serial);
    await machine.succeed(`systemctl is-enabled -q platform-certificate-forum.timer`);
  };
  await laws(machine, acme.build({ directory: first }), behave, tlsOutputs);
  await machine.fail(`ls -d ${live} /var/lib/platform/acme /usr/local/lib/platform`);
});

test("without an answering authority the site is up, and the run says what serves until when", async () => {
  const { name: failed, stderr } = await apply({ directory: second });
  assert.equal(failed, "issue-certificate");
  assert.match(stderr, /was not obtained from https:\/\/acme\.lab\.test:14100\/dir: [^]*refused\n/);
  assert.match(stderr, /The one in place ends on \w+ +\d+ [\d:]+ \d{4} GMT and serves until then/);
  assert.equal(await shown("-issuer"), "issuer=CN = Test CA\n");
  assert.equal(await status(`https://${name}/`), "503"); // the offline page: no application is here
  assert.equal(await status(`http://${name}/`), "301");
  assert.equal(
    await machine.succeed(
      `curl -sk -o /dev/null -w '%{http_code} %{redirect_url}' --resolve ${acme.alias}:443:[::1] 'https://${acme.alias}/t/1?page=2'`,
    ),
    `301 https://${name}/t/1?page=2`,
  );
  const watched = await machine.fail(`${program} watch`);
  assert.match(
    watched.stdout,
    /^CRITICAL: .*; forum\.lab\.test has only its temporary certificate;/,
  );
  await machine.waitForUnit("platform-certificate-forum.timer");
});

test("the next run obtains it, and another authority or kind of key asks anew", async () => {
  const directory = await acme.startPebble({ port: 14_100, life: quarter });
  const { code, stderr } = await apply({ directory });
  assert.equal(code, 0, stderr);
  const issuer = await shown("-issuer");
  assert.match(issuer, /Pebble/);
  assert.equal((await apply({ directory })).stdout, "unchanged\n");
  const moved = await apply({ directory: first });
  assert.equal(moved.code, 0, moved.stderr);
  assert.notEqual(await shown("-issuer"), issuer);
  const other = await apply({ directory: first, keyType: "rsa2048" });
  assert.equal(other.code, 0, other.stderr);
  assert.match(await shown("-text"), /Public-Key: \(2048 bit\)/);
  assert.equal(await shown("-serial", "[::1]"), await shown("-serial"));
});

test("with it, browsers are told once to stay with HTTPS, whatever the application says", async () => {
  const socket = "/var/discourse/shared/standalone/nginx.http.sock";
  const says = 'add_header Strict-Transport-Security "max-age=1; preload" always;';
  const told = async () => {
    const answer = await machine.succeed(
      `curl -skD - -o /dev/null --resolve ${name}:443:127.0.0.1 https://${name}/`,
    );
    return answer.match(/^(?:HTTP.*|strict-transport.*)$/gim)?.map((line) => line.trim());
  };
  const standard = "strict-transport-security: max-age=63072000";
  assert.deepEqual(await told(), ["HTTP/2 503", standard]); // the offline page
  await machine.succeed(
    `mkdir -p ${socket.replace(/\/[^/]*$/, "")}; cat >/etc/nginx/conf.d/app.conf`,
    `server { listen unix:${socket}; ${says} return 200 app; }`,
  );
  await machine.succeed("systemctl reload nginx");
  await machine.waitUntilSucceeds(`curl -skf --resolve ${name}:443:127.0.0.1 https://${name}/`);
  assert.deepEqual(await told(), ["HTTP/2 200", standard]);
  await machine.succeed(
    "rm /etc/nginx/conf.d/app.conf; systemctl reload nginx; rm -rf /var/discourse",
  );
});

test("one that somebody else put there shows in a preview's check, and is obtained again", async () => {
  await machine.succeed(`ln -sfn /etc/ssl/platform/temporary/forum ${live}`);
  const { stdout, stderr } = await apply({ directory: first, keyType: "rsa2048" });
  assert.equal(stdout, "update state.directory state.names state.valid\n", stderr);
  assert.match(await shown("-issuer"), /Pebble/);
});

test("a site that had another certificate keeps it until one was obtained", async () => {
  await acme.removeAll();
  await applyOn(machine, () => certificate(exampleHost()), tlsOutputs);
  const before = await machine.succeed("cat /etc/ssl/platform/forum/fullchain.pem");
  await machine.succeed("systemctl stop pebble-14000");
  assert.equal((await apply({ directory: first })).name, "issue-certificate");
  assert.equal(await machine.succeed(`readlink ${live}`), "/var/lib/platform/acme/forum/earlier\n");
  assert.equal(await machine.succeed(`cat ${live}/fullchain.pem`), before);
  await acme.removeAll();
  await machine.fail(`ls -d ${live} /etc/ssl/platform`);
});
