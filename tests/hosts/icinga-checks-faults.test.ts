import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { after, before, beforeEach, describe, test } from "node:test";
import { testMachine } from "../support/machine.ts";
import { asked } from "../support/monitoring.ts";
import { runOn, stateOf } from "../support/scripts.ts";
import { quickCheck, watchedStack } from "../support/stack-checks.ts";
import { deploy } from "../support/deploy.ts";

const machine = await testMachine("watcher-faults");
const { build, certificates, up, change, becomes, soon } = await watchedStack([machine]);
const host = machine.name;

const green = quickCheck(host, "first");
const red = quickCheck(host, "first", { command: ["check_dummy", "2"] });
const broken = "/etc/icinga2/features-enabled/broken.conf";

/** Icinga judges a stage with this constant, and reloads without it. */
const late = 'if (!globals.contains("ActiveStageOverride")) { throw "broken by a test" }';

const api = (path: string, words?: string) => asked(host, path, words);
const upload = (name: string, text: string) =>
  `jq -nc --arg text '${text}' '{files: {"conf.d/x.conf": $text}}' | ` +
  api(`/v1/config/stages/${name}`, "-X POST --data-binary @-");
const make = (name: string) => api(`/v1/config/packages/${name}`, "-X POST -o /dev/null");

describe("when Icinga has trouble", () => {
  before(async () => {
    const { code, stderr } = await up(green);
    assert.equal(code, 0, stderr);
  });
  beforeEach(async () => {
    const { code, stderr } = await change(green);
    assert.equal(code, 0, stderr);
  });
  after(() => machine.succeed(`rm -f ${broken}`));

  test("a broken file of somebody else is named with its line, the old checks go on, the next run converges", async () => {
    await machine.succeed(`echo 'object Host "x" { check_command = "none" }' >${broken}`);
    const { code, stderr } = await change(red);
    assert.equal(code, 1);
    assert.match(
      stderr,
      /goes on with what it had; the fault is in no line of this stack, but in \/etc\/icinga2\/features-enabled\/broken\.conf, line 1: /,
    );
    await becomes({ [`${host}!first`]: 0 });
    await machine.succeed(`rm ${broken}`);
    assert.equal((await change(red)).code, 0);
    await becomes({ [`${host}!first`]: 2 });
  });

  test("a reload that fails after the verdict is told with its cause, and the next run goes on", async () => {
    await machine.succeed(`echo '${late}' >${broken}`);
    const { code, stderr } = await change(red);
    assert.equal(code, 1);
    assert.match(
      stderr,
      /Icinga can no longer read its configuration: it goes on with what it had/,
    );
    assert.match(stderr, /broken by a test/);
    assert.match(stderr, /features-enabled\/broken\.conf/);
    const plugin = `runuser -u nagios -- /usr/local/lib/platform/check-icinga-config ${host} 127.0.0.1`;
    const { code: number, stdout } = await machine.fail(plugin);
    assert.equal(number, 2);
    assert.match(stdout, /^ICINGA CRITICAL: it cannot read its configuration.*broken by a test/);
    await becomes({ [`${host}!first`]: 0 });
    await machine.succeed(`rm ${broken}`);
    const again = await change(red);
    assert.equal(again.code, 0, again.stderr);
    assert.match(await machine.succeed(plugin), /^ICINGA OK: /);
    await becomes({ [`${host}!first`]: 2 });
  });

  test("the lock that a broken reload of somebody else has left is freed", async () => {
    await machine.succeed(make("other"));
    await machine.succeed(`echo '${late}' >${broken}`);
    await machine.succeed(upload("other", ""));
    await machine.waitUntilSucceeds(
      `${api("/v1/config/packages")} | jq -e '.results[] | select(.name == "other") | ."active-stage" != ""'`,
      60,
    );
    await sleep(12_000); // Icinga begins its own reload within 2.5 s, and says nowhere that it came to nothing
    await machine.succeed(`rm ${broken}`);
    assert.equal((await machine.run(`${upload("other", "")} -o /dev/null`)).code, 22);
    const { code, stderr } = await change(red);
    assert.equal(code, 0, stderr);
    await becomes({ [`${host}!first`]: 2 });
    await machine.waitUntilSucceeds(api("/v1/config/packages/other", "-X DELETE"), 60);
  });

  test("others who upload at the same time are waited for", async () => {
    const others = ["one", "two", "three"];
    for (const name of others) await machine.succeed(make(name));
    const tried = others.map((name) =>
      machine.succeed(
        `for try in $(seq 60); do ${upload(name, "")} && exit; sleep 0.5; done; exit 1`,
      ),
    );
    const { code, stderr } = await change(red);
    assert.equal(code, 0, stderr);
    await Promise.all(tried);
    await becomes({ [`${host}!first`]: 2 });
    const remove = (name: string) => api(`/v1/config/packages/${name}`, "-X DELETE");
    for (const name of others) await machine.waitUntilSucceeds(remove(name), 60);
  });

  test("what another package needs is not taken away, and goes when that one does", async () => {
    await machine.succeed(make("needs"));
    const service = `object Service "own" { host_name = "${host}"; check_command = "dummy" }`;
    await machine.waitUntilSucceeds(upload("needs", service), 60);
    await soon({ [`${host}!own`]: 0 });
    const { resource } = await deploy(build([green]), false, certificates);
    const kept = resource("monitoring-checks-package");
    const refused = await runOn(machine, kept, "delete");
    assert.equal(refused.code, 1);
    assert.match(
      refused.stderr,
      /Icinga does not let the checks go, .* in \/var\/lib\/icinga2\/api\/packages\/needs\//,
    );
    assert.match(refused.stderr, /Object '.*' of type 'Host' does not exist/);
    await soon({ [`${host}!own`]: 0 });
    await machine.waitUntilSucceeds(upload("needs", ""), 60);
    const { code, stderr } = await runOn(machine, kept, "delete");
    assert.equal(code, 0, stderr);
    assert.ok(!stateOf(machine).has(kept.name));
    await machine.succeed("test ! -e /var/lib/icinga2/api/packages/platform-test");
  });
});
