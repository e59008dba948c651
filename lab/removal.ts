import { existsSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { labels } from "./containers.ts";
import { docker, ensureDocker } from "./docker.ts";
import { recipeLabel } from "./images/bake.ts";
import { wasInterrupted } from "./interrupt.ts";
import { listMachines } from "./machines.ts";
import { say } from "./progress.ts";
import { labDir, withStack } from "./session.ts";
import { cacheFolder } from "./toolchain/cache.ts";

/** Destroys the stack but for what is protected, and says what stays. */
export async function destroy(): Promise<void> {
  if (!existsSync(join(labDir, "project"))) {
    console.log("There is no lab to destroy.");
    return;
  }
  const kept = await withStack({ program: false }, async (stack) => {
    const { destroyUnprotected } = await import("./operations.ts");
    return destroyUnprotected(stack);
  });
  const machines = (await listMachines(labDir)).map(({ name }) => name);
  console.log(`
The stack is destroyed. Kept, because they are protected:
${list(kept)}
The machines run on: ${machines.join(", ") || "none"}.
To remove all of it, data included: npm run lab -- destroy --all`);
}

/** Removes everything that the lab made, and says what it was and what stays. */
export async function destroyEverything(): Promise<void> {
  const files = (await readdir(labDir)).filter((name) => name !== "lock"); // which is ours
  if (files.length > 0) await ensureDocker(labDir); // else its containers would be forgotten
  const removed = [
    ...(files.includes("project") ? await stackRemoved() : []),
    ...(files.length > 0 ? await machinesRemoved() : []),
    ...(await imagesRemoved()),
  ];
  await rm(labDir, { recursive: true });
  if (files.length > 0) removed.push("folder .lab: state, keys, secrets, image archives, logs");
  console.log(`
Removed:
${list(removed)}
Left in place: Docker Engine and the packages installed with apt; ${cacheFolder()}
(the Pulumi CLI, minutes to build: delete the folder to be rid of it).`);
}

/** A stack that cannot be destroyed in order is no reason to keep its machines. */
async function stackRemoved(): Promise<string[]> {
  if ((await listMachines(labDir)).length === 0) return [];
  try {
    await withStack({ program: false }, async (stack) => {
      const { destroyAll } = await import("./operations.ts");
      await destroyAll(stack);
    });
    return ["stack lab: all resources, protected ones included"];
  } catch (error) {
    if (wasInterrupted()) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    say(`✗ the stack was not destroyed in order (${reason}); it goes with its machines`);
    return [];
  }
}

/** Also those of the tests, whose folders lie in the lab's. */
async function machinesRemoved(): Promise<string[]> {
  const format = `--format={{.Names}}\t{{.Label "${labels.lab}"}}`;
  const lines = await docker(["ps", "--all", `--filter=label=${labels.machine}`, format]);
  const containers = lines.split("\n").flatMap((line) => {
    const [container = "", lab = ""] = line.split("\t");
    return `${lab}/`.startsWith(`${labDir}/`) ? [container] : [];
  });
  for (const container of containers) {
    await docker(["stop", container]); // a killed one leaves the cgroups of its own containers
    await docker(["rm", "--force", "--volumes", container]);
  }
  return containers.map((container) => `machine: container ${container} and its disk`);
}

async function imagesRemoved(): Promise<string[]> {
  const filter = `--filter=label=${recipeLabel}`;
  const format = "--format={{.Repository}}:{{.Tag}}\t{{.ID}}";
  const answer = await docker(["image", "ls", filter, format]).catch(() => "");
  const removed: string[] = [];
  for (const line of answer.split("\n").filter((text) => text !== "")) {
    const [name = "", id = ""] = line.split("\t");
    const image = name.startsWith("<none>") ? id : name;
    const gone = await docker(["image", "rm", image]).then(
      () => true,
      () => false,
    );
    if (gone) removed.push(`image ${image}`);
    else say(`• image ${image} is in use by another container and stays`);
  }
  return removed;
}

function list(lines: readonly string[]): string {
  return lines.length === 0 ? "  nothing" : lines.map((line) => `  ${line}`).join("\n");
}
