import assert from "node:assert/strict";
import { test } from "node:test";
import { configSet } from "../../../provider/config-set.ts";
import { secret, UNKNOWN, type Properties } from "../../../provider/grpc/values.ts";
import { host, motd, onFakeHost, there, urn, well } from "./fake-host.ts";

const packages: Properties = { host, packages: { nginx: "installed" }, held: [], sources: {} };
const unit: Properties = {
  host,
  unit: "nginx.service",
  enabled: true,
  active: true,
  ready: "true",
};

test("a preview tells what would be made, and asks no machine", async () => {
  await onFakeHost(async (run, machine) => {
    const later = { ...host, address: UNKNOWN, hostKey: UNKNOWN, instance: UNKNOWN };
    const set = {
      ...motd,
      host: later,
      files: { "/a": { content: UNKNOWN, mode: "0644", owner: "root:root" } },
    };
    const made = async (kind: Parameters<typeof urn>[0], inputs: Properties) =>
      there((await run.apply(urn(kind), inputs, undefined, true))[0]);
    const first = await made("ConfigSet", set);
    assert.deepEqual([first.id, first.properties], ["", { ...set, format: 1 }]);
    const second = await made("Packages", { ...packages, host: later });
    assert.deepEqual(second.properties, {
      ...packages,
      host: later,
      changedAt: UNKNOWN,
      format: 1,
    });
    const third = await made("Unit", { ...unit, restartAfter: UNKNOWN });
    assert.deepEqual(third.properties, { ...unit, restartAfter: UNKNOWN, format: 1 });
    assert.equal(machine.opened, 0);
  });
});

/** The paths that an update would change, and how. */
async function changes(
  kind: Parameters<typeof urn>[0],
  olds: Properties,
  news: Properties,
): Promise<Properties> {
  return onFakeHost(async (run, machine) => {
    const { response } = await run.ask("Diff", {
      urn: urn(kind),
      id: "a",
      olds,
      news,
      oldInputs: olds,
    });
    assert.equal(machine.opened, 0);
    const detailed = (response?.["detailedDiff"] ?? {}) as Record<string, { kind?: string }>;
    return Object.fromEntries(
      Object.entries(detailed).map(([path, { kind: change = "ADD" }]) => [path, change]),
    );
  });
}

test("what is not known yet is shown where it stands", async () => {
  const content = (value: string) => ({
    "/etc/motd": { content: value, mode: "0644", owner: "root:root" },
  });
  assert.deepEqual(await changes("ConfigSet", motd, { ...motd, files: content(UNKNOWN) }), {
    'files["/etc/motd"].content': "UPDATE",
  });
  assert.deepEqual(
    await changes("ConfigSet", motd, { ...motd, host: { ...host, instance: UNKNOWN } }),
    {
      "host.instance": "UPDATE",
    },
  );
  assert.deepEqual(await changes("Unit", unit, { ...unit, restartAfter: UNKNOWN }), {
    restartAfter: "ADD",
  });
});

test("with files that change, the commands that make them active are shown to run", async () => {
  const activate = ["systemctl daemon-reload", "systemctl reload nginx"];
  const set = { ...motd, activate, validate: ["true"], probe: ["true"] };
  const runs = { "activate[0]": "ADD", "activate[1]": "ADD" };
  const file = { content: "hello\n", mode: "0600", owner: "root:root" };
  assert.deepEqual(await changes("ConfigSet", set, { ...set, files: { "/etc/motd": file } }), {
    'files["/etc/motd"].mode': "UPDATE",
    ...runs,
  });
  assert.deepEqual(await changes("ConfigSet", set, { ...set, absent: ["/etc/a"] }), {
    "absent[0]": "ADD",
    ...runs,
  });
  assert.deepEqual(await changes("ConfigSet", set, { ...set, probe: [] }), {
    "probe[0]": "DELETE",
    ...runs,
  });
  assert.deepEqual(
    await changes("ConfigSet", set, { ...set, activate: ["true", activate[1] ?? ""] }),
    {
      "activate[0]": "UPDATE",
      "activate[1]": "ADD",
    },
  );
  assert.deepEqual(await changes("ConfigSet", set, { ...set, deactivate: ["true"] }), {
    "deactivate[0]": "ADD",
  });
  assert.deepEqual(await changes("ConfigSet", set, set), {});
});

