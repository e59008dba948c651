import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { Icinga, IcingaOptions } from "../../components/icinga/index.ts";
import { deploy } from "../support/deploy.ts";
import { exampleHost } from "../support/host.ts";
import { testMachine } from "../support/machine.ts";
import { asked } from "../support/monitoring.ts";
import { runOn } from "../support/scripts.ts";
import { quickCheck, watchedStack } from "../support/stack-checks.ts";

const machine = await testMachine("watcher");
const host = exampleHost(machine.name);
const { up, becomes } = await watchedStack([machine]);

let changes = 0;

/** Runs a step of a new deployment of the forum; gives what it said. */
async function step(which: "begin" | "end", site = "forum"): Promise<string> {
  const options = IcingaOptions.parse({ host: host.name, source: "debian" });
  const { resource } = await deploy(() => {
    const icinga = new Icinga("icinga", { host: exampleHost(host.name), options, agents: [] });
    const deployment = { host, site, change: String(++changes), secondsMax: 300 };
    icinga.deployment("step", which, deployment, { parent: icinga });
  });
  const { code, stdout, stderr } = await runOn(machine, resource("step"));
  assert.equal(code, 0, stderr);
  return stdout;
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

describe("a deployment", () => {
  before(async () => {
    const seen = quickCheck(host.name, "seen", { site: "forum" });
    const also = quickCheck(host.name, "also", { site: "forum", command: ["check_dummy", "2"] });
    const { code, stderr } = await up(seen, also, quickCheck(host.name, "other"));
    assert.equal(code, 0, stderr);
    await becomes({ [`${host.name}!also`]: 2 });
  });

  test("has one downtime for each service of its site, for so long at most, however often it begins", async () => {
    assert.equal(await step("begin"), "");
    assert.deepEqual(await downtimes(), ["also 300", "seen 300"]);
    await step("begin");
    assert.deepEqual(await downtimes(), ["also 300", "seen 300"]);
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
    await step("end");
    assert.deepEqual(await downtimes(), ["other 3000000000"]);
    await becomes({ [`${host.name}!also`]: 2 });
  });

  test("of a site that Icinga does not know, or while it does not answer, is hindered by nothing", async () => {
    assert.equal(await step("begin", "wiki"), "Icinga does not know the site yet\n");
    await machine.succeed("systemctl stop icinga2");
    const said = "Icinga does not answer, so it tells nobody anyway\n";
    assert.deepEqual([await step("begin"), await step("end")], [said, said]);
    await machine.succeed("systemctl start icinga2");
  });
});
