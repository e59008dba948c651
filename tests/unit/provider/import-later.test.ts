import assert from "node:assert/strict";
import { test } from "node:test";
import type { Properties } from "../../../provider/grpc/values.ts";
import {
  badly,
  FakeHost,
  host,
  manifest,
  motd,
  onFakeHost,
  setLines,
  there,
  urn,
} from "./fake-host.ts";
import { imported, refusal, stands, standsMotd, update } from "./importing.ts";

const set = urn("ConfigSet");

test("until it is noted, every read looks at the machine itself", async () => {
  await onFakeHost(async (run, machine) => {
    standsMotd(machine);
    const kept = await imported(run, { files: ["/etc/motd"] });
    const again = there(await run.refresh(kept));
    assert.deepEqual(again, kept);
    assert.deepEqual((await run.apply(set, motd, again, true))[1], update({ imported: "DELETE" }));
  });
  await onFakeHost(async (run, machine) => {
    standsMotd(machine);
    const kept = await imported(run, { files: ["/etc/motd"] });
    standsMotd(machine, "by hand\n");
    const drifted = there(await run.refresh(kept));
    assert.deepEqual((await run.apply(set, motd, drifted, true))[1].changes, {
      imported: "DELETE",
      'files["/etc/motd"].content': "UPDATE",
    });
    stands(machine, (id) => [["set", id]]);
    const gone = there(await run.refresh(drifted));
    const changes = { imported: "DELETE", 'files["/etc/motd"]': "ADD" };
    assert.deepEqual((await run.apply(set, motd, gone, true))[1].changes, changes);
  });
});

test("when it was noted although the state does not know, that counts", async () => {
  await onFakeHost(async (run, machine) => {
    standsMotd(machine);
    const kept = await imported(run, { files: ["/etc/motd"] });
    machine.manifest = manifest(...setLines(kept.id, { "/etc/motd": "hello\n" }));
    const found = there(await run.refresh(kept));
    assert.deepEqual(found.properties, { ...motd, format: 1 });
    assert.equal((await run.apply(set, motd, found))[1].op, "same");
  });
});

test("another machine than the one that was imported from is another resource; the way to it is not", async () => {
  await onFakeHost(async (run, machine) => {
    standsMotd(machine);
    const {
      id,
      inputs: oldInputs,
      properties: olds,
    } = await imported(run, { files: ["/etc/motd"] });
    const diff = async (change: Properties) => {
      const news = { ...motd, host: { ...host, ...change } };
      return (await run.ask("Diff", { urn: set, id, olds, oldInputs, news })).response?.[
        "detailedDiff"
      ];
    };
    const mark = { imported: { kind: "DELETE" } };
    const kind = "UPDATE_REPLACE";
    assert.deepEqual(await diff({ instance: "8", user: "admin", release: "trixie" }), mark);
    assert.deepEqual(await diff({ name: "mail" }), { ...mark, "host.name": { kind } });
    assert.deepEqual(await diff({ address: "192.0.2.8" }), { ...mark, "host.address": { kind } });
    assert.deepEqual(await diff({ port: 22 }), { ...mark, "host.port": { kind } });
    const hostKey = "ssh-ed25519 AAAA";
    assert.deepEqual(await diff({ hostKey }), { ...mark, "host.hostKey": { kind } });
  });
});

test("destroyed before it was noted, nothing happens on the machine; after that, it is removed", async () => {
  await onFakeHost(async (run, machine) => {
    standsMotd(machine);
    const kept = await imported(run, { files: ["/etc/motd"] });
    assert.equal((await run.remove(kept)).op, "delete");
    assert.deepEqual(machine.verbs, ["look", "look"]);
  });
  await onFakeHost(async (run, machine) => {
    standsMotd(machine);
    const kept = await imported(run, { files: ["/etc/motd"] });
    machine.manifest = manifest(...setLines(kept.id, { "/etc/motd": "hello\n" }));
    assert.equal((await run.remove(kept)).op, "delete");
    assert.deepEqual(machine.verbs, ["look", "look", "remove"]);
  });
});

test("a machine that does not answer makes an import fail, with the usual words", async () => {
  await onFakeHost(async (run, machine) => {
    machine.refusal = "ssh: connect to host 192.0.2.7 port 2222: Connection refused";
    assert.equal(
      await refusal(run, { files: ["/etc/motd"] }),
      "forum (192.0.2.7:2222) cannot be reached: ssh: connect to host 192.0.2.7 port 2222: Connection refused. " +
        "See that the machine runs and that its address and port are right",
    );
  });
  await onFakeHost(async (run, machine) => {
    machine.look = () => badly("web: the machine runs Debian trixie but `release` says bookworm");
    assert.match(
      await refusal(run, { files: ["/etc/motd"] }),
      /runs Debian trixie but `release` says/,
    );
  });
});

test("an imported resource on a machine that does not answer later is unverified, as any other", async () => {
  const machine = new FakeHost();
  standsMotd(machine);
  const kept = await onFakeHost((run) => imported(run, { files: ["/etc/motd"] }), { machine });
  machine.refusal = "ssh: connect to host 192.0.2.7 port 2222: Connection refused";
  await onFakeHost(
    async (run) => {
      const found = there(await run.refresh(kept));
      const { changes } = (await run.apply(set, motd, found, true))[1];
      assert.deepEqual(changes, { unverified: "DELETE", imported: "DELETE" });
      assert.equal(run.logs.length, 1);
    },
    { machine },
  );
  const env = { PLATFORM_OFFLINE: "1" };
  await onFakeHost(
    async (run) => {
      assert.deepEqual(there(await run.refresh(kept)), kept);
      assert.equal(
        await refusal(run, { files: ["/etc/motd"] }),
        "PLATFORM_OFFLINE=1 asks no machine: unset it to import",
      );
    },
    { machine, env },
  );
});
