import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { act } from "../../../components/backup/command/act.ts";
import { parse, usage } from "../../../components/backup/command/command-line.ts";
import { chosen, type Outputs } from "../../../components/backup/command/stack.ts";
import { readOutputs } from "../../../components/host/command/outputs.ts";
import { hostKey } from "../../support/example.ts";
import { badly, FakeHost, well } from "../provider/fake-host.ts";

const read = (line: string) => parse(line.split(" "));

test("what was asked is read, and only what the machine knows goes there", () => {
  assert.deepEqual(read("list forum notes"), {
    ...{ verb: "list", host: "forum", name: "notes", options: [] },
  });
  assert.deepEqual(read("restore forum notes --to /srv/look --snapshot 1a2b3c4d --stack prod"), {
    ...{ verb: "restore", host: "forum", name: "notes", stack: "prod" },
    options: ["--to", "/srv/look", "--snapshot", "1a2b3c4d"],
  });
  assert.deepEqual(read("help"), { verb: "help" });
  for (const verb of ["list", "run", "verify", "restore"]) assert.ok(usage.includes(`  ${verb} `));
});

test("what makes no sense is not read", () => {
  for (const line of [
    ...["", "list", "list forum", "delete forum notes", "list forum ../notes", "list -x notes"],
    ...[
      "list forum notes --accept",
      "run forum notes --to /x",
      "restore forum notes --to relative",
    ],
    ...["restore forum notes --to", "restore forum notes --snapshot newest"],
    "restore forum notes --to /x --over-running",
    "restore forum notes --over-running --over-running",
  ]) {
    assert.equal(read(line), undefined, line);
  }
});

const forum = {
  ...{ name: "forum", address: "192.0.2.7", port: 22, user: "root" },
  ...{ hostKey, instance: "1", release: "bookworm" },
};
const backups = [
  { name: "notes", host: "forum" },
  { name: "wiki", host: "other" },
];

test("only what the stack keeps copies of can be meant, and the error says what that is", () => {
  const outputs = { hosts: { forum, other: forum }, backups, copies: { forum: {} } };
  assert.equal(chosen(outputs, "forum", "notes"), forum);
  for (const [host, name] of [
    ["forum", "wiki"],
    ["other", "wiki"],
    ["toString", "notes"],
  ] as const) {
    assert.throws(() => chosen(outputs, host, name), {
      message: `the stack keeps no copies of ${name} on ${host}; it keeps those of: forum notes`,
    });
  }
  assert.throws(() => chosen({}, "a", "b"), /those of: nothing, for it has no section `backups`$/);
});

test("the outputs are those that the Pulumi CLI gives, and its refusal is told", async () => {
  const folder = mkdtempSync(join(tmpdir(), "pulumi-"));
  const before = process.env["PATH"];
  try {
    const cli = join(folder, "pulumi");
    const script = '#!/bin/sh\n[ "$5" != gone ] || { echo "no stack gone" >&2; exit 1; }\n';
    writeFileSync(cli, `${script}echo '{"copies":{"words":"'"$*"'"}}'\n`);
    chmodSync(cli, 0o755);
    process.env["PATH"] = `${folder}:${before ?? ""}`;
    const words = async (stack?: string) => (await readOutputs<Outputs>(stack)).copies?.["words"];
    assert.equal(await words(), "stack output --json");
    assert.equal(await words("prod"), "stack output --json --stack prod");
    await assert.rejects(readOutputs("gone"), { message: "no stack gone" });
    process.env["PATH"] = join(folder, "none");
    await assert.rejects(readOutputs(undefined), {
      message: "the Pulumi CLI is missing: install it",
    });
  } finally {
    process.env["PATH"] = before;
    rmSync(folder, { recursive: true });
  }
});

test("a list is asked on the connection; what changes something is a run of its own", async () => {
  const machine = new FakeHost();
  const request = (line: string) => {
    const found = read(line);
    return found && found.verb !== "help" ? found : assert.fail(line);
  };
  machine.change = () => well("notes: copied\n");
  const told = await act(forum, request("run forum notes --accept"), machine.open);
  assert.equal(told, "notes: copied\n");
  assert.match(machine.sent[0]?.stdin ?? "", /^WORDS=\('run' 'notes' '--accept'\)$/m);
  machine.change = () => badly("notes: there are data of the running service\n");
  await assert.rejects(act(forum, request("restore forum notes"), machine.open), {
    message: "notes: there are data of the running service",
  });
});
