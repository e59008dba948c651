import assert from "node:assert/strict";
import { test } from "node:test";
import type { Properties } from "../../../provider/grpc/values.ts";
import { assignmentLines } from "../../support/scripts.ts";
import {
  FakeHost,
  host,
  keepsSets,
  manifest,
  motd,
  onFakeHost,
  setLines,
  there,
  urn,
  valueIn,
  well,
} from "./fake-host.ts";

const set = urn("ConfigSet");

test("a set is made, found as it was made, and left alone", async () => {
  await onFakeHost(async (run, machine) => {
    keepsSets(machine, { "/etc/motd": "hello\n" });
    const [kept, made] = await run.apply(set, motd);
    assert.equal(made.op, "create");
    assert.match(kept?.id ?? "", /^[0-9a-f]{16}$/);
    assert.deepEqual(kept?.properties, { ...motd, format: 1, notedAs: set });
    const found = there(await run.refresh(there(kept)));
    assert.deepEqual(found, kept);
    assert.deepEqual(await run.apply(set, motd, found), [
      found,
      { op: "same", changes: {}, error: "" },
    ]);
    assert.deepEqual(machine.verbs, ["apply", "look"]);
  });
});

test("a script is sent the inputs, the id of the resource and its name, and nothing else", async () => {
  await onFakeHost(async (run, machine) => {
    const more = {
      absent: ["/etc/a"],
      validate: ["true", "sh -c 'a b'"],
      probe: ["false"],
      deactivate: ["true"],
    };
    const [kept] = await run.apply(set, { ...motd, ...more });
    const lines = assignmentLines(machine.sent[0]?.stdin).join("\n").split("\n");
    assert.match(lines[0] ?? "", /^OPERATOR='[^']+@[^']+'$/);
    assert.match(lines[1] ?? "", /^RUN='[0-9a-f]{16}'$/);
    assert.deepEqual(lines.slice(2), [
      "RELEASE='bookworm'",
      "INSTANCE='7'",
      "PATHS=('/etc/motd')",
      "MODES=('0644')",
      "OWNERS=('root:root')",
      "ABSENT=('/etc/a')",
      "SECRETS=()",
      "SALT=''",
      "ADOPT='replace'",
      "VALIDATE='true",
      String.raw`sh -c '\''a b'\'''`,
      "ACTIVATE=''",
      "PROBE='false'",
      "DEACTIVATE='true'",
      "COMMAND_SECONDS='120'",
      "CONTENTS=('hello",
      "')",
      `ID='${kept?.id ?? ""}'`,
      "NAME='web'",
      `OWNER='${set}'`,
      "CREATE='yes'",
      "KNOWN=()",
      "IMPORTED=''",
    ]);
  });
});

test("what was changed by hand is shown by the field, and put right", async () => {
  await onFakeHost(async (run, machine) => {
    keepsSets(machine, { "/etc/motd": "hello\n" });
    const [kept] = await run.apply(set, motd);
    machine.manifest = manifest(...setLines(there(kept).id, { "/etc/motd": "by hand\n" }));
    const found = there(await run.refresh(there(kept)));
    const [, preview] = await run.apply(set, motd, found, true);
    assert.deepEqual(preview.changes, { 'files["/etc/motd"].content': "UPDATE" });
    const [after, step] = await run.apply(set, motd, found);
    assert.equal(step.op, "update");
    assert.deepEqual(there(after).properties, there(kept).properties);
    assert.deepEqual(machine.verbs, ["apply", "look", "apply"]);
    assert.equal(valueIn(machine.sent[2] ?? assert.fail(), "ID"), kept?.id);
  });
});

test("what is gone from the machine is gone, and made anew", async () => {
  await onFakeHost(async (run, machine) => {
    keepsSets(machine, { "/etc/motd": "hello\n" });
    const [kept] = await run.apply(set, motd);
    machine.manifest = manifest(...setLines("0000000000000000", { "/etc/motd": "hello\n" }));
    assert.equal(await run.refresh(there(kept)), undefined);
    const [again] = await run.apply(set, motd);
    assert.notEqual(again?.id, kept?.id);
  });
});

