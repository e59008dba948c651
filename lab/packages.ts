import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { must } from "./process.ts";
import { step } from "./progress.ts";

/**
 * Makes sure that a program is there. When it is not, root gets it from Debian with apt;
 * anybody else is told what to install.
 */
export async function ensureProgram(program: string, packages: readonly string[]): Promise<void> {
  if (await findProgram(program)) return;
  const command = `apt-get install --no-install-recommends ${packages.join(" ")}`;
  if (process.getuid?.() !== 0) {
    throw new Error(
      `${program} is missing. Install it as root, then run this again:\n  ${command}`,
    );
  }
  if (!(await findProgram("apt-get"))) {
    throw new Error(
      `${program} is missing, and without apt it cannot be installed from here. ` +
        `The lab runs on Debian; elsewhere, install the equivalent of: ${packages.join(" ")}`,
    );
  }
  await step(`installing ${packages.join(" and ")}`, "some seconds", () => install(packages));
}

async function install(packages: readonly string[]): Promise<void> {
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  // Another of our commands may be at it: apt waits for dpkg's lock, but not for that of its own lists.
  const alone = ["--wait", "300", "/run/lock/community-platform-apt", "apt-get", "-qq"];
  const wait = ["-o", "DPkg::Lock::Timeout=120"];
  await must("flock", [...alone, ...wait, "update"], { env });
  const args = [...alone, ...wait, "-y", "--no-install-recommends", "install", ...packages];
  await must("flock", args, { env });
}

/** Where a program is: on PATH, or in one of the folders that only root has there. */
export async function findProgram(program: string): Promise<string | undefined> {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin", "/sbin"];
  for (const folder of folders) {
    const path = join(folder, program);
    const usable = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (usable) return path;
  }
  return undefined;
}
