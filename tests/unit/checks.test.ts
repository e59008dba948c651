import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import type { Check } from "../../components/host/index.ts";
import { checkFaults, lint } from "../../components/icinga/index.ts";
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
  const { name, host } = check;
  const wrong: Record<string, boolean> = {
    "is about no machine": !(host in config.hosts),
    "comes from no component": !components.includes(check.component),
    "comes from no option": check.option.split(".").reduce<unknown>(member, config) === undefined,
  };
  const own = Object.entries(wrong).flatMap(([what, is]) => (is ? [what] : []));
  return [...checkFaults(check), ...own].map((what) => `${name} on ${host} ${what}`);
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

const good: Check = {
  name: "site",
  host: "web",
  from: "inside",
  command: ["check_http", "-H", "web.example.org", "-t", "10", "-w", "2", "-c", "5"],
  ...{ intervalSeconds: 60, retrySeconds: 15, timeoutSeconds: 15 },
  runbook: "Read `journalctl -u nginx` on the machine.",
  component: "none",
  option: "hosts.web.nginx",
};

test("what a check may not be is found out, each by itself", () => {
  assert.deepEqual(checkFaults(good), []);
  const interval = "has no interval, no time of retries or no limit of time";
  const thresholds = "has no thresholds, so it would never be red";
  const cases: [Partial<Check>, string][] = [
    [{ name: "Site" }, "is no plain name: take lower case, digits and dashes"],
    [{ retrySeconds: 0 }, interval],
    [{ intervalSeconds: Number.NaN }, interval],
    [{ timeoutSeconds: 61 }, "runs more often than it may last"],
    [{ retrySeconds: 61 }, "is tried again later than it runs"],
    [{ command: ["rm"] }, "names no plugin: take one of Debian's, or an absolute path"],
    [{ timeoutSeconds: 10 }, "would be ended before its plugin's own limit"],
    [
      { command: ["/usr/local/lib/platform/check-clock", "--timeout", "15"] },
      "would be ended before its plugin's own limit",
    ],
    [{ command: ["check_http", "-H", "web.example.org", "-w", "2"] }, thresholds],
    [{ command: ["check_procs", "-C", "dockerd"] }, thresholds],
    [{ runbook: "look" }, "does not say what to do, in a sentence"],
  ];
  for (const [more, fault] of cases) assert.deepEqual(checkFaults({ ...good, ...more }), [fault]);
  assert.deepEqual(checkFaults({ ...good, command: ["check_http", "-C", "21,7"] }), []);
});

test("checks with faults are refused, all at once, by their components and options", () => {
  assert.deepEqual(lint([good]), [good]);
  assert.throws(() => lint([good, { ...good, name: "Site" }, { ...good, runbook: "" }]), {
    name: "RangeError",
    message:
      "none, hosts.web.nginx: the check Site on web is no plain name: take lower case, digits and dashes\n" +
      "none, hosts.web.nginx: the check site on web does not say what to do, in a sentence",
  });
});

test("a check of a stack that is about nothing in it is found out", () => {
  const config = configuration(stackSections("Pulumi.lab.yaml"));
  assert.deepEqual(faults(good, config, ["forum"]), [
    "site on web is about no machine",
    "site on web comes from no component",
    "site on web comes from no option",
  ]);
});
