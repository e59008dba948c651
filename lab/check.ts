import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { isShell, overBudget, sources } from "./checks/sources.ts";

/** Runs all linters and says in a line each whether the project passes: `npm run check`. */

const root = join(import.meta.dirname, "..");
const files = sources(root);
const shell = files.filter(isShell).map(({ path }) => path);

const checks: Record<string, () => string | undefined> = {
  format: () => failure(tool("prettier"), ["--check", "--log-level", "warn", "."]),
  lint: () => failure(tool("eslint"), ["."]),
  types: () => failure(tool("tsc"), ["--noEmit"]),
  shellcheck: () => onShell("shellcheck", []),
  shfmt: () => onShell("shfmt", ["-i", "2", "-ci", "-d"]),
  size: () => overBudget(files).join("\n") || undefined,
};

installShellTools();
let failed = 0;
for (const [name, check] of Object.entries(checks)) {
  const start = performance.now();
  const problem = check();
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  if (problem !== undefined) failed += 1;
  console.log(`${problem === undefined ? "ok    " : "FAILED"} ${name} (${seconds} s)`);
  if (problem !== undefined) console.log(`${problem}\n`);
}
process.exitCode = failed > 0 ? 1 : 0;

/** What a program said when it refused; undefined when it was content. */
function failure(command: string, args: readonly string[]): string | undefined {
  const { error, status, stdout, stderr } = spawnSync(command, args, {
    cwd: root,
    encoding: "utf8",
  });
  if (error) return `${command} cannot be run: ${error.message}`;
  if (status === 0) return undefined;
  return `${stdout}${stderr}`.trim() || `${command} ended with ${status ?? "a signal"}`;
}

function onShell(command: string, args: readonly string[]): string | undefined {
  if (shell.length === 0) return undefined;
  if (!isInstalled(command)) {
    return `${command} is missing. On Debian: apt-get install shellcheck shfmt`;
  }
  return failure(command, [...args, "--", ...shell]);
}

/** On a CI machine of our own, the two programs that npm does not bring are installed. */
function installShellTools(): void {
  const missing = ["shellcheck", "shfmt"].filter((command) => !isInstalled(command));
  if (missing.length === 0 || process.env["CI"] !== "true" || process.getuid?.() !== 0) return;
  console.log(`installing ${missing.join(" and ")} with apt`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  for (const args of [
    ["update", "-qq"],
    ["install", "-qq", "--no-install-recommends", ...missing],
  ]) {
    spawnSync("apt-get", ["-y", ...args], { env, stdio: ["ignore", "ignore", "inherit"] });
  }
}

function isInstalled(command: string): boolean {
  return spawnSync(command, ["--version"], { stdio: "ignore" }).error === undefined;
}

function tool(name: string): string {
  return join(root, "node_modules/.bin", name);
}
