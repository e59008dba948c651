import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { driftFiles } from "../../../components/icinga/comparison.ts";

const root = mkdtempSync(join(tmpdir(), "drift-"));
after(() => {
  rmSync(root, { recursive: true });
});

const program = new URL("../../../components/icinga/programs/platform-drift.sh", import.meta.url)
  .pathname;
const at = (path: string) => join(root, path);

/** Puts a text somewhere below the test's root. */
function put(path: string, text: string): void {
  mkdirSync(dirname(at(path)), { recursive: true });
  writeFileSync(at(path), text, { mode: 0o644 });
}

/** Programs of a machine, as far as the comparison asks them. */
function machine(): void {
  put("bin/systemctl", '#!/bin/sh\ncase "$* " in *" $OFF "*) exit 1 ;; esac\n');
  put("bin/dpkg-query", '#!/bin/sh\n[ "$3" != gone ] || exit 1\nprintf "installed 1.2"\n');
  for (const name of ["systemctl", "dpkg-query"]) chmodSync(at(`bin/${name}`), 0o755);
}

function run(verb: string, off = "none"): { code: number | null; said: string } {
  const env = {
    PATH: `${at("bin")}:${process.env["PATH"] ?? ""}`,
    ...{ STATE: at("state"), FOUND: at("run/found"), OFF: off },
  };
  const { status, stdout, stderr } = spawnSync("bash", [program, verb], { env, encoding: "utf8" });
  assert.equal(stderr, "");
  return { code: status, said: stdout };
}

/** What is found of the machine as it is now; the paths without the test's root. */
function found(off?: string): { code: number | null; said: string } {
  assert.deepEqual(run("compare", off), { code: 0, said: "" });
  const { code, said } = run("check");
  return { code, said: said.replaceAll(`${root}/`, "/") };
}

/** What a set notes of its files when it has taken them (`taken` in provider/shell/journal.sh). */
function noteTaken(set: string, paths: readonly string[]): void {
  const journal = new URL("../../../provider/shell/journal.sh", import.meta.url).pathname;
  const script = `set -euo pipefail; . "$0"; wanted=("$@"); taken`;
  const taken = execFileSync("bash", ["-c", script, journal, ...paths.map(at)], {
    encoding: "utf8",
  });
  put(`state/sets/${set}/taken`, taken);
  put(`state/sets/${set}/paths`, paths.map((path) => `${at(path)}\n`).join(""));
}

const green = { code: 0, said: "DRIFT OK: all is as the platform has left it | changed=0;;0\n" };
const red = (what: string, count = 1) => ({
  code: 2,
  said: `DRIFT CRITICAL: changed by hand: ${what} | changed=${count};;0\n`,
});

function stack(): void {
  rmSync(root, { recursive: true });
  machine();
  put("etc/one", "one\n");
  put("etc/two words", "two\n");
  noteTaken("1a2b", ["etc/one", "etc/two words", "etc/none"]);
  put("state/units/nginx.service", "3c4d unknown inactive yes yes\n");
  put("state/units/old.service", "3c4d unknown inactive\n"); // of an earlier release
  put("state/packages/wanted/5e6f", "curl\nnginx\t1.2\n");
}

test("a machine that is as it was left is green", () => {
  stack();
  assert.deepEqual(found(), green);
});

test("what was changed by hand is named, each by what is otherwise", () => {
  const changes: [string, () => void][] = [
    [
      "/etc/one has other contents",
      () => {
        put("etc/one", "two\n");
      },
    ],
    [
      "/etc/two words is no file any more",
      () => {
        rmSync(at("etc/two words"));
      },
    ],
    [
      "/etc/none is there",
      () => {
        symlinkSync("nowhere", at("etc/none"));
      },
    ],
    [
      "/etc/one has another mode or owner",
      () => {
        chmodSync(at("etc/one"), 0o600);
      },
    ],
    [
      "the package nginx is 1.2, not 1.3",
      () => {
        put("state/packages/wanted/x", "nginx\t1.3\n");
      },
    ],
    [
      "the package gone is not installed",
      () => {
        put("state/packages/wanted/x", "gone\n");
      },
    ],
  ];
  for (const [what, change] of changes) {
    stack();
    change();
    assert.deepEqual(found(), red(what));
  }
  stack();
  assert.deepEqual(
    found("nginx.service"),
    red("nginx.service is not enabled, nginx.service does not run", 2),
  );
});

test("a set in the middle of a change, and a file that another set has, tell nothing", () => {
  stack();
  put("etc/one", "two\n");
  put("state/sets/1a2b/journal", "");
  assert.deepEqual(found(), green);
  stack();
  put("etc/one", "two\n");
  put("state/sets/1a2b/paths", `${at("etc/two words")}\n`);
  assert.deepEqual(found(), green);
});

test("a comparison that is old or never was is not known", () => {
  stack();
  const unknown = {
    code: 3,
    said: "DRIFT UNKNOWN: nobody has compared this machine for an hour; see `systemctl status platform-drift.timer`\n",
  };
  assert.deepEqual(run("check"), unknown);
  put("run/found", `${Math.floor(Date.now() / 1000) - 3700}\n\n`);
  assert.deepEqual(run("check"), unknown);
});

test("the comparison waits for a change under way, and its timer begins soon after a start", () => {
  const [, service, timer] = driftFiles().map(({ content }) => content as string);
  assert.match(
    service ?? "",
    /^ExecStart=\/usr\/bin\/flock --shared --wait 900 \/var\/lib\/platform\/lock \/usr\/local\/sbin\/platform-drift compare$/m,
  );
  assert.match(
    timer ?? "",
    /\[Timer\]\nOnBootSec=1min\nOnActiveSec=10s\nAccuracySec=10s\nOnUnitActiveSec=15min\n/,
  );
});