test("a resource that is called otherwise is the same one on the machine", async () => {
  const machine = new FakeHost();
  keepsSets(machine, { "/etc/motd": "hello\n" });
  const kept = await onFakeHost(async (run) => there((await run.apply(set, motd))[0]), { machine });
  await onFakeHost(
    async (run) => {
      const renamed = urn("ConfigSet", "site");
      const found = there(await run.refresh({ ...kept, urn: renamed }));
      const [, step] = await run.apply(renamed, motd, found);
      assert.deepEqual(step.changes, { notedAs: "DELETE" }); // a later create would take the note for its own
      assert.equal((await run.remove(found)).op, "delete");
      const { stdin = "" } = machine.sent.at(-1) ?? {};
      assert.ok(stdin.includes(`\nID='${kept.id}'\nNAME='site'\n`));
    },
    { machine },
  );
});

test("a create does not take up an id that the program's state has, and takes the one that it is told", async () => {
  await onFakeHost(async (run, machine) => {
    keepsSets(machine, { "/etc/motd": "hello\n" });
    const [kept] = await run.apply(set, motd);
    await run.refresh(there(kept));
    machine.change = () => well("output id 0123456789abcdef\n");
    const files = { "/etc/issue": { content: "", mode: "0644", owner: "root:root" } };
    const [other] = await run.apply(urn("ConfigSet", "other"), { ...motd, files });
    assert.equal(assignmentLines(machine.sent.at(-1)?.stdin).at(-2), `KNOWN=('${kept?.id ?? ""}')`);
    assert.equal(other?.id, "0123456789abcdef");
  });
});

test("another name of the host is another machine; the way to it may change", async () => {
  await onFakeHost(async (run, machine) => {
    keepsSets(machine, { "/etc/motd": "hello\n" });
    const [kept] = await run.apply(set, motd);
    const { id, properties: olds } = there(kept);
    const diff = async (change: Properties) => {
      const news = { ...motd, host: { ...host, ...change } };
      return (await run.ask("Diff", { urn: set, id, olds, oldInputs: motd, news })).response;
    };
    assert.deepEqual(await diff({ name: "mail" }), {
      changes: "DIFF_SOME",
      detailedDiff: { "host.name": { kind: "UPDATE_REPLACE" } },
      diffs: ["host"],
      hasDetailedDiff: true,
      replaces: ["host"],
    });
    const elsewhere = { address: "forum.example.org", port: 22, user: "admin", instance: "8" };
    assert.deepEqual(await diff(elsewhere), {
      changes: "DIFF_SOME",
      detailedDiff: Object.fromEntries(
        Object.keys(elsewhere).map((key) => [`host.${key}`, { kind: "UPDATE" }]),
      ),
      diffs: ["host"],
      hasDetailedDiff: true,
    });
    await run.apply(set, { ...motd, host: { ...host, ...elsewhere } }, there(kept));
    assert.equal(machine.opened, 2);
  });
});

test("a resource is removed by what it was made with", async () => {
  await onFakeHost(async (run, machine) => {
    keepsSets(machine, { "/etc/motd": "hello\n" });
    const [kept] = await run.apply(set, motd);
    assert.deepEqual(await run.remove(there(kept)), { op: "delete", changes: {}, error: "" });
    assert.equal(machine.manifest, manifest());
    const [last] = machine.sent.slice(-1);
    assert.equal(last?.verb, "remove");
    assert.ok(last.stdin.includes("PATHS=('/etc/motd')\n"));
  });
});

test("state of a newer program is refused before anything is compared or removed", async () => {
  await onFakeHost(async (run, machine) => {
    const properties = { ...motd, format: 2 };
    const at = { urn: set, id: "a" };
    const message =
      "rpc error: code = Unknown desc = the state was written by a newer version of this program (format 2, " +
      "known up to 1): update the checkout that you run";
    const answers = [
      await run.ask("Read", { ...at, properties, inputs: motd }),
      await run.ask("Diff", { ...at, olds: properties, oldInputs: motd, news: motd }),
      await run.ask("Delete", { ...at, properties }),
    ];
    assert.deepEqual(
      answers.map(({ errors }) => errors),
      answers.map(() => [message]),
    );
    assert.equal(machine.opened, 0);
  });
});

test("state of a newer program is not removed by its inputs, either", async () => {
  await onFakeHost(async (run, machine) => {
    const properties = { ...motd, format: 2 };
    const at = { urn: set, id: "a" };
    await run.ask("Update", { ...at, olds: properties, oldInputs: motd, news: motd });
    await run.ask("Delete", { ...at, properties, oldInputs: motd });
    assert.deepEqual(machine.verbs, []);
  });
});
