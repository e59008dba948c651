import { rm } from "node:fs/promises";
import { join } from "node:path";
import program from "../index.ts";
import { withAgent } from "../lab/identity.ts";
import { removeMachine, startMachine } from "../lab/machines.ts";
import { ensureStandinImage, imagesFolder } from "../lab/standin-image.ts";
import { openStack } from "../lab/stack.ts";
import { ensureToolchain } from "../lab/toolchain/index.ts";
import { inventedSecrets } from "../stacks/secrets.ts";
import { labDir, root } from "./lab.ts";
import { report, seconds } from "./measure.ts";

const runs = 5;

/** How long the lab's forum takes from an empty machine, again without a change, and to preview. */
export async function forum(): Promise<void> {
  await rm(join(labDir, "forum"), { recursive: true, force: true });
  const toolchain = await ensureToolchain();
  const image = await ensureStandinImage(labDir);
  const images = imagesFolder(labDir);
  const spec = { name: "bench", address: "127.82.0.11", labDir, images, prefix: "platform-bench" };
  await removeMachine(spec);
  const { address, port, hostKey, instance } = await startMachine(spec);
  try {
    await withAgent(labDir, async (env) => {
      const stack = await openStack({
        folder: join(labDir, "forum"),
        stack: "lab",
        root,
        committed: join(root, "stacks/Pulumi.lab.yaml"),
        known: {
          "platform:hosts": { forum: { address, port, hostKey, instance } },
          "platform:forum": { image },
        },
        secrets: inventedSecrets.map(([section, ...fields]) => [`platform:${section}`, ...fields]),
        program,
        toolchain,
        env,
      });
      const silent = { color: "never" } as const;
      const first = await seconds(1, () => stack.up(silent));
      const again = await seconds(runs, () => stack.up(silent));
      const preview = await seconds(runs, () => stack.preview(silent));
      report(toolchain.description, { "first up": first, "second up": again, preview });
    });
  } finally {
    await removeMachine(spec);
  }
}
