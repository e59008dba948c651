import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { parse, usage } from "../../../lab/command-line.ts";
import { withLock } from "../../../lab/lock.ts";
import { changeLine, closingWords } from "../../../lab/report.ts";
import { labHosts } from "../../../lab/session.ts";

test("each command of the lab is understood", () => {
  assert.deepEqual(parse([]), { name: "up" });
  assert.deepEqual(parse(["preview"]), { name: "preview" });
  assert.deepEqual(parse(["refresh"]), { name: "refresh" });
  assert.deepEqual(parse(["destroy"]), { name: "destroy", all: false });
  assert.deepEqual(parse(["destroy", "--all"]), { name: "destroy", all: true });
  assert.deepEqual(parse(["ssh", "forum"]), { name: "ssh", host: "forum", command: [] });
  const command = ["systemctl", "status", "--no-pager"];
  assert.deepEqual(parse(["ssh", "forum", "--", ...command]), {
    name: "ssh",
    host: "forum",
    command,
  });
  assert.deepEqual(parse(["--help"]), { name: "help" });
});

test("a command that makes no sense is refused and never guessed", () => {
  for (const args of [["upp"], ["up", "now"], ["destroy", "all"], ["ssh"], ["ssh", "-v"], [""]]) {
    assert.equal(parse(args), undefined, args.join(" "));
  }
});

test("a wrong command shows the usage and ends with 2", () => {
  const main = join(import.meta.dirname, "../../../lab/main.ts");
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, "launch"], {
    encoding: "utf8",
  });
  assert.deepEqual({ status, stdout, stderr }, { status: 2, stdout: "", stderr: `${usage}\n` });
});

test("a host without an address gets the next one of the lab", () => {
  const hosts = { forum: { release: "trixie" }, icinga: null, git: { address: "127.80.9.9" } };
  assert.deepEqual(labHosts({ "platform:hosts": hosts }), [
    { name: "forum", address: "127.80.0.11", release: "trixie" },
    { name: "icinga", address: "127.80.0.12", release: "bookworm" },
    { name: "git", address: "127.80.9.9", release: "bookworm" },
  ]);
});

test("changes are counted in words, and none is said to be none", () => {
  assert.equal(changeLine({ same: 30 }), "no changes");
  assert.equal(
    changeLine({ same: 3, create: 2, update: 1, replace: 4 }),
    "2 created, 1 updated, 4 replaced",
  );
});

test("the closing words hold a curl line that reaches the machine of the site", () => {
  const words = closingWords({
    changes: { same: 1 },
    urls: ["https://forum.lab.test/"],
    hosts: [
      { name: "git", address: "127.80.0.11", release: "bookworm" },
      { name: "forum", address: "127.80.0.12", release: "bookworm" },
    ],
    config: { "platform:forum": { hostname: "forum.lab.test", host: "forum" } },
    authority: ".lab/ca.pem",
  });
  const lines = words.split("\n");
  assert.equal(lines[1], "The lab is up: no changes.");
  assert.ok(
    lines.includes(
      "  curl --cacert .lab/ca.pem --resolve forum.lab.test:443:127.80.0.12 https://forum.lab.test/",
    ),
    words,
  );
  assert.ok(lines.includes("  echo '127.80.0.12 forum.lab.test' | sudo tee -a /etc/hosts"), words);
});

test("one command at a time works in a lab, and a killed one's lock counts for nothing", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "lock-"));
  t.after(() => {
    rmSync(folder, { recursive: true });
  });
  const inside = withLock(folder, "up", async () => {
    await withLock(folder, "preview", () => Promise.resolve());
  });
  await assert.rejects(inside, (error: Error) => {
    const expected = /^this lab is in use: `up` runs since \S+Z as process (\d+)\. Wait/;
    assert.equal(expected.exec(error.message)?.[1], String(process.pid));
    return true;
  });
  assert.equal(existsSync(join(folder, "lock")), false);

  const gone = { pid: process.pid, started: "1", command: "up", since: "then" };
  for (const stale of [JSON.stringify(gone), '{"pid":']) {
    writeFileSync(join(folder, "lock"), stale);
    assert.equal(await withLock(folder, "up", () => Promise.resolve("done")), "done");
  }
});
