import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";

const folder = mkdtempSync(join(tmpdir(), "platform-tables-"));
after(() => {
  rmSync(folder, { recursive: true });
});

let made = 0;

/** Writes a file for the time of the tests, and gives its path. */
export function csvFile(content: string | Uint8Array): string {
  const path = join(folder, `${++made}.csv`);
  writeFileSync(path, content);
  return path;
}

/** A table of these entries, `key,target` each. */
export function table(lines: readonly string[]): string {
  return csvFile(["key,target", ...lines, ""].join("\n"));
}
