import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assignments, type ShellValue } from "../../formats/shell.ts";

/** Programs that stand in for those of a machine, by name: what a `sh` of each does. */
export type Programs = Readonly<Record<string, string | undefined>>;

/** What a script came to. */
export interface Said {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder that stands in for a machine: what scripts of the platform have in /var/lib, /etc and /run is in it. */
export interface Local {
  readonly folder: string;
  /** Runs a verb of a component's script, of which several files may be parts, or a function of a library; `$HERE` in values and programs is the folder. */
  readonly run: (
    files: readonly string[],
    verb: string | readonly string[],
    values: Readonly<Record<string, ShellValue>>,
    programs?: Programs,
  ) => Said;
}

const prelude = `set -euo pipefail
shopt -s inherit_errexit
say() { printf '%s\\n' "$*"; }
fail() { printf 'forum: %s\\n' "$*" >&2; exit 1; }
`;

/** Gives a folder to work that is for scripts which ask programs and decide; those that act are tried on a machine. */
export function locally<T>(work: (local: Local) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "platform-script-"));
  const here = (text: string) => text.replaceAll("$HERE", folder);
  const bin = join(folder, "bin");
  try {
    return work({
      folder,
      run(files, verb, values, programs = {}) {
        rmSync(bin, { recursive: true, force: true });
        mkdirSync(bin);
        for (const [name, body = ""] of Object.entries(programs)) {
          writeFileSync(join(bin, name), `#!/bin/sh\n${here(body)}\n`);
          chmodSync(join(bin, name), 0o755);
        }
        const given = Object.entries(values).map(([name, value]): [string, ShellValue] => [
          name,
          typeof value === "string" ? here(value) : value,
        ]);
        const script = files.map((file) => readFileSync(file, "utf8")).join("\n");
        const { status, stdout, stderr } = spawnSync("bash", ["-s", "--", ...[verb].flat()], {
          input:
            assignments(Object.fromEntries(given)) +
            prelude +
            script.replaceAll(
              /(?<= |=)\/(?:var\/lib|etc|run)\/platform-/g,
              (path) => folder + path,
            ) +
            (script.endsWith('\n"$@" </dev/null\n') ? "" : '"$@" </dev/null\n'),
          env: { PATH: `${bin}:/usr/bin:/bin` },
          encoding: "utf8",
        });
        return { code: status, stdout, stderr };
      },
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
