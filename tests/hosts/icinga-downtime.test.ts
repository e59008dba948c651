import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, describe, test } from "node:test";
import { Icinga, IcingaOptions } from "../../components/icinga/index.ts";
import { deploy } from "../support/deploy.ts";
import { exampleHost } from "../support/host.ts";
import { docker } from "../../lab/docker.ts";
import { startMachine } from "../../lab/machines.ts";
import { testMachine, testSpec } from "../support/machine.ts";
import { asked } from "../support/monitoring.ts";
import { runOn } from "../support/scripts.ts";
import { quickCheck, watchedStack } from "../support/stack-checks.ts";

const machine = await testMachine("watcher");
const host = exampleHost(machine.name);
const { up, change, becomes } = await watchedStack([machine]);

const seen = quickCheck(host.name, "seen", { site: "forum" });
const green = quickCheck(host.name, "also", { site: "forum" });
const red = { ...green, command: ["check_dummy", "2"] as const };
const other = quickCheck(host.name, "other");
const judge = quickCheck(host.name, "judge", {
  ...{ site: "forum", gate: true },
  command: ["/usr/local/bin/judge", "check", "deployment"],
});

let changes = 0;

/** Runs a step of a new deployment of the forum. */
async function step(which: "begin" | "end"): Promise<void> {
  const options = IcingaOptions.parse({ host: host.name, source: "debian" });
  const { resource } = await deploy(() => {
    const icinga = new Icinga("icinga", { host: exampleHost(host.name), options, agents: [] });
    const deployment = { host, site: "forum", change: String(++changes), secondsMax: 300 };
    icinga.deployment(`step-${which}`, which, deployment, { parent: icinga });
  });
  const { code, stderr } = await runOn(machine, resource(`step-${which}`));
  assert.equal(code, 0, stderr);
}

/** The downtimes there are: of which service, and for how many seconds. */
async function downtimes(): Promise<string[]> {
  const { results } = JSON.parse(
    await machine.succeed(asked(host.name, "/v1/objects/downtimes")),
  ) as {
    results: { attrs: { service_name: string; start_time: number; end_time: number } }[];
  };
  return results
    .map(({ attrs }) => `${attrs.service_name} ${attrs.end_time - attrs.start_time}`)
    .toSorted();
}

const program = "/usr/local/sbin/platform-deployments";
const records = `/var/lib/platform-icinga/deployments/${host.name}.forum`;

/** Has the deployment that is under way looked after, so many seconds after its begin, or its end. */
async function after(of: "begun" | "until", seconds: number): Promise<void> {
  const older = `jq -c '.${of} = ${Math.floor(Date.now() / 1000) - seconds}' ${records}.open`;
  await machine.succeed(
    `set -e; ${older} >/run/older; cp /run/older ${records}.open; ${program} tend`,
  );
}

const deployed = "DEPLOYMENT OK: forum on watcher was deployed in N s";
const ours = async () => (await downtimes()).filter((one) => !one.startsWith("other "));
const said = async () => (await machine.run(`runuser -u nagios -- ${program} check`)).stdout;

