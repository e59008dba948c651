import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import type { Check } from "../../components/host/index.ts";
import type { Configuration } from "../../config.ts";
import { member } from "../../stacks/problems.ts";
import { platform } from "../../stacks/platform.ts";
import { deploy } from "../support/deploy.ts";
import { configuration, stackSections } from "../support/example.ts";

const stacks = readdirSync(new URL("../../stacks/", import.meta.url)).filter((name) =>
  /^Pulumi\.\w+\.yaml$/.test(name),
);

/** What a check of a stack may not be, one line for each fault. */
function faults(check: Check, config: Configuration, components: readonly string[]): string[] {
  const { name, host, command, intervalSeconds, retrySeconds, timeoutSeconds } = check;
  const wrong: Record<string, boolean> = {
    "is no plain name": !/^[a-z][a-z0-9-]{0,60}$/.test(name),
    "is about no machine": !(host in config.hosts),
    "runs more often than it may last": timeoutSeconds > intervalSeconds,
    "is tried again later than it runs": retrySeconds > intervalSeconds,
    "names no plugin": !/^(?:check_\w+|(?:\/[\w.-]+)+)$/.test(command[0]),
    "may end after its plugin's own limit only": timeoutSeconds <= limitOf(command),
    "says not what to do": !/^[A-Z].{20,}\.$/.test(check.runbook),
    "comes from no component": !components.includes(check.component),
    "comes from no option": check.option.split(".").reduce<unknown>(member, config) === undefined,
  };
  return Object.entries(wrong).flatMap(([what, is]) => (is ? [`${name} on ${host} ${what}`] : []));
}

/** The plugin's own time limit, by its option `-t`; 0 where it has none. */
function limitOf(command: readonly string[]): number {
  const at = command.indexOf("-t");
  return at < 0 ? 0 : Number(command[at + 1]);
}

for (const file of stacks) {
  test(`every check of ${file} can be run, says what to do, and names what it comes from`, async () => {
    const config = configuration(stackSections(file));
    const { result, resources } = await deploy(() => platform(config).checks);
    const components = resources.filter(({ custom }) => !custom).map(({ name }) => name);
    assert.ok(result.length > 3);
    assert.deepEqual(
      result.flatMap((check) => faults(check, config, components)),
      [],
    );
    const names = result.map(({ host, name }) => `${host}!${name}`);
    assert.deepEqual(names, [...new Set(names)]);
  });
}

test("a check with faults is found out", () => {
  const check: Check = {
    name: "Site",
    host: "web",
    from: "inside",
    command: ["rm", "-t", "10"],
    ...{ intervalSeconds: 5, retrySeconds: 6, timeoutSeconds: 7 },
    runbook: "look",
    component: "none",
    option: "hosts.web.nginx",
  };
  const config = configuration(stackSections("Pulumi.lab.yaml"));
  assert.equal(faults(check, config, ["forum"]).length, 9);
});
