import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { stackFolder } from "./engine.ts";
import type { TestMachine } from "./machine.ts";

/** Those of the secrets that stand in plain text in a stack's state, history and configuration, or in what was printed. */
export function plainIn(stack: string, printed: string, secrets: readonly string[]): string[] {
  const files = readdirSync(stackFolder(stack), { recursive: true, encoding: "utf8" })
    .map((name) => join(stackFolder(stack), name))
    .filter((path) => statSync(path).isFile());
  const texts = [printed, ...files.map((path) => readFileSync(path, "utf8"))];
  assert.ok(
    texts.some((text) => text.includes('"ciphertext"')),
    "the state is among the files",
  );
  return secrets.filter((secret) => texts.some((text) => text.includes(secret)));
}

/** The files and the programs' command lines of a machine that hold one of the secrets. */
export async function plainOn(machine: TestMachine, secrets: readonly string[]): Promise<string[]> {
  // The last letter in brackets, so that grep's own command line does not hold them.
  const words = secrets.map((secret) => `-e '${secret.slice(0, -1)}[${secret.at(-1) ?? ""}]'`);
  const places = "/etc /home /opt /root /run /srv /tmp /usr/local /var";
  const found = await machine.succeed(
    `{ grep -rla ${words.join(" ")} ${places}; grep -la ${words.join(" ")} /proc/[0-9]*/cmdline; } 2>/dev/null || true`,
  );
  return found.split("\n").filter((line) => line !== "");
}
