import assert from "node:assert/strict";
import { test } from "node:test";
import { docker } from "../../lab/docker.ts";
import { startMachine } from "../../lab/machines.ts";
import type { Properties } from "../../provider/grpc/values.ts";
import { launched, setOf, setScript } from "../support/faults.ts";
import { type Kept, type Step, withProvider } from "../support/host-provider.ts";
import { testMachine, testSpec } from "../support/machine.ts";

const machine = await testMachine("faults");
const { address, port, hostKey, instance } = machine;
const host = { name: "web", address, port, user: "root", hostKey, instance, release: "bookworm" };
const urn = (kind: string) => `urn:pulumi:test::platform::host:index:${kind}::reboot`;

/** Does not end while a test holds it; what the test says is gone after a restart. */
const held = "while [ -e /run/hold ]; do touch /run/at; sleep 0.1; done";
const [conf, other] = ["/etc/nginx/conf.d/reboot.conf", "/etc/reboot/a"];
const server = (word: string) =>
  `server { listen 8080; location / { default_type text/plain; return 200 ${word}; } }\n`;
const site = (word: string, first: readonly string[] = []) =>
  setOf(
    { [other]: `${word}\n`, [conf]: server(word) },
    { host, validate: ["nginx -t"], activate: [...first, "systemctl reload nginx"] },
  );

const up = (kind: string, inputs: Properties, kept?: Kept): Promise<[Kept | undefined, Step]> =>
  withProvider(async (run) => run.apply(urn(kind), inputs, kept && (await run.refresh(kept))));

/** Takes the machine's power away when the work has come to where it is held, and gives it back. */
async function outage<T>(work: () => Promise<T>): Promise<T> {
  await machine.succeed("touch /run/hold");
  const going = work();
  await machine.waitUntilSucceeds("test -e /run/at", 120);
  await docker(["kill", machine.container]);
  await startMachine(testSpec("faults"));
  return going;
}

/** Runs a set's script, which is held before a line of it, when it comes there and the condition is true. */
async function heldAt(
  verb: "apply" | "remove",
  inputs: Properties,
  line: string,
  condition: string,
) {
  const text = setScript(inputs);
  const changed = text.replace(`\n${line}`, `\nif ${condition}; then ${held}; fi$&`);
  assert.notEqual(changed, text);
  const { command, text: sent } = launched(verb, changed);
  return outage(() => machine.run(command, sent));
}

async function applied(inputs: Properties): Promise<string> {
  const { command, text } = launched("apply", setScript(inputs));
  return (await machine.succeed(command, text)).replace("output id 57e9\n", "");
}

const lost =
  /^web \([\d.]+:22\) was lost while a script was sent to it or ran \(.+\), and knows nothing of it now: it may have been restarted\. Run again\n$/;
const leftovers =
  "ls /run/platform 2>/dev/null; cd /var/lib/platform; ls -d stage gone sets/*/{journal,committed,leaving} 2>/dev/null; true";
const served = `curl -sf 127.0.0.1:8080; echo; cat ${other}; ${leftovers}`;
const settledAtBoot = "journalctl -n 1 -o cat -u platform-recovery.service _TRANSPORT=stdout";
const order =
  "systemctl show -P ExecMainExitTimestampMonotonic platform-recovery; systemctl show -P ExecMainStartTimestampMonotonic nginx";

async function settledBeforeNginx(): Promise<void> {
  const [settled = NaN, started = NaN] = (await machine.succeed(order)).split("\n").map(Number);
  assert.ok(0 < settled && settled < started, `${settled} ${started}`);
}

