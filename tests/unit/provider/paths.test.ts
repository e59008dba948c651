import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { secret } from "../../../provider/grpc/values.ts";
import { type FoundPath, parseManifest } from "../../../provider/manifest.ts";
import { digest } from "../../../provider/secrets.ts";

const script = new URL("../../../provider/shell/paths.sh", import.meta.url).pathname;

/** Asks paths.sh about paths in a folder of their own; a salt makes a path a secret one. */
function look(
  make: (folder: string) => void,
  asked: readonly (readonly [path: string, salt?: string])[],
  most = "",
): ReadonlyMap<string, FoundPath> {
  const folder = mkdtempSync(join(tmpdir(), "platform-paths-"));
  try {
    make(folder);
    const lines = asked.map(([path, salt], index) => {
      const saltFile = join(folder, `salt.${index}`);
      if (salt !== undefined) writeFileSync(saltFile, `${salt}\n`);
      return ["a", join(folder, path), ...(salt === undefined ? [] : [saltFile])].join("\t");
    });
    const told = execFileSync("bash", ["-euo", "pipefail", "-c", `. "${script}"; paths ${most}`], {
      input: `${lines.join("\n")}\n`,
      encoding: "utf8",
    });
    const set = parseManifest(`platform\t1\nset\ta\n${told}end\n`).sets.get("a");
    return new Map([...(set ?? [])].map(([path, found]) => [path.slice(folder.length + 1), found]));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("a machine tells of each path what it is and what it holds", () => {
  const large = "0123456789abcdef".repeat(4096);
  const found = look(
    (folder) => {
      writeFileSync(join(folder, "plain"), "ümläut\t🔑\nno newline");
      writeFileSync(join(folder, "empty"), "");
      writeFileSync(join(folder, "just"), large);
      writeFileSync(join(folder, "large"), `${large}!`);
      writeFileSync(join(folder, "key"), "KEY\n");
      mkdirSync(join(folder, "folder"));
      symlinkSync("plain", join(folder, "link"));
      symlinkSync("nowhere", join(folder, "broken"));
      for (const name of ["plain", "empty", "just", "large"]) chmodSync(join(folder, name), 0o644);
      chmodSync(join(folder, "key"), 0o600);
      chmodSync(join(folder, "folder"), 0o1755);
    },
    [
      ...([["plain"], ["empty"], ["just"], ["large"], ["key", "5a17"]] as const),
      ...([["folder"], ["link"], ["broken"], ["missing"], ["missing-key", "5a17"]] as const),
    ],
  );
  const owner = execFileSync("sh", ["-c", "printf %s:%s $(id -un) $(id -gn)"], {
    encoding: "utf8",
  });
  const plain = { mode: "0644", owner, type: "regular file" };
  const link = { mode: "0777", owner, type: "symbolic link", content: undefined };
  assert.deepEqual(Object.fromEntries(found), {
    plain: { ...plain, content: { text: "ümläut\t🔑\nno newline" } },
    empty: { ...plain, content: { text: "" } },
    just: { ...plain, content: { text: large } },
    large: {
      ...plain,
      content: { sha256: createHash("sha256").update(`${large}!`).digest("hex") },
    },
    key: { ...plain, mode: "0600", content: { salted: digest("5a17", "KEY\n") } },
    folder: { mode: "1755", owner, type: "directory", content: undefined },
    link,
    broken: link,
  });
});

test("how large a text may be to travel whole can be said", () => {
  const make = (folder: string) => {
    writeFileSync(join(folder, "just"), "x".repeat(100_000));
    writeFileSync(join(folder, "large"), "x".repeat(100_001));
  };
  const found = look(make, [["just"], ["large"]], "100000");
  assert.deepEqual(found.get("just")?.content, { text: "x".repeat(100_000) });
  const sha256 = createHash("sha256").update("x".repeat(100_001)).digest("hex");
  assert.deepEqual(found.get("large")?.content, { sha256 });
});

test("a machine makes the same digest from a secret file as the provider from its text", () => {
  const contents = ["KEY\n", "", "no newline", "ümläut 🔑\n\n", "x".repeat(100_000)];
  const found = look(
    (folder) => {
      contents.forEach((content, index) => {
        writeFileSync(join(folder, `key.${index}`), content);
      });
    },
    contents.map((_, index) => [`key.${index}`, "0123456789abcdef0123456789abcdef"] as const),
  );
  contents.forEach((content, index) => {
    assert.deepEqual(found.get(`key.${index}`)?.content, {
      salted: digest(secret("0123456789abcdef0123456789abcdef"), secret(content)),
    });
  });
});
