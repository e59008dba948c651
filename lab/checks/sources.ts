import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

/** A text file of the project: its path from the root with `/`, and its content. */
export interface Source {
  readonly path: string;
  readonly text: string;
}

const notOurs = new Set(["node_modules", ".lab", ".git"]);

/** All files below `root` that a person wrote, without asking git, which may be absent. */
export function sources(root: string, folder = ""): Source[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return notOurs.has(entry.name) ? [] : sources(root, path);
    return entry.isFile() ? [{ path, text: readFileSync(join(root, path), "utf8") }] : [];
  });
}

/** Whether a file is a shell script: by its name or, when it has no extension, its first line. */
export function isShell({ path, text }: Source): boolean {
  if (path.endsWith(".sh")) return true;
  return !basename(path).slice(1).includes(".") && /^#!.*\b(?:ba|da)?sh\b/.test(text);
}

/** The most lines that a file may have; undefined when it has no budget (data, documents). */
export function budget(source: Source): number | undefined {
  if (source.path.startsWith("tests/fixtures/")) return undefined;
  if (isShell(source)) return 80;
  if (!/\.(?:ts|js|mjs|go|py|rb|pl)$/.test(source.path)) return undefined;
  return source.path.startsWith("tests/") ? 250 : 200;
}

/** The files that have more lines than their budget, one readable line each. */
export function overBudget(files: readonly Source[]): string[] {
  return files.flatMap((source) => {
    const limit = budget(source);
    const lines = source.text.split("\n").length - (source.text.endsWith("\n") ? 1 : 0);
    return limit !== undefined && lines > limit
      ? [`${source.path}: ${lines} lines, at most ${limit}: split it by meaning`]
      : [];
  });
}
