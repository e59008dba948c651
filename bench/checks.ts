import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { Machine } from "../lab/machines.ts";
import { say } from "../lab/progress.ts";
import { resources } from "./resources.ts";
import type { Tool, Wanted } from "./tool.ts";

/** The number of the file that is changed by hand. */
const victim = 3;

/**
 * Brings all machines to what is wanted and proves that the tool does what it is measured for: all files stand there,
 * and after a change by hand on one machine a look finds exactly that. (That it finds nothing else to change is
 * proven by each look that is measured.)
 */
export async function proven(tool: Tool, wanted: Wanted): Promise<void> {
  await tool.apply(wanted);
  await standsThere(tool, wanted);
  const machine = wanted.machines.at(-1);
  const file = resources(tool.name, wanted.edition).files[victim];
  assert.ok(machine && file);
  await write(machine, file.path, `${file.content}by hand\n`);
  const seen = tool.reads ? { [file.path]: 1 } : {};
  assert.deepEqual(await tool.look(wanted), seen, `${tool.name} does not see a change by hand`);
  await write(machine, file.path, file.content);
  const sees = tool.reads ? "sees exactly what was changed by hand" : "sees no change by hand";
  say(`✓ ${tool.name} converges, and ${sees}`);
}

/** Asks the machines themselves whether all files are there as they are wanted. */
export async function standsThere({ name }: Tool, { machines, edition }: Wanted): Promise<void> {
  const { directory, files } = resources(name, edition);
  const wanted = files.map(({ path, content }) => {
    const digest = createHash("sha256").update(content).digest("hex");
    return `${digest}  ${path}`;
  });
  for (const machine of machines) {
    const { stdout } = await machine.run(`sha256sum ${directory}/*`);
    const found = stdout.trim().split("\n");
    assert.deepEqual(found.toSorted(), wanted.toSorted(), `${name} on ${machine.name}`);
  }
}

async function write(machine: Machine, path: string, content: string): Promise<void> {
  const { code, stderr } = await machine.run(`cat >${path}`, content);
  assert.equal(code, 0, stderr);
}
