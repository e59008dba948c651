import assert from "node:assert/strict";
import { test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { ConfigSet, Packages, Unit } from "../../components/host/index.ts";
import { deploy, type Registered } from "../support/deploy.ts";
import { withProvider, type ProviderRun } from "../support/host-provider.ts";
import { exampleHost } from "../support/host.ts";
import { testMachine } from "../support/machine.ts";
import { applyOn, inOrder, inputsOn, runOn, stateOf, urnOf } from "../support/scripts.ts";

const machine = await testMachine("components");

const service = "[Service]\nExecStart=/bin/sleep 600\n[Install]\nWantedBy=multi-user.target\n";
const large = "0123456789abcdef\n".repeat(5000);

/** One of each kind, with every field that is read. */
function build() {
  const host = exampleHost();
  const wanted = ["jq", { name: "sqlite3", held: true }];
  new Packages("drift-packages", { host, packages: wanted });
  new ConfigSet("drift-unit-file", {
    host,
    files: [{ path: "/usr/local/lib/systemd/system/drift.service", content: service }],
    activate: [["systemctl", "daemon-reload"]],
  });
  new Unit("drift-unit", { host, unit: "drift.service", ready: ["true"] });
  new ConfigSet("drift-set", {
    host,
    files: [
      { path: "/etc/drift/plain", content: "one\ntwo\n" },
      { path: "/etc/drift/empty", content: "" },
      { path: "/etc/drift/large", content: large, owner: "daemon:root" },
      { path: "/etc/drift/key", content: pulumi.secret("canary-of-drift\n"), mode: "0600" },
    ],
    absent: ["/etc/drift/absent"],
    activate: [["touch", "/run/drift"]],
  });
}

/** What is done by hand, in which resource it shows, and as which changes; activation shows with those of files. */
const drifts: readonly (readonly [string, string, string, Readonly<Record<string, string>>])[] = [
  [
    "a line more",
    "echo x >>/etc/drift/plain",
    "drift-set",
    { '["/etc/drift/plain"].content': "UPDATE" },
  ],
  [
    "another mode",
    "chmod 4755 /etc/drift/plain",
    "drift-set",
    { '["/etc/drift/plain"].mode': "UPDATE" },
  ],
  [
    "another owner",
    "chown daemon /etc/drift/plain",
    "drift-set",
    { '["/etc/drift/plain"].owner': "UPDATE" },
  ],
  [
    "another group",
    "chgrp 12345 /etc/drift/large",
    "drift-set",
    { '["/etc/drift/large"].owner': "UPDATE" },
  ],
  ["no file", "rm /etc/drift/plain", "drift-set", { '["/etc/drift/plain"]': "ADD" }],
  [
    "no file at all",
    "rm -r /etc/drift",
    "drift-set",
    Object.fromEntries(
      ["empty", "key", "large", "plain"].map((name) => [`["/etc/drift/${name}"]`, "ADD"]),
    ),
  ],
  [
    "an empty file filled",
    "echo x >/etc/drift/empty",
    "drift-set",
    { '["/etc/drift/empty"].content': "UPDATE" },
  ],
  [
    "a large file changed at its end",
    "echo x >>/etc/drift/large",
    "drift-set",
    { '["/etc/drift/large"].digest': "UPDATE" },
  ],
  [
    "a secret changed",
    "echo x >/etc/drift/key",
    "drift-set",
    { '["/etc/drift/key"].digest': "UPDATE" },
  ],
  [
    "a secret readable",
    "chmod 644 /etc/drift/key",
    "drift-set",
    { '["/etc/drift/key"].mode': "UPDATE" },
  ],
  ["a file that is to be absent", "echo x >/etc/drift/absent", "drift-set", { absent: "ADD" }],
  [
    "a link to the same text",
    "mv /etc/drift/plain /etc/drift/p; ln -s p /etc/drift/plain",
    "drift-set",
    {
      '["/etc/drift/plain"].content': "UPDATE",
      '["/etc/drift/plain"].mode': "UPDATE",
      '["/etc/drift/plain"].type': "DELETE",
    },
  ],
  ["a stopped unit", "systemctl stop drift", "drift-unit", { active: "UPDATE" }],
  ["a disabled unit", "systemctl disable -q drift", "drift-unit", { enabled: "UPDATE" }],
  [
    "a failed unit",
    "systemctl kill -s KILL drift; sleep 0.3",
    "drift-unit",
    { active: "UPDATE", failed: "DELETE" },
  ],
  [
    "a masked unit",
    "systemctl mask -q drift",
    "drift-unit",
    { enabled: "UPDATE", masked: "DELETE" },
  ],
  [
    "a removed package",
    "apt-get -qq remove jq >/dev/null 2>&1",
    "drift-packages",
    { "packages.jq": "ADD" },
  ],
  [
    "a released hold",
    "apt-mark unhold -q sqlite3 >/dev/null",
    "drift-packages",
    { "held[0]": "ADD" },
  ],
];

let registered: readonly Registered[] = [];

/** What a preview says of each resource that is not as it is to be. */
async function previewed(
  run: ProviderRun,
): Promise<Record<string, Readonly<Record<string, string>>>> {
  const found: Record<string, Readonly<Record<string, string>>> = {};
  for (const one of registered) {
    const known = stateOf(machine).get(one.name) ?? assert.fail(`${one.name} is not in the state`);
    const state = await run.refresh(known);
    const inputs = inputsOn(machine, one.wire);
    const [, step] = await run.apply(urnOf(one), inputs, state, true);
    if (step.op !== "same") found[one.name] = step.changes;
  }
  return found;
}

test("nothing is different before anything was done by hand, and one connection reads it all", async () => {
  registered = inOrder((await deploy(build)).resources);
  const { results } = await applyOn(machine, build);
  for (const { name, code, stderr } of results) assert.equal(code, 0, `${name}: ${stderr}`);
  await withProvider(async (run) => {
    assert.deepEqual(await previewed(run), {});
    assert.equal(run.connections(), 1);
  });
});

for (const [what, byHand, where, changes] of drifts) {
  test(`${what}: a preview shows exactly that, up repairs it, the next preview is clean`, async () => {
    await machine.succeed(byHand);
    const paths = Object.entries(changes).map(([path, kind]): [string, string] => [
      path.startsWith("[") ? `files${path}` : path.replace(/^absent$/, "absent[0]"),
      kind,
    ]);
    const shown = Object.fromEntries(paths);
    if (where === "drift-set") shown["activate[0]"] = "ADD";
    assert.deepEqual(await withProvider(previewed), { [where]: shown });
    const { results } = await applyOn(machine, build);
    assert.deepEqual(
      results
        .filter(({ stdout }) => stdout !== "unchanged\n")
        .map(({ name, stderr }) => [name, stderr]),
      [[where, ""]],
    );
    assert.deepEqual(await withProvider(previewed), {});
  });
}

test("what was put there goes again", async () => {
  await machine.succeed("rm /etc/drift/p"); // where the link led
  for (const resource of registered.toReversed()) {
    const { code, stderr } = await runOn(machine, resource, "delete");
    assert.equal(code, 0, stderr);
  }
  assert.equal(
    await machine.succeed("ls -d /etc/drift /var/lib/platform/sets/* 2>/dev/null || true"),
    "",
  );
  await machine.succeed("rm -f /run/drift");
});
