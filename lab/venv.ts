import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ensureProgram } from "./packages.ts";
import { must } from "./process.ts";
import { step } from "./progress.ts";

/**
 * Makes sure that a virtual environment of Python has exactly what a file of requirements names, and gives the folder
 * of its programs. It stays for the next run. `what` is told to people.
 */
export async function ensureVenv(
  venv: string,
  requirements: string,
  what: string,
): Promise<string> {
  const stamp = join(venv, "requirements.txt");
  const wanted = await readFile(requirements, "utf8");
  const found = await readFile(stamp, "utf8").catch(() => undefined);
  if (found === wanted) return join(venv, "bin");
  await ensureProgram("python3", ["python3", "python3-venv"]);
  await step(`installing ${what} with pip`, "about 1 min", async () => {
    await rm(venv, { recursive: true, force: true });
    await must("python3", ["-m", "venv", venv]); // where it is missing, Debian says which package has it
    const install = ["-m", "pip", "install", "--quiet", "--no-deps", "--requirement", requirements];
    await must(join(venv, "bin/python3"), install);
    await writeFile(stamp, wanted);
  });
  return join(venv, "bin");
}
