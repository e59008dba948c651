import assert from "node:assert/strict";
import { test } from "node:test";
import type { Open } from "../../provider/connection.ts";
import type { Properties } from "../../provider/grpc/values.ts";
import { platform } from "../../stacks/platform.ts";
import { deploy, type Registered } from "../support/deploy.ts";
import { fleet } from "../support/fleet.ts";
import { type Kept, withProvider } from "../support/host-provider.ts";
import { urnOf } from "../support/scripts.ts";
import { FakeHost, manifest, valueIn, well } from "./provider/fake-host.ts";

const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64");

/** What look.sh prints of a resource that is as it is wanted. */
function lines({ type, inputs }: Registered, id: string): string[][] {
  if (type === "host:index:Script")
    return [["script", id, "whole", "0", base64(inputs["state"]), ""]];
  if (type === "host:index:DataDirectory")
    return [
      ["data", id, String(inputs["path"]), "whole", "-", "0", "700", "0", "root", "0", "root"],
    ];
  const files = Object.entries(
    inputs["files"] as Record<string, { content: string; mode: string }>,
  );
  const paths = files.map(([path, { content, mode }]) => {
    const hex = Buffer.from(content).toString("hex");
    return ["path", id, path, mode, "root:root", "regular file", hex];
  });
  return [["set", id], ...paths];
}

/** Machines by address that tell of what was put on them. */
function machines() {
  const all = new Map<string, FakeHost>();
  const noted = new Map<FakeHost, string[][]>();
  let current: Registered | undefined;
  const open: Open = (reach, signal) => {
    const machine = all.get(reach.address) ?? new FakeHost();
    all.set(reach.address, machine);
    machine.change = (sent) => {
      assert.ok(current);
      const known = [...(noted.get(machine) ?? []), ...lines(current, valueIn(sent, "ID"))];
      noted.set(machine, known);
      machine.manifest = manifest(...known);
      const { state } = current.inputs;
      return well(state === undefined ? "" : `output state ${base64(state)}\napplied\n`);
    };
    return machine.open(reach, signal);
  };
  return { all, open, putting: (one: Registered) => (current = one) };
}

test("a preview of fifty instances on two machines that changes nothing opens one connection to each, and looks once", async () => {
  const { resources } = await deploy(() => platform(fleet(50, 2)));
  const own = resources.filter(
    ({ type, name }) =>
      /^host:index:(?!Packages|Unit)/.test(type) && /^gitlab-c\d+-(?!cert)/.test(name),
  );
  assert.equal(own.length, 50 * 5); // a directory, files, and three scripts each
  const { all, open, putting } = machines();
  const states: Kept[] = [];
  const inputs = ({ wire }: Registered) => wire as Properties;
  await withProvider(
    async (run) => {
      for (const one of own) {
        putting(one);
        const [kept, { op, error }] = await run.apply(urnOf(one), inputs(one));
        assert.equal(op, "create", error);
        states.push(kept ?? assert.fail(one.name));
      }
    },
    { open },
  );
  for (const machine of all.values()) machine.sent.length = 0;
  const connections = await withProvider(
    async (run) => {
      const found = await Promise.all(states.map((one) => run.refresh(one)));
      const steps = await Promise.all(
        own.map((one, index) => run.apply(urnOf(one), inputs(one), found[index], true)),
      );
      assert.deepEqual([...new Set(steps.map(([, { op }]) => op))], ["same"]);
      return run.connections();
    },
    { open },
  );
  assert.equal(connections, 2);
  assert.deepEqual(
    [...all.values()].map(({ verbs }) => verbs),
    [["look"], ["look"]],
  );
});
