import { join } from "node:path";
import { ensureVenv } from "../lab/venv.ts";
import { labDir } from "./lab.ts";

const requirements = join(import.meta.dirname, "peers/requirements.txt");

/** Makes sure that the tools to compare with are there, and gives the folder of their programs. */
export function ensurePeers(): Promise<string> {
  return ensureVenv(join(labDir, "venv"), requirements, "Ansible and pyinfra");
}
