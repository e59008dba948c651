import assert from "node:assert/strict";
import { loadavg } from "node:os";
import { join } from "node:path";
import { withAgent } from "../lab/identity.ts";
import { wasInterrupted } from "../lab/interrupt.ts";
import type { Machine } from "../lab/machines.ts";
import { must } from "../lab/process.ts";
import { say } from "../lab/progress.ts";
import { ensureToolchain } from "../lab/toolchain/index.ts";
import { ansible } from "./ansible.ts";
import { proven, standsThere } from "./checks.ts";
import { benchMachines, labDir, removeBenchMachines, root } from "./lab.ts";
import { inTurn, type Limits } from "./measure.ts";
import { withPeerFolder } from "./peer.ts";
import { commands, here, pulumiTool, together } from "./pulumi.ts";
import { pyinfra } from "./pyinfra.ts";
import { finish } from "./report.ts";
import { resources } from "./resources.ts";
import type { Measured } from "./results.ts";
import type { Changes, Tool } from "./tool.ts";
import { ensurePeers } from "./venv.ts";
import { versions } from "./versions.ts";

const limits: Limits = { rounds: 5, seconds: 400 };

/** A tool in a comparison, and how it was last told that things should be. */
interface Rival {
  readonly tool: Tool;
  edition: number;
}

/**
 * This project beside plain commands, Ansible and pyinfra: the same 30 resources on each of 1, 4 and 16 machines, or
 * as many as `sizes` say, looked at without a change and with one file to change.
 */
export async function truth(sizes: readonly string[] = []): Promise<void> {
  const counts = sizes.length > 0 ? sizes.map(Number) : [1, 4, 16];
  assert.ok(
    counts.every((count) => count >= 1 && count <= 200),
    "sizes are numbers of machines",
  );
  const toolchain = await ensureToolchain();
  const bin = await ensurePeers();
  const measured: Measured[] = [];
  const date = new Date().toISOString();
  await removeBenchMachines();
  try {
    await withPeerFolder((folder) =>
      withAgent(labDir, async (env) => {
        const own = { toolchain, env };
        const tools = [
          await pulumiTool("here", here, { reads: true, ...own }),
          await pulumiTool("together", together, { reads: true, ...own }),
          await pulumiTool("commands", commands, { reads: false, ...own }),
          pyinfra(bin, folder, env),
          ansible(bin, folder, env),
        ];
        const rivals = tools.map((tool): Rival => ({ tool, edition: 0 }));
        for (const count of counts)
          measured.push(await compared(await benchMachines(count), rivals));
      }),
    );
  } finally {
    await removeBenchMachines();
    const results = { date, versions: await versions(toolchain, bin), measured };
    if (measured.length > 0) await finish(results);
  }
}

/** Proves that all tools do the same on these machines, then measures them. */
async function compared(machines: readonly Machine[], rivals: readonly Rival[]): Promise<Measured> {
  const [before = 0] = loadavg();
  for (const { tool, edition } of rivals) {
    uninterrupted();
    await proven(tool, { machines, edition });
  }
  say(`• ${machines.length} machines: looking, nothing to change`);
  const look = await inTurn(
    limits,
    works(rivals, (rival) => looked(rival, machines)),
  );
  say(`• ${machines.length} machines: one file changed on each`);
  const apply = await inTurn(
    limits,
    works(rivals, (rival) => changed(rival, machines)),
  );
  for (const { tool, edition } of rivals) await standsThere(tool, { machines, edition });
  return { hosts: machines.length, load: [before, loadavg()[0] ?? 0], look, apply };
}

/** What is run in turn: the start of a program, and the same work of each tool. */
function works(rivals: readonly Rival[], work: (rival: Rival) => Promise<void>) {
  const own = rivals.map((rival) => {
    const run = async () => {
      uninterrupted();
      await work(rival);
    };
    return [rival.tool.name, run] as const;
  });
  return { ...Object.fromEntries(own), program: startOfProgram };
}

async function looked({ tool, edition }: Rival, machines: readonly Machine[]): Promise<void> {
  told(tool, await tool.look({ machines, edition }), {});
}

async function changed(rival: Rival, machines: readonly Machine[]): Promise<void> {
  const { tool } = rival;
  const edition = ++rival.edition;
  const [file] = resources(tool.name, edition).files;
  told(tool, await tool.apply({ machines, edition }), { [file?.path ?? ""]: machines.length });
}

/** What is measured must have done exactly what was asked. */
function told({ name }: Tool, changes: Changes, expected: Changes): void {
  assert.deepEqual(changes, expected, `${name} did not do what was to be measured`);
}

/** The part of `pulumi preview` that runs in this process here: Node starts and loads the SDK and the components. */
async function startOfProgram(): Promise<void> {
  const text = `import ${JSON.stringify(join(root, "components/host/index.ts"))}`;
  const env = { NODE_DISABLE_COMPILE_CACHE: "1" }; // as when a person calls pulumi
  await must(process.execPath, ["--input-type=module", "--eval", text], { env });
}

function uninterrupted(): void {
  if (wasInterrupted()) throw new Error("interrupted");
}
