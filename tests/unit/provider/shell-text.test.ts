import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import {
  detachedRun,
  lockSeconds,
  remoteCommand,
  scriptText,
} from "../../../provider/shell/text.ts";
import { assignmentLines } from "../../support/scripts.ts";

const boot = new URL("../../../provider/shell/boot.sh", import.meta.url);
const prelude = new URL("../../../provider/shell/prelude.sh", import.meta.url);
const script = new URL("../../../provider/shell/packages.sh", import.meta.url);
const look = new URL("../../../provider/shell/look.sh", import.meta.url);

const clean =
  "env -i HOME=/root LC_ALL=C.UTF-8 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin " +
  "timeout --kill-after=30";

test("the command line of a verb is constant and starts a clean bash", () => {
  assert.equal(remoteCommand("remove", 60, "root"), `exec ${clean} 360 bash -s -- remove`);
  assert.equal(remoteCommand("apply", 900, "root"), `exec ${clean} 1200 bash -s -- apply`);
});

test("a run apart from the link has time for its script, its way back and the lock, and so has who waits", () => {
  for (const [back, waits] of [
    [[], 1080],
    [[1800], 2760],
  ] as const) {
    const { begin, result, forget } = detachedRun("1d", "apply", "TEXT", 600, "root", ...back);
    assert.deepEqual(assignmentLines(`CONTENT_ID='${"0".repeat(64)}'\n${begin.text}`), [
      ...["RUN='1d'", "BYTES='4'", "LIMIT='900'", `BACK_SECONDS='${back[0] ?? 120}'`],
    ]);
    for (const [{ command }, verb] of [
      [begin, "apply"],
      [result, "result"],
      [forget, "forget"],
    ] as const)
      assert.equal(command, `exec ${clean} ${waits} bash -s -- ${verb}`);
  }
});

test("a user who is not root becomes root without a question", () => {
  assert.equal(remoteCommand("look", 60, "admin"), `exec sudo -n -- ${clean} 360 bash -s -- look`);
});

test("script and command line wait for the host's lock for the same time", () => {
  const found = /^ {2}flock -w (\d+) 9 /m.exec(readFileSync(prelude, "utf8"));
  assert.equal(found?.[1], String(lockSeconds));
});

test("the text is the values, the prelude and the scripts, in this order", () => {
  const text = scriptText([look, script], { NAME: "it's", LIST: ["a", "b c"] });
  assert.deepEqual(assignmentLines(text), [String.raw`NAME='it'\''s'`, "LIST=('a' 'b c')"]);
  const files = [boot, prelude, look, script].map((file) => readFileSync(file, "utf8"));
  assert.ok(text.endsWith(`LIST=('a' 'b c')\n${files.join("\n")}`));
});

test("the content id is a digest of all that follows it", () => {
  const [first = "", ...rest] = scriptText([script], { NAME: "a" }).split("\n");
  const digest = createHash("sha256").update(rest.join("\n")).digest("hex");
  assert.equal(first, `CONTENT_ID='${digest}'`);
  const id = (value: string) => scriptText([script], { NAME: value }).split("\n")[0];
  assert.equal(id("a"), id("a"));
  assert.notEqual(id("a"), id("b"));
});

test("bash reads back exactly the values that were given", () => {
  const values = { ONE: "it's\n$(id) `id` \\ \"", LIST: ["", "a  b", "\n"] };
  const [, ...lines] = scriptText([], values).split("\n");
  const own = lines.slice(
    0,
    lines.findIndex((line) => line.startsWith("# shellcheck")),
  );
  const print = `printf '<%s>' "$ONE" "\${LIST[@]}"`;
  const { stdout } = spawnSync("bash", ["-s"], {
    input: `${own.join("\n")}\n${print}\n`,
    encoding: "utf8",
  });
  assert.equal(stdout, `<${values.ONE}><><a  b><\n>`);
});

test("a value that no shell can hold is refused", () => {
  assert.throws(() => scriptText([script], { NAME: "a\0b" }), {
    message: "a shell word cannot hold a NUL character",
  });
});
