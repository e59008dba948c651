import assert from "node:assert/strict";
import { test } from "node:test";
import * as acme from "../support/acme.ts";
import { apply, journal, machine, program, renew, service, shown } from "../support/acme.ts";
import { hostname } from "../support/forum.ts";
import { makePems } from "../support/pem.ts";

const home = "/var/lib/platform/acme/forum";
const live = "/etc/ssl/platform/acme/forum";
const long = acme.directoryAt(14_300);

/** The serial number in the file that nginx is to serve. */
const inPlace = () => machine.succeed(`openssl x509 -noout -serial -in ${live}/fullchain.pem`);

/** Obtains another certificate without serving it. */
async function obtainAnother(): Promise<void> {
  await machine.succeed(`rm ${home}/lego/for; ${program} obtain`);
}

test("what ends soon is renewed by its timer's service, over IPv6 alone too, and a failure changes nothing", async () => {
  await acme.installPebble();
  const short = await acme.startPebble({ port: 14_200, life: 60 });
  await acme.resolveTo({ ipv4: "127.0.0.1" });
  const { code, stderr } = await apply({ directory: short });
  assert.equal(code, 0, stderr);
  const serial = await shown("-serial");

  await acme.resolveTo({});
  await machine.waitUntilSucceeds(`sleep 3; ! systemctl start ${service}`, 90);
  assert.equal(await shown("-serial"), serial);
  assert.match(await journal(), /was not obtained from https:\/\/acme\.lab\.test:14200\/dir/);
  assert.match(await journal(), /The one in place ends on .* GMT and serves until then/);

  await acme.resolveTo({ ipv6: "::1" });
  assert.equal((await renew()).code, 0);
  assert.notEqual(await shown("-serial"), serial);
  assert.equal(await shown("-serial"), await inPlace());
  await acme.resolveTo({ ipv4: "127.0.0.1", ipv6: "::1" });
  assert.equal(await machine.succeed(`ls -d ${home}/*/ | wc -l`), "2\n"); // lego's, and the one that serves
});

test("what this machine's own nginx does not answer is not even asked for", async () => {
  await acme.startPebble({ port: 14_300, life: 86_400 * 90, remembers: true });
  const changed = await apply({ directory: long });
  assert.equal(changed.code, 0, changed.stderr);
  const serial = await shown("-serial");
  await machine.succeed(
    `rm ${home}/lego/for; sed -i /acme-challenge/s/known/unknown/ /etc/nginx/sites-enabled/platform-forum.conf; systemctl reload nginx`,
  );
  const { stderr } = await machine.fail(`sleep 1; ${program} obtain`);
  assert.match(
    stderr,
    /nginx on this machine does not answer the authority's question for www\.forum\.lab\.test at \[::1\]/,
  );
  await machine.succeed(
    "sed -i /acme-challenge/s/unknown/known/ /etc/nginx/sites-enabled/platform-forum.conf; systemctl reload nginx",
  );
  assert.equal(await shown("-serial"), serial);
  assert.equal((await renew(`sleep 1; systemctl start ${service}`)).code, 0);
});

test("a reload that nginx refuses in silence brings the old one back", async () => {
  const serial = await shown("-serial");
  await obtainAnother();
  await machine.succeed("echo 'server { listen 8446; }' >/etc/nginx/conf.d/taken.conf");
  const holder = machine.run("timeout 60 openssl s_server -accept 8446 -nocert -quiet </dev/zero");
  await machine.waitUntilSucceeds("ss -ltn | grep -q ':8446 '");
  const { stderr } = await machine.fail(`${program} deploy`);
  assert.match(
    stderr,
    /nginx does not serve the new certificate of forum: the old one is back, which ends on/,
  );
  assert.deepEqual([await shown("-serial"), await inPlace()], [serial, serial]);
  await machine.succeed("pkill -x openssl; rm /etc/nginx/conf.d/taken.conf");
  await holder;
  assert.equal((await renew()).code, 0);
  assert.notEqual(await shown("-serial"), serial);
  assert.equal(await shown("-serial"), await inPlace());
});

