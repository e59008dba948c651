import assert from "node:assert/strict";
import type { Properties } from "../../provider/grpc/values.ts";
import { type Kept, type Step, withProvider } from "./host-provider.ts";
import type { TestMachine } from "./machine.ts";

/** What a test does with DataDirectories of one machine, each step in a run of its own. */
export interface DataTest {
  /** The inputs of one, with root as its owner and the mode 0750 unless said otherwise. */
  inputs: (path: string, more?: Properties) => Properties;
  /** What `up` does: reads and makes it so. */
  up: (inputs: Properties, kept?: Kept) => Promise<[Kept | undefined, Step]>;
  /** The same, which must succeed with this step. */
  well: (op: Step["op"], inputs: Properties, kept?: Kept) => Promise<Kept>;
  /** What a plain preview shows: the changed paths, and what was found of them. */
  preview: (inputs: Properties, kept: Kept) => Promise<Record<string, unknown>>;
  remove: (kept: Kept) => Promise<void>;
}

/** Works on a machine; its resources are all called `data`. */
export function dataOn({ address, port, hostKey, instance }: TestMachine): DataTest {
  const reach = { address, port, user: "root", hostKey, instance };
  const host = { name: "web", ...reach, release: "bookworm" };
  const urn = "urn:pulumi:test::platform::host:index:DataDirectory::data";
  const up: DataTest["up"] = (inputs, kept) =>
    withProvider(async (run) => run.apply(urn, inputs, kept && (await run.refresh(kept))));
  return {
    inputs: (path, more = {}) => ({ host, path, mode: "0750", owner: "root:root", ...more }),
    up,
    async well(op, inputs, kept) {
      const [made, step] = await up(inputs, kept);
      assert.equal(step.op, op, step.error || JSON.stringify(step.changes));
      return made ?? assert.fail("nothing was made");
    },
    preview: (inputs, kept) =>
      withProvider(async (run) => {
        const found = (await run.refresh(kept)) ?? assert.fail("it is noted on the machine");
        const [, { changes }] = await run.apply(urn, inputs, found, true);
        const shown = Object.entries(changes).map(([path, kind]): [string, unknown] => [
          `${kind} ${path}`,
          found.properties[path] ?? null,
        ]);
        return Object.fromEntries(shown);
      }),
    remove: (kept) =>
      withProvider(async (run) => {
        assert.deepEqual(await run.remove(kept), { op: "delete", changes: {}, error: "" });
      }),
  };
}