test("a secret file is shown by its digest, never by its text", async () => {
  const file = { mode: "0600", owner: "root:root" };
  const files = (more: Properties) => ({
    ...motd,
    salt: secret("5a17"),
    files: { "/k": { ...file, ...more } },
  });
  const one = files({ content: secret("ONE"), digest: "1".repeat(32) });
  const two = files({ content: secret("TWO"), digest: "2".repeat(32) });
  const later = files({ content: secret(UNKNOWN), digest: UNKNOWN });
  const plain = files({ content: "ONE" });
  const shown = { 'files["/k"].digest': "UPDATE" };
  assert.deepEqual(await changes("ConfigSet", one, two), shown);
  assert.deepEqual(await changes("ConfigSet", one, later), shown);
  assert.deepEqual(await changes("ConfigSet", one, { ...one, salt: secret("other") }), {});
  assert.deepEqual(await changes("ConfigSet", plain, one), {
    'files["/k"].content': "DELETE",
    'files["/k"].digest': "ADD",
  });
});

test("a secret file that is made anew in this run is still one with a digest", async () => {
  const file = { mode: "0600", owner: "root:root" };
  const is = {
    ...motd,
    files: { "/k": { ...file, content: secret("ONE"), digest: "1".repeat(32) } },
  };
  const news = { ...motd, files: { "/k": { ...file, content: UNKNOWN } } };
  const { inputs } = configSet.check(news, is);
  assert.deepEqual(await changes("ConfigSet", is, inputs), { 'files["/k"].digest': "UPDATE" });
});

test("when packages change, nobody knows yet when that will have been", async () => {
  await onFakeHost(async (run, machine) => {
    machine.change = () => well("installed nginx\noutput changedAt 2026-11-23T02:30:11Z\n");
    const [made] = await run.apply(urn("Packages"), packages);
    assert.equal(made?.properties["changedAt"], "2026-11-23T02:30:11Z");
    const preview = async (change: Properties) => {
      const [after] = await run.apply(
        urn("Packages"),
        { ...packages, ...change },
        there(made),
        true,
      );
      return after?.properties["changedAt"];
    };
    assert.equal(await preview({}), "2026-11-23T02:30:11Z");
    assert.equal(await preview({ held: ["nginx"] }), "2026-11-23T02:30:11Z");
    const source = { text: "", keyUrl: "", fingerprint: "A".repeat(40) };
    const news: Properties[] = [
      { packages: { nginx: "1.22.1-9" } },
      { sources: { nginx: source } },
      { host: { ...host, instance: "8" } },
    ];
    for (const change of news) assert.equal(await preview(change), UNKNOWN);
    assert.deepEqual(machine.verbs, ["apply"]);
  });
});

test("a change that says nothing of the time keeps the one that was", async () => {
  await onFakeHost(async (run, machine) => {
    machine.change = () => well("output changedAt 2026-11-23T02:30:11Z\n");
    const [made] = await run.apply(urn("Packages"), packages);
    machine.change = () => well("unchanged\n");
    const [held] = await run.apply(urn("Packages"), { ...packages, held: ["nginx"] }, there(made));
    assert.equal(held?.properties["changedAt"], "2026-11-23T02:30:11Z");
    machine.change = () => well("output changedAt 2026-11-24T00:00:00Z\noutput other x\n");
    const [last] = await run.apply(urn("Packages"), packages, there(held));
    assert.deepEqual(last?.properties, {
      ...packages,
      changedAt: "2026-11-24T00:00:00Z",
      format: 1,
      notedAs: urn("Packages"),
    });
  });
});