test("one that was killed between the swap and the reload is finished by the next", async () => {
  const serial = await shown("-serial");
  await obtainAnother();
  await machine.succeed(`sed 's/^took_effect() {/&\\nkill -KILL $$/' ${program} >/run/killed`);
  assert.equal((await renew("bash /run/killed deploy; echo $?")).stdout, "137\n");
  assert.equal(await shown("-serial"), serial);
  assert.notEqual(await inPlace(), serial);
  assert.equal((await renew()).code, 0);
  assert.equal(await shown("-serial"), await inPlace());
});

test("a key of another certificate, a wrong clock and a full disk are refused, and the old one goes on", async () => {
  const serial = await shown("-serial");
  const refused = async (words: RegExp, command = `${program} deploy`) => {
    const { stderr } = await machine.fail(command);
    assert.match(stderr, words);
    assert.deepEqual([await shown("-serial"), await inPlace()], [serial, serial]);
  };
  await obtainAnother();
  const key = `${home}/lego/certificates/forum.lab.test.key`;
  await machine.succeed(`cp ${key} /run/key; cat >${key}`, makePems("other").key);
  await refused(/the new certificate of forum and its key do not belong together/);
  await machine.succeed(`cp /run/key ${key}`);

  await machine.succeed("apt-get -qq install --no-install-recommends faketime >/dev/null 2>&1");
  await refused(
    /later than this machine's clock says: set the clock/,
    `faketime -f -2d ${program} deploy`,
  );
  await refused(/has ended on .* by this machine's clock/, `faketime -f +100d ${program} deploy`);

  await machine.succeed(
    `cp -a ${home} /run/home; mount -t tmpfs -o size=1m tmpfs ${home}; cp -a /run/home/. ${home}; ` +
      `dd if=/dev/zero of=${home}/filler bs=4k 2>/dev/null; true`,
  );
  await refused(/No space left on device/);
  await machine.succeed(`rm ${home}/filler; cp -a ${home} /run/after; umount ${home}`);
  assert.equal((await renew()).code, 0);
  assert.notEqual(await shown("-serial"), serial);
  assert.equal(await shown("-serial"), await inPlace());
});

/** Asks for the site's page over and over, ten times a second, until `done` is there; gives how often it answered what. */
function asked(how: string) {
  // curl asks again by itself where a connection that it has used before was closed, as browsers do, and never else.
  const ask = `curl -sk --max-time 20 --rate 10/s ${how} -o /dev/null -w '%{http_code} %{errormsg}\\n'`;
  const at = `--resolve ${hostname}:443:127.0.0.1 'https://${hostname}/`;
  // An HTTP/2 request that crosses the server's GOAWAY was not processed and is sent again (RFC 9113, 6.8); this curl does not.
  const again = `while read -r said; do if [ "$said" = '000 Error in the HTTP2 framing layer' ]; then ${ask} ${at}'; else echo "$said "; fi; done`;
  return machine.run(
    `for ((n = 0; n < 10 || $(test -e /run/done; echo $?); n++)); do ${ask} ${at}[1-100]' | ${again}; done | sort | uniq -c`,
  );
}

test("of 2,000 requests none fails while certificates are renewed and the configuration changes ten times", async () => {
  const socket = "/var/discourse/shared/standalone/nginx.http.sock";
  await machine.succeed(
    `mkdir -p ${socket.replace(/\/[^/]*$/, "")}; cat >/etc/nginx/conf.d/app.conf; systemctl reload nginx`,
    `server { listen unix:${socket}; return 200 app; }\n`,
  );
  const serials = new Set([await shown("-serial")]);
  const visits = ["--http2", "--http1.1", "--http1.1 -H 'Connection: close'"].map(asked);
  for (let change = 1; change <= 10; change++) {
    const settings = { keepalive_timeout: `${60 + change}s` };
    const { code, stdout, stderr } = await apply({ directory: long }, undefined, { settings });
    assert.equal(code, 0, `${stdout}${stderr}`);
    if (change % 3 > 0) continue;
    await machine.succeed(`rm ${home}/lego/for`);
    assert.equal((await renew()).code, 0);
    serials.add(await shown("-serial"));
  }
  await machine.succeed("touch /run/done");
  assert.equal(serials.size, 4);
  for (const visit of visits) {
    const { stdout } = await visit;
    assert.match(stdout, /^ *\d{4,} 200 \n$/); // a thousand or more, and no other answer
  }
  await machine.succeed(
    "rm -r /etc/nginx/conf.d/app.conf /var/discourse /run/done; systemctl reload nginx",
  );
});
