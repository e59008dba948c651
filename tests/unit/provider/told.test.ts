import assert from "node:assert/strict";
import { test } from "node:test";
import { type Properties, secret, UNKNOWN } from "../../../provider/grpc/values.ts";
import {
  badly,
  FakeHost,
  host,
  manifest,
  onFakeHost,
  there,
  urn,
  valueIn,
  well,
} from "./fake-host.ts";

const machineOf = urn("Script");
const wanted: Properties = {
  host,
  script: 'apply() {\n  true\n}\ncheck() { true; }\n"$@" </dev/null\n',
  values: { TOKEN: secret("canary-token") },
  state: { cpus: 2 },
  timeoutSeconds: 300,
};

/** A hypervisor whose machine has `cpus`, if there is one, and this instance. */
class Hypervisor extends FakeHost {
  id = "";
  told = "";

  /** What its check tells from now on. */
  tells(text: string): void {
    this.told = Buffer.from(text).toString("base64");
    this.manifest = manifest(["script", this.id, "whole", "0", this.told]);
  }

  override change = (sent: { verb: string; stdin: string }) => {
    this.id = valueIn(sent, "ID");
    this.tells('{"cpus":2}\ntold {"instance":"1a2b"}\n');
    return well(`output state ${this.told}\napplied\n`);
  };
}

test("what only the machine knows is not known before it is made, and an output then", async () => {
  await onFakeHost(
    async (run) => {
      const [planned] = await run.apply(machineOf, wanted, undefined, true);
      assert.equal(there(planned).properties["told"], UNKNOWN);
      const [kept] = await run.apply(machineOf, wanted);
      assert.deepEqual(there(kept).properties["told"], { instance: "1a2b" });
      assert.deepEqual(there(kept).properties["state"], { cpus: 2 });
      const found = there(await run.refresh(there(kept)));
      assert.deepEqual(found, kept);
      assert.equal((await run.apply(machineOf, wanted, found))[1].op, "same");
    },
    { machine: new Hypervisor() },
  );
});

test("after a machine was made or restarted, links to others are made anew, and its hypervisor's is not", async () => {
  const machine = new Hypervisor();
  const guest: Properties = { ...host, name: "guest", address: "192.0.2.9" };
  const unit = (ready: string, at: Properties = guest) => ({
    ...{ host: at, unit: "a.service", enabled: true, active: true, ready },
  });
  await onFakeHost(
    async (run) => {
      const [before] = await run.apply(urn("Unit"), unit("true"));
      await run.apply(machineOf, wanted);
      assert.equal(machine.opened, 2);
      await run.apply(urn("Unit"), unit("false"), there(before));
      assert.equal(machine.opened, 3);
      await run.apply(urn("Unit", "own"), unit("true", host));
      assert.equal(machine.opened, 3);
    },
    { machine },
  );
});

test("a change keeps it, and one of a machine that is gone does not know it", async () => {
  const machine = new Hypervisor();
  await onFakeHost((run) => run.apply(machineOf, wanted), { machine });
  const later = async (told: string) => {
    machine.tells(told);
    return onFakeHost(
      async (run) => {
        const kept = {
          urn: machineOf,
          id: machine.id,
          inputs: wanted,
          properties: { ...wanted, told: { instance: "1a2b" } },
        };
        const found = there(await run.refresh(kept));
        const [planned, { changes }] = await run.apply(machineOf, wanted, found, true);
        return [there(planned).properties["told"], changes];
      },
      { machine },
    );
  };
  assert.deepEqual(await later('{"cpus":1}\ntold {"instance":"1a2b"}\n'), [
    { instance: "1a2b" },
    { "state.cpus": "UPDATE" },
  ]);
  assert.deepEqual(await later("{}\n"), [UNKNOWN, { "state.cpus": "ADD" }]);
  assert.deepEqual(await later('{"cpus":2}\ntold {"instance":"3c4d"}\n'), [
    { instance: "3c4d" },
    {},
  ]);
});

test("what is told otherwise than as texts, or has a secret, is no answer", async () => {
  const machine = new Hypervisor();
  const [kept] = await onFakeHost((run) => run.apply(machineOf, wanted), { machine });
  for (const [told, fault] of [
    [
      '{"cpus":2}\ntold {"a":1}\n',
      'check told no JSON object of texts behind "told", but "{\\"a\\":1}"',
    ],
    ['{"cpus":2}\ntold junk', 'check told no JSON object of texts behind "told", but "junk"'],
    ['told {"a":"b"}\n', 'check told no JSON object, but ""'],
    [
      '{"cpus":2}\ntold {"a":"canary-token"}\n',
      "check told a secret as it is: let it tell what `digest` makes of it",
    ],
  ] as const) {
    machine.tells(told);
    const found = await onFakeHost((run) => run.refresh(there(kept)), { machine });
    assert.equal(there(found).properties["unverified"], fault);
    assert.deepEqual(there(found).properties["told"], { instance: "1a2b" });
  }
});

test("a script that fails keeps nothing that it did not tell", async () => {
  const machine = new Hypervisor();
  machine.change = () => badly("no room\n");
  const [kept, { error }] = await onFakeHost((run) => run.apply(machineOf, wanted), { machine });
  assert.deepEqual([kept, error], [undefined, "no room\n"]);
});
