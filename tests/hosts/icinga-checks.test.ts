import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Check } from "../../components/host/index.ts";
import { quickCheck, watchedStack } from "../support/stack-checks.ts";
import { deploy } from "../support/deploy.ts";
import { withProvider } from "../support/host-provider.ts";
import { laws } from "../support/laws.ts";
import { testMachine } from "../support/machine.ts";
import { asked } from "../support/monitoring.ts";
import { inputsOn, stateOf } from "../support/scripts.ts";

const machine = await testMachine("watcher");
const { build, certificates, up, change, becomes } = await watchedStack([machine]);

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

/** Succeeds when a service is red for sure. */
const hard = (service: string) =>
  `${asked("watcher", `/v1/objects/services/watcher!${service}?attrs=state&attrs=state_type`)} | ` +
  "jq -e '.results[0].attrs | .state == 2 and .state_type == 1'";

/** Has Icinga note in a file whom it would tell what of services; gives the file, when it does. */
async function notes(): Promise<string> {
  const file = "/run/icinga2/told";
  const text = `object User "u" { }
object NotificationCommand "told" { command = [ "/bin/sh", "-c", "echo $$0 $$1 >>${file}", "$service.name$", "$notification.type$" ] }
apply Notification "told" to Service { users = [ "u" ]
command = "told"
assign where match("*", service.name) }`;
  const post = (path: string, body: string) =>
    machine.succeed(asked("watcher", path, "-X POST --data-binary @-"), body);
  await post("/v1/config/packages/told", "{}");
  await post("/v1/config/stages/told", JSON.stringify({ files: { "conf.d/told.conf": text } }));
  await machine.waitUntilSucceeds(
    asked("watcher", "/v1/config/packages") +
      ` | jq -e '.results[] | select(.name == "told") | ."active-stage" != ""'`,
    60,
  );
  return file;
}

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
    const { code, stderr } = await change(second);
    assert.equal(code, 0, stderr);
    assert.notEqual(await startOf(), before);
    await becomes({ watcher: 0, "watcher!second": 2 });
    assert.equal(
      (await machine.succeed(`ls -d ${packages}/platform-test/*-*/`)).split("\n").length,
      2,
    );
    const live = await startOf();
    assert.equal((await change(second)).stdout, "unchanged\n");
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
    const { code, stderr } = await change(second, refused);
    assert.equal(code, 1);
    assert.match(stderr, /Icinga refuses the checks, and goes on with what it had; /);
    assert.match(stderr, what);
    assert.equal(
      (await machine.succeed(`ls -d ${packages}/platform-test/*-*/`)).split("\n").length,
      2,
    );
    await becomes({ watcher: 0, "watcher!second": 2 });
    assert.equal((await change(second)).code, 0);
    assert.deepEqual(await preview(second), { changes: [], logs: [] });
  });

  test("a plugin that is not there is named, and nothing is uploaded", async () => {
    const { code, stderr } = await change(
      quickCheck("watcher", "second", { command: ["check_none"] }),
    );
    assert.equal(code, 1);
    assert.match(
      stderr,
      /\/usr\/lib\/nagios\/plugins\/check_none is no program that nagios may run here/,
    );
    await becomes({ watcher: 0, "watcher!second": 2 });
  });

  test("what somebody changes in the package's file is shown, and put right", async () => {
    assert.equal((await change(first)).code, 0);
    await machine.succeed(
      `sed -i 's/check_interval = 30/check_interval = 31/' ${packages}/platform-test/*-*/conf.d/platform.conf`,
    );
    assert.deepEqual((await preview(first)).changes, ["state.file"]);
    assert.equal((await change(first)).stdout, "update state.file\n");
    assert.deepEqual((await preview(first)).changes, []);
  });

  test("what needs another check that is red tells nobody, and tells when it is red by itself", async () => {
    const [top, middle, leaf] = ["top", "middle", "leaf"].map(
      (name) => `/run/platform-test-${name}`,
    );
    // As the platform's own: what is needed is looked at more often than what needs it takes to be sure.
    const needing = (name: string, flag = "", intervalSeconds = 2, more: Partial<Check> = {}) =>
      quickCheck("watcher", name, {
        command: ["/bin/sh", "-c", `! test -e ${flag} || exit 2`],
        ...{ intervalSeconds, retrySeconds: intervalSeconds, ...more },
      });
    const checks = [
      needing("leaf", leaf, 4, { needs: "middle" }),
      needing("middle", middle, 4, { needs: "top" }),
      needing("top", top),
    ];
    assert.equal((await change(...checks)).code, 0);
    await becomes({});
    const told = await notes();
    await machine.succeed(`touch ${top} ${middle} ${leaf}`);
    await becomes({ "watcher!top": 2, "watcher!middle": 2, "watcher!leaf": 2 });
    await machine.waitUntilSucceeds(`grep -q 'top PROBLEM' ${told}`, 60);
    await machine.waitUntilSucceeds(hard("leaf"), 60);
    await machine.waitUntilSucceeds(hard("middle"), 60);
    await machine.succeed(`rm ${top}`);
    await machine.waitUntilSucceeds(`grep -q 'middle PROBLEM' ${told}`, 60);
    await machine.succeed(`rm ${middle} ${leaf}`);
    await becomes({});
    await machine.waitUntilSucceeds(`grep -q 'middle RECOVERY' ${told}`, 60);
    assert.deepEqual((await machine.succeed(`cat ${told}`)).trim().split("\n"), [
      ...["top PROBLEM", "top RECOVERY", "middle PROBLEM", "middle RECOVERY"],
    ]);
    await machine.succeed(asked("watcher", "/v1/config/packages/told", "-X DELETE"));
  });

  test("Icinga that is down is started, and has the checks", async () => {
    await machine.succeed("systemctl stop icinga2");
    const { code, stderr } = await up(first);
    assert.equal(code, 0, stderr);
    await becomes({ watcher: 0, "watcher!first": 0 });
  });
});