describe("a deployment", () => {
  before(async () => {
    await machine.succeed(
      "cat >/usr/local/bin/judge; chmod 0755 /usr/local/bin/judge",
      readFileSync("components/discourse/programs/platform-forum.sh", "utf8"),
    );
    const { code, stderr } = await up(seen, red, other, judge);
    assert.equal(code, 0, stderr);
    await becomes({ [`${host.name}!also`]: 2 });
  });

  test("has one downtime for each service of its site, for so long at most, however often it begins", async () => {
    await step("begin");
    assert.deepEqual(await downtimes(), ["also 300", "judge 300", "seen 300"]);
    await step("begin");
    assert.deepEqual(await downtimes(), ["also 300", "judge 300", "seen 300"]);
  });

  test("ends its downtimes though a service stays red, which people shall know, and none of others", async () => {
    const body = {
      type: "Service",
      service: `${host.name}!other`,
      author: "somebody",
      comment: "x",
    };
    const times = { start_time: 1e9, end_time: 4e9, fixed: true };
    await machine.succeed(
      asked(host.name, "/v1/actions/schedule-downtime", "-X POST --data-binary @-"),
      JSON.stringify({ ...body, ...times }),
    );
    await machine.succeed(`GREEN_SECONDS=6 ${program} end forum ${host.name}`);
    assert.equal(
      (await said()).replace(/\d+ s;/, "N s;").split(" | ")[0],
      `${deployed}; not green 6 s later: also`,
    );
    assert.deepEqual(await downtimes(), ["other 3000000000"]);
    await becomes({ [`${host.name}!also`]: 2 });
  });

  test("whose run was killed keeps its downtimes while something is red, and loses them when all is green", async () => {
    await step("begin");
    await after("begun", 310);
    assert.deepEqual(await ours(), ["also 300", "judge 300", "seen 300"]);
    assert.equal((await change(seen, green, other, judge)).code, 0);
    await becomes({});
    await after("begun", 10);
    assert.deepEqual(await ours(), []);
  });

  test("that nobody brings to its end is red, until the next one is well", async () => {
    await after("until", 1);
    await becomes({ [`${host.name}!deploy-test`]: 2 });
    assert.equal(
      await said(),
      "DEPLOYMENT CRITICAL: forum on watcher was not brought to an end, and `pulumi up` tells why; green\n",
    );
    const told = (verb: string) => machine.succeed(`${program} ${verb} forum ${host.name}`);
    const both = async () => [await told("lapsed"), await told("ended")];
    assert.deepEqual(await both(), ['{"lapsed":true}\n', '{"ended":false}\n']);
    await step("begin");
    assert.deepEqual(await both(), ['{"lapsed":false}\n', '{"ended":false}\n']);
    await machine.succeed(`${program} tend`); // green is no sign yet: the run may not have closed the site
    assert.deepEqual(await ours(), ["also 300", "judge 300", "seen 300"]);
    await step("end");
    assert.equal(await told("ended"), '{"ended":true}\n');
    assert.deepEqual(await ours(), []);
    await becomes({});
    assert.match(
      await said(),
      /^DEPLOYMENT OK: forum on watcher was deployed in \d+ s \| forum@watcher=\d+s\n$/,
    );
  });

  test("that failed on its machine is over at once, and one that failed before is none", async () => {
    const failed = (secondsAgo: number) =>
      machine.succeed(
        `install -d /run/platform-forum; echo $(($(date +%s) - ${secondsAgo})) >/run/platform-forum/failed`,
      );
    await failed(60);
    await step("begin");
    await machine.succeed(`${program} tend`);
    assert.deepEqual(await ours(), ["also 300", "judge 300", "seen 300"]);
    await failed(0);
    await machine.succeed(`${program} tend`);
    assert.deepEqual(await ours(), []);
    assert.equal(
      await said(),
      "DEPLOYMENT CRITICAL: forum on watcher failed, and `pulumi up` tells why; green\n",
    );
    await becomes({ [`${host.name}!deploy-test`]: 2, [`${host.name}!judge`]: 2 });
    await machine.succeed("rm /run/platform-forum/failed");
    await step("begin");
    await step("end");
    await becomes({});
  });

  test("goes on where its monitor was started again meanwhile, by the record and with its downtimes", async () => {
    await step("begin");
    await docker(["kill", machine.container]);
    await startMachine(testSpec(machine.name));
    await machine.waitUntilSucceeds(asked(host.name, "/v1"), 60);
    assert.deepEqual(await ours(), ["also 300", "judge 300", "seen 300"]);
    await machine.succeed(`${program} tend`);
    assert.deepEqual(await ours(), ["also 300", "judge 300", "seen 300"]);
    await step("end");
    assert.deepEqual(await ours(), []);
    await becomes({});
    assert.match(await said(), /^DEPLOYMENT OK: forum on watcher was deployed in \d+ s \|/);
  });

  test("of a site that Icinga does not know, or while it does not answer, is hindered by nothing", async () => {
    const begin = (site: string) =>
      machine.succeed(`ANSWER_SECONDS=3 ${program} begin ${site} ${host.name} 300`);
    const end = (site: string) =>
      machine.succeed(`ANSWER_SECONDS=3 ${program} end ${site} ${host.name}`);
    assert.equal(await begin("wiki"), "Icinga does not know the site yet\n");
    await machine.succeed("systemctl stop icinga2");
    const said = "Icinga does not answer, so it tells nobody anyway\n";
    assert.deepEqual(
      [await begin("forum"), await end("forum"), await end("wiki")],
      [said, said, said],
    );
    await machine.succeed("systemctl start icinga2");
  });
});
