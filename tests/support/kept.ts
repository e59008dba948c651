import assert from "node:assert/strict";
import type { Properties } from "../../provider/grpc/values.ts";
import { type Kept, type Step, withProvider } from "./host-provider.ts";
import type { TestMachine } from "./machine.ts";

/** What a test does with resources of one kind on a machine, each step in a run of its own. */
export interface KindTest {
  /** The input `host`. */
  readonly host: Properties;
  /** What `up` does: reads and makes it so. */
  up: (inputs: Properties, kept?: Kept) => Promise<[Kept | undefined, Step]>;
  /** The same, which must succeed with this step. */
  well: (op: Step["op"], inputs: Properties, kept?: Kept) => Promise<Kept>;
  /** What a plain preview shows: the changed paths, and what was found of them. */
  preview: (inputs: Properties, kept: Kept) => Promise<Record<string, unknown>>;
  remove: (kept: Kept) => Promise<void>;
}

/** Works on a machine with resources of a kind that all have one name. */
export function kindOn(
  { address, port, hostKey, instance }: TestMachine,
  kind: string,
  name: string,
): KindTest {
  const reach = { address, port, user: "root", hostKey, instance };
  const urn = `urn:pulumi:test::platform::host:index:${kind}::${name}`;
  const up: KindTest["up"] = (inputs, kept) =>
    withProvider(async (run) => run.apply(urn, inputs, kept && (await run.refresh(kept))));
  return {
    host: { name: "web", ...reach, release: "bookworm" },
    up,
    async well(op, inputs, kept) {
      const [made, step] = await up(inputs, kept);
      assert.equal(step.op, op, step.error || JSON.stringify(step.changes));
      return made ?? assert.fail("nothing was made");
    },
    preview: (inputs, kept) =>
      withProvider(async (run) => {
        const found = (await run.refresh(kept)) ?? assert.fail("it is noted on the machine");
        const [, { changes, error }] = await run.apply(urn, inputs, found, true);
        assert.equal(error, "");
        const shown = Object.entries(changes).map(([path, change]): [string, unknown] => [
          `${change} ${path}`,
          at(found.properties, path),
        ]);
        return Object.fromEntries(shown);
      }),
    remove: (kept) =>
      withProvider(async (run) => {
        assert.deepEqual(await run.remove(kept), { op: "delete", changes: {}, error: "" });
      }),
  };
}

/** What is at a path such as `state.tags[0]`; null when nothing is. */
function at(properties: Properties, path: string): unknown {
  const steps = path.match(/\w+/g) ?? [];
  const found = steps.reduce<unknown>(
    (value, step) =>
      typeof value === "object" && value !== null ? (value as Properties)[step] : undefined,
    properties,
  );
  return found ?? null;
}
