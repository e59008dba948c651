import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeHost, host, keepsSets, motd, onFakeHost, there, urn, well } from "./fake-host.ts";

const set = urn("ConfigSet");
const denied = "root@192.0.2.7: Permission denied (publickey).";
const sentence =
  "forum (192.0.2.7:2222) accepts no key of the ssh-agent for root: `ssh-add -l` lists those that it has; " +
  "add the right one with `ssh-add`, or put its public half on the machine";

/** A machine on which a set was made, and what is known of it; each use is a new run. */
async function made() {
  const machine = new FakeHost();
  keepsSets(machine, { "/etc/motd": "hello\n" });
  const kept = await onFakeHost(async (run) => there((await run.apply(set, motd))[0]), { machine });
  machine.opened = 0;
  machine.sent.length = 0;
  return { machine, kept };
}

test("a host that does not answer is told by its state, marked as not verified, and warned of once", async () => {
  const { machine, kept } = await made();
  machine.refusal = denied;
  await onFakeHost(
    async (run) => {
      for (const name of ["web", "other"]) {
        const found = await run.refresh({ ...kept, urn: urn("ConfigSet", name) });
        assert.deepEqual(there(found).properties, { ...kept.properties, unverified: sentence });
        assert.deepEqual([found?.id, found?.inputs], [kept.id, kept.inputs]);
      }
      assert.deepEqual(run.logs, [`warning: ${sentence}`]);
      assert.equal(machine.opened, 1);
    },
    { machine },
  );
});

test("what was not verified is shown as a change, and a run fails with the sentence", async () => {
  const { machine, kept } = await made();
  machine.refusal = denied;
  await onFakeHost(
    async (run) => {
      const found = there(await run.refresh(kept));
      const [, preview] = await run.apply(set, motd, found, true);
      assert.deepEqual(preview, { op: "update", changes: { unverified: "DELETE" }, error: "" });
      const [after, step] = await run.apply(set, motd, found);
      assert.deepEqual([after, step.op, step.error], [found, "failed", `${sentence}\n`]);
    },
    { machine },
  );
});

test("when it answers again, the mark goes by itself, or with the change that was due", async () => {
  const { machine, kept } = await made();
  const marked = { ...kept, properties: { ...kept.properties, unverified: sentence } };
  await onFakeHost(
    async (run) => {
      assert.deepEqual((await run.refresh(marked))?.properties, kept.properties);
      const [after, step] = await run.apply(set, motd, marked);
      assert.deepEqual([after?.properties, step.op], [kept.properties, "update"]);
    },
    { machine },
  );
});

test("a resource of a host that is gone for good can be taken out of the state", async () => {
  const { machine, kept } = await made();
  machine.refusal = denied;
  await onFakeHost(
    async (run) => {
      assert.equal(
        (await run.remove(kept)).error,
        `${sentence}; when it is gone for good: pulumi state delete '${set}'\n`,
      );
    },
    { machine },
  );
});

test("a machine that was moved is read where it was, and put right where it is", async () => {
  const { machine, kept } = await made();
  const open = machine.open;
  const asked: string[] = [];
  Object.assign(machine, {
    open: ((reach, signal) => {
      asked.push(reach.address);
      machine.refusal = reach.address === "192.0.2.7" ? denied : undefined;
      return open(reach, signal);
    }) satisfies FakeHost["open"],
  });
  await onFakeHost(
    async (run) => {
      const news = { ...motd, host: { ...host, address: "192.0.2.8" } };
      const found = there(await run.refresh(kept));
      const [after, step] = await run.apply(set, news, found);
      assert.deepEqual(step.changes, { "host.address": "UPDATE", unverified: "DELETE" });
      assert.deepEqual(after?.properties, { ...news, format: 1, notedAs: urn("ConfigSet") });
      assert.deepEqual(asked, ["192.0.2.7", "192.0.2.8"]);
    },
    { machine },
  );
});

const offline = { PLATFORM_OFFLINE: "1" };

test("offline, a preview is made from the state, with one warning for each host", async () => {
  const { machine, kept } = await made();
  await onFakeHost(
    async (run) => {
      const mail = { ...motd, host: { ...host, name: "mail", address: "192.0.2.8" } };
      const other = { ...kept, urn: urn("ConfigSet", "mail"), inputs: mail, properties: mail };
      for (const one of [kept, { ...kept, urn: urn("ConfigSet", "more") }, other]) {
        assert.deepEqual((await run.refresh(one))?.properties, { ...one.properties, format: 1 });
      }
      assert.deepEqual(run.logs, [
        "warning: PLATFORM_OFFLINE=1: forum was not asked; this is what the state says",
        "warning: PLATFORM_OFFLINE=1: mail was not asked; this is what the state says",
      ]);
      const [, step] = await run.apply(set, { ...motd, absent: ["/etc/a"] }, kept, true);
      assert.deepEqual(step.changes, { "absent[0]": "ADD" });
      assert.equal(machine.opened, 0);
    },
    { machine, env: offline },
  );
});

const refusal = "PLATFORM_OFFLINE=1 is for previews: unset it to change hosts\n";

test("offline, nothing is changed on a host", async () => {
  const { machine, kept } = await made();
  await onFakeHost(
    async (run) => {
      const news = { ...motd, absent: ["/etc/a"] };
      assert.equal((await run.apply(set, news, kept))[1].error, refusal);
      assert.equal((await run.remove(kept)).error, refusal);
      const [nothing, step] = await run.apply(urn("ConfigSet", "new"), { ...motd, files: {} });
      assert.deepEqual([nothing, step.error], [undefined, refusal]);
      assert.deepEqual(
        machine.verbs.filter((verb) => verb !== "look"),
        [],
      );
    },
    { machine, env: offline },
  );
});

test("offline, a resource that cannot be made asks no host, either", async () => {
  await onFakeHost(
    async (run, machine) => {
      await run.apply(set, motd);
      assert.equal(machine.opened, 0);
    },
    { env: offline },
  );
});

test("another word in the variable is not offline", async () => {
  await onFakeHost(
    async (run, machine) => {
      machine.change = () => well();
      assert.equal((await run.apply(set, motd))[1].op, "create");
    },
    { env: { PLATFORM_OFFLINE: "0" } },
  );
});
