import assert from "node:assert/strict";
import type { Properties } from "../../provider/grpc/values.ts";
import type { Result } from "../../lab/process.ts";
import { deploy, type Registered } from "./deploy.ts";
import { type Kept, type ProviderRun, type Step, withProvider } from "./host-provider.ts";
import type { TestMachine } from "./machine.ts";

/** The assignments at the head of a script's text: the lines between the content id and the prelude. */
export function assignmentLines(stdin: unknown): string[] {
  const [, text = ""] = /^CONTENT_ID='[0-9a-f]{64}'\n([^]*)$/m.exec(String(stdin)) ?? [];
  const lines = text.split("\n");
  return lines.slice(
    0,
    lines.findIndex((line) => line.startsWith("# shellcheck")),
  );
}

const onHost = ({ type }: Registered) => type.startsWith("host:") || type.startsWith("command:");

/** All that a resource waits for. */
function before(
  resources: readonly Registered[],
  name: string,
  seen = new Set<string>(),
): ReadonlySet<string> {
  for (const other of resources.find((one) => one.name === name)?.dependsOn ?? []) {
    if (!seen.has(other)) before(resources, other, seen.add(other));
  }
  return seen;
}

/** What is put on hosts, each after what it waits for. */
export function sorted(resources: readonly Registered[]): Registered[] {
  const waits = new Map(resources.map(({ name }) => [name, before(resources, name).size]));
  return resources
    .filter(onHost)
    .toSorted((a, b) => (waits.get(a.name) ?? 0) - (waits.get(b.name) ?? 0));
}

/** What is put on one host, in the order in which the engine does it. Fails when two could run at once. */
export function inOrder(resources: readonly Registered[]): Registered[] {
  const ordered = sorted(resources);
  ordered.slice(1).forEach(({ name }, index) => {
    const last = ordered[index]?.name ?? "";
    assert.ok(before(resources, name).has(last), `${name} waits for ${last}`);
  });
  return ordered;
}

/** The state of each machine's resources, as the engine would have it, by machine and name. */
const states = new Map<string, Map<string, Kept>>();

/** The resources that the tests have put on a machine and not removed. */
export function stateOf(machine: TestMachine): Map<string, Kept> {
  const state = states.get(machine.container) ?? new Map<string, Kept>();
  states.set(machine.container, state);
  return state;
}

/** The inputs of a registered resource, on this machine in place of the example's. */
export function inputsOn(
  { address, port, hostKey, instance }: TestMachine,
  wire: unknown,
): Properties {
  const inputs = wire as Properties;
  return {
    ...inputs,
    host: { ...(inputs["host"] as Properties), address, port, hostKey, instance },
  };
}

/** The URN of a resource of the tests. */
export function urnOf({ type, name }: Pick<Registered, "type" | "name">): string {
  return `urn:pulumi:test::platform::${type}::${name}`;
}

/** Reads a resource when it is known, and makes it as it is registered. */
async function step(run: ProviderRun, machine: TestMachine, registered: Registered): Promise<Step> {
  const state = stateOf(machine);
  const known = state.get(registered.name);
  const found = known && (await run.refresh(known));
  const inputs = inputsOn(machine, registered.wire);
  const [kept, done] = await run.apply(urnOf(registered), inputs, found);
  if (kept) state.set(registered.name, kept);
  else state.delete(registered.name);
  return done;
}

function asResult({ op, changes, error }: Step): Result {
  const said = op === "same" ? "unchanged\n" : `${[op, ...Object.keys(changes)].join(" ")}\n`;
  return { code: op === "failed" ? 1 : 0, stdout: op === "failed" ? "" : said, stderr: error };
}

/** Does with a registered resource what the engine does; "unchanged\n" is printed when there was nothing to do. */
export async function runOn(
  machine: TestMachine,
  registered: Registered,
  verb: "create" | "delete" = "create",
): Promise<Result> {
  return withProvider((run) => runWith(run, machine, registered, verb));
}

/** The same in a run of the provider that goes on. */
export async function runWith(
  run: ProviderRun,
  machine: TestMachine,
  registered: Registered,
  verb: "create" | "delete",
): Promise<Result> {
  const { inputs, name } = registered;
  if (registered.type.startsWith("command:")) {
    return machine.run(String(inputs[verb]), String(inputs["stdin"]));
  }
  if (verb === "create") return asResult(await step(run, machine, registered));
  const kept = stateOf(machine).get(name);
  if (!kept) return asResult({ op: "same", changes: {}, error: "" });
  const done = await run.remove(kept);
  if (done.op === "delete") stateOf(machine).delete(name);
  return asResult(done);
}

/** Registers what a build makes and puts it on a machine, one after the other, until one fails. */
export async function applyOn(
  machine: TestMachine,
  build: () => unknown,
  more: Parameters<typeof deploy>[2] = {},
): Promise<{
  commands: readonly Registered[];
  results: readonly (Result & { name: string })[];
}> {
  const { resources } = await deploy(build, false, more);
  const commands = inOrder(resources);
  const results: (Result & { name: string })[] = [];
  await withProvider(async (run) => {
    for (const command of commands) {
      const result = await runWith(run, machine, command, "create");
      results.push({ name: command.name, ...result });
      if (result.code !== 0) break;
    }
  });
  return { commands, results };
}

/** The same on several machines, each in the place of the host with its name or address; gives what was done. */
export async function applyOnAll(
  machines: readonly TestMachine[],
  build: () => unknown,
  more: Parameters<typeof deploy>[2] = {},
  only: (name: string) => boolean = () => true,
): Promise<readonly (Result & { name: string })[]> {
  const { resources } = await deploy(build, false, more);
  const results: (Result & { name: string })[] = [];
  await withProvider(async (run) => {
    for (const one of sorted(resources).filter(({ name }) => only(name))) {
      const { host: on, connection } = one.inputs as Record<string, Record<string, string>>;
      const machine = machines.find(
        ({ name, address }) => name === on?.["name"] || address === connection?.["host"],
      );
      const result = await runWith(run, machine ?? assert.fail(one.name), one, "create");
      results.push({ name: one.name, ...result });
      if (result.code !== 0) break;
    }
  });
  return results;
}