test("a machine that loses its power after the swap starts its services with the old files", async () => {
  await machine.succeed(
    "apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install nginx-light >/dev/null; " +
      "mkdir -p /etc/reboot; echo precious >/etc/reboot/a",
  );
  const [made, create] = await up("ConfigSet", site("one", [held]));
  assert.equal(create.op, "create", create.error);
  const [after, broken] = await outage(() => up("ConfigSet", site("two", [held]), made));
  assert.match(broken.error, lost);
  assert.equal(await machine.succeed(served), "one\none\n");
  assert.equal(
    await machine.succeed(settledAtBoot),
    "reboot: the files that stood there before are back\n",
  );
  await settledBeforeNginx();
  const [kept, update] = await up("ConfigSet", site("two", [held]), after);
  assert.equal(update.op, "update", update.error);
  await machine.waitUntilSucceeds("curl -sf 127.0.0.1:8080 | grep -qx two");
  assert.equal((await up("ConfigSet", site("two", [held]), kept))[1].op, "same");
  const { error } = await withProvider((run) => run.remove(kept ?? assert.fail()));
  assert.equal(error, "");
});

test("a swap in the middle of which the power goes is undone at boot", async () => {
  await applied(site("one"));
  const rename = "    if [[ -z ${STAGED[i]} ]]; then rm -f";
  await heldAt("apply", site("two"), rename, '[[ $(<"${PATHS[0]}") == two && $i == 1 ]]');
  assert.equal(await machine.succeed(served), "one\none\n");
  await settledBeforeNginx();
  assert.equal(await applied(site("one")), "unchanged\n");
});

test("what was decided before the power went is finished at boot", async () => {
  await heldAt("apply", site("two"), "  note salt", "[[ -e $set/committed ]]");
  assert.equal(await machine.succeed(served), "two\ntwo\n");
  await settledBeforeNginx();
  assert.equal(await applied(site("two")), "unchanged\n");
});

test("a remove in the middle of which the power goes is finished at boot", async () => {
  const line = '    if exists "$set/original$path"; then\n      mkdir';
  await heldAt("remove", site("two"), line, `[[ $path == ${conf} && $(<${other}) == precious ]]`);
  const gone = `cat ${other}; ls ${conf} 2>&1; ls /var/lib/platform; ls /etc/systemd/system | grep platform`;
  assert.equal(
    await machine.succeed(`${gone}; ${leftovers}`),
    `precious\nls: cannot access '${conf}': No such file or directory\nimages\nlock\nowner\n`,
  );
  await machine.succeed("rm -r /etc/reboot");
});

/** A package whose installation a test can hold, from a source of its own. */
const slow = `
  mkdir -p /srv/slow/tree/DEBIAN && cd /srv/slow
  printf 'Package: tiny-slow\nVersion: 1.0\nArchitecture: all\nMaintainer: nobody <nobody@example.org>\nDescription: nothing\n' >tree/DEBIAN/control
  printf '#!/bin/sh\n%s\n' '${held}' >tree/DEBIAN/postinst
  chmod 0755 tree/DEBIAN/postinst
  dpkg-deb --root-owner-group --build tree tiny-slow_1.0.deb >/dev/null
  { dpkg-deb --field tiny-slow_1.0.deb
    printf 'Filename: ./tiny-slow_1.0.deb\nSize: %s\nSHA256: %.64s\n\n' "$(stat -c %s tiny-slow_1.0.deb)" "$(sha256sum tiny-slow_1.0.deb)"; } >Packages
  mv /etc/apt/sources.list .
  echo 'deb [trusted=yes] file:/srv/slow ./' >/etc/apt/sources.list`;

test("an installation in the middle of which the power goes is marked, and mended by the next up", async () => {
  await machine.succeed(slow);
  const inputs = { host, packages: { "tiny-slow": "installed" }, held: [], sources: {} };
  const [left, broken] = await outage(() => up("Packages", inputs));
  assert.match(broken.error, lost);
  assert.equal(left?.properties["unfinished"], broken.error.trim());
  assert.match(await machine.succeed("dpkg --audit"), /tiny-slow/);
  const [kept, update] = await up("Packages", inputs, left);
  assert.equal(update.op, "update", update.error);
  assert.equal(
    await machine.succeed("dpkg --audit; dpkg-query -W -f '${Status}' tiny-slow"),
    "install ok installed",
  );
  assert.equal((await up("Packages", inputs, kept))[1].op, "same");
  assert.equal((await withProvider((run) => run.remove(kept ?? assert.fail()))).error, "");
  await machine.succeed("mv /srv/slow/sources.list /etc/apt/; rm -r /srv/slow");
});
