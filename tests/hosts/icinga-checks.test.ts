import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { quickCheck, watchedStack } from "../support/stack-checks.ts";
import { deploy } from "../support/deploy.ts";
import { withProvider } from "../support/host-provider.ts";
import { laws } from "../support/laws.ts";
import { testMachine } from "../support/machine.ts";
import { asked } from "../support/monitoring.ts";
import { inputsOn, stateOf } from "../support/scripts.ts";

const machine = await testMachine("watcher");
const { build, certificates, up, becomes } = await watchedStack([machine]);

const first = quickCheck("watcher", "first");
const second = quickCheck("watcher", "second", { command: ["check_dummy", "2"] });
const refused = quickCheck("watcher", "third", { intervalSeconds: 0 });
const packages = "/var/lib/icinga2/api/packages";

const api = (path: string, words?: string) => machine.succeed(asked("watcher", path, words));
const worker = async () =>
  JSON.parse(await api("/v1/status/IcingaApplication")) as {
    results: { status: { icingaapplication: { app: { program_start: number } } } }[];
  };
const startOf = async () =>
  (await worker()).results[0]?.status.icingaapplication.app.program_start ?? assert.fail();

/** What a preview of the package with these checks would change, and what it warns of. */
async function preview(...checks: Parameters<typeof build>[0]) {
  const name = "monitoring-checks-package";
  const { resource } = await deploy(build(checks), false, certificates);
  const kept = stateOf(machine).get(name) ?? assert.fail("it is there");
  return withProvider(async (run) => {
    const found = (await run.refresh(kept)) ?? assert.fail("it is noted on the machine");
    const inputs = inputsOn(machine, resource(name).wire);
    const [, { changes }] = await run.apply(kept.urn, inputs, found, true);
    return { changes: Object.keys(changes), logs: run.logs };
  });
}

describe("a stack's checks in Icinga", () => {
  test("obey the laws, are run, and are green", async () => {
    const green = () => becomes({ watcher: 0, "watcher!first": 0, "watcher!disk": 0 });
    await laws(machine, build([first]), green, certificates);
    await machine.succeed(`test ! -e ${packages}/platform-test`);
  });

  test("what is added and taken away is live when the run ends, in one stage and by one reload", async () => {
    assert.equal((await up(first)).code, 0);
    const before = await startOf();
    const { code, stderr } = await up(second);
    assert.equal(code, 0, stderr);
    assert.notEqual(await startOf(), before);
    await becomes({ watcher: 0, "watcher!second": 2 });
    assert.equal(
      (await machine.succeed(`ls -d ${packages}/platform-test/*-*/`)).split("\n").length,
      2,
    );
    const live = await startOf();
    assert.equal((await up(second)).stdout, "unchanged\n");
    assert.equal(await startOf(), live);
  });

  test("a check that Icinga refuses is traced back to its option, before a run and in it, and the old go on", async () => {
    const what =
      /correct the check, by its component and option: forum-nginx, hosts\.forum\.nginx\n/;
    const { changes, logs } = await preview(second, refused);
    assert.deepEqual(changes, ["state.file", "state.id", "values.ID", "values.TEXT"]);
    assert.match(logs.join(), /^warning: watcher: Icinga would refuse the checks of this run; /);
    assert.match(logs.join(), what);
    assert.match(logs.join(), /Interval must be greater than 0/);
    const { code, stderr } = await up(second, refused);
    assert.equal(code, 1);
    assert.match(stderr, /Icinga refuses the checks, and goes on with what it had; /);
    assert.match(stderr, what);
    assert.equal(
      (await machine.succeed(`ls -d ${packages}/platform-test/*-*/`)).split("\n").length,
      2,
    );
    await becomes({ watcher: 0, "watcher!second": 2 });
    assert.equal((await up(second)).code, 0);
    assert.deepEqual(await preview(second), { changes: [], logs: [] });
  });

  test("a plugin that is not there is named, and nothing is uploaded", async () => {
    const { code, stderr } = await up(quickCheck("watcher", "second", { command: ["check_none"] }));
    assert.equal(code, 1);
    assert.match(
      stderr,
      /\/usr\/lib\/nagios\/plugins\/check_none is no program that nagios may run here/,
    );
    await becomes({ watcher: 0, "watcher!second": 2 });
  });

  test("what somebody changes in the package's file is shown, and put right", async () => {
    assert.equal((await up(first)).code, 0);
    await machine.succeed(
      `sed -i 's/check_interval = 30/check_interval = 31/' ${packages}/platform-test/*-*/conf.d/platform.conf`,
    );
    assert.deepEqual((await preview(first)).changes, ["state.file"]);
    assert.equal((await up(first)).stdout, "update state.file\n");
    assert.deepEqual((await preview(first)).changes, []);
  });

  test("Icinga that is down is started, and has the checks", async () => {
    await machine.succeed("systemctl stop icinga2");
    const { code, stderr } = await up(first);
    assert.equal(code, 0, stderr);
    await becomes({ watcher: 0, "watcher!first": 0 });
  });
});
