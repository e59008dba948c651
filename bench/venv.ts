import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ensureProgram } from "../lab/packages.ts";
import { must } from "../lab/process.ts";
import { step } from "../lab/progress.ts";
import { labDir } from "./lab.ts";

const requirements = join(import.meta.dirname, "peers/requirements.txt");

/**
 * Makes sure that a virtual environment of Python has exactly what `peers/requirements.txt` names, and gives the
 * folder of its programs. It stays for the next run.
 */
export async function ensurePeers(): Promise<string> {
  const venv = join(labDir, "venv");
  const stamp = join(venv, "requirements.txt");
  const wanted = await readFile(requirements, "utf8");
  const found = await readFile(stamp, "utf8").catch(() => undefined);
  if (found === wanted) return join(venv, "bin");
  await ensureProgram("python3", ["python3", "python3-venv"]);
  await step("installing Ansible and pyinfra with pip", "about 1 min", async () => {
    await rm(venv, { recursive: true, force: true });
    await must("python3", ["-m", "venv", venv]); // where it is missing, Debian says which package has it
    const install = ["-m", "pip", "install", "--quiet", "--no-deps", "--requirement", requirements];
    await must(join(venv, "bin/python3"), install);
    await writeFile(stamp, wanted);
  });
  return join(venv, "bin");
}
