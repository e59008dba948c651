import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { test, type TestContext } from "node:test";
import { sum, summaryLine, tally } from "../../runner/tally.ts";
import { nodeArguments, plan, select, type Job, type TierName } from "../../runner/tiers.ts";

const lines = (...outcomes: object[]) => outcomes.map((line) => JSON.stringify(line)).join("\n");
const passed = { result: "passed", name: "a", file: "/x/a.test.ts" };
const failed = { result: "failed", name: "b", file: "/x/a.test.ts" };
const skipped = { result: "skipped", name: "c", file: "/x/a.test.ts", reason: "no Docker" };

test("each test counts once and each skipped one is named with its reason", () => {
  const report = lines(passed, failed, skipped, passed);
  assert.deepEqual(tally({ tier: "hosts", report, ok: false, strict: false }), {
    passed: 2,
    failed: 1,
    skipped: 1,
    notes: ["skipped: hosts: c (a.test.ts): no Docker"],
  });
});

test("where all tests must run, a skipped one is a failure", () => {
  const report = lines(passed, skipped);
  assert.deepEqual(tally({ tier: "hosts", report, ok: true, strict: true }), {
    passed: 1,
    failed: 1,
    skipped: 0,
    notes: ["failed, for it was skipped: hosts: c (a.test.ts): no Docker"],
  });
});

test("a tier without a test is a failure", () => {
  assert.deepEqual(tally({ tier: "engine", report: "", ok: true, strict: false }), {
    passed: 0,
    failed: 1,
    skipped: 0,
    notes: ["failed: engine: no test ran"],
  });
});

test("a runner that fails outside of its tests is a failure", () => {
  assert.deepEqual(tally({ tier: "unit", report: lines(passed), ok: false, strict: false }), {
    passed: 1,
    failed: 1,
    skipped: 0,
    notes: ["failed: unit: the runner ended with an error outside of any test"],
  });
});

test("the sum over the tiers closes with one plain line", () => {
  const unit = { passed: 40, failed: 0, skipped: 1, notes: ["one"] };
  const hosts = { passed: 2, failed: 3, skipped: 0, notes: ["two"] };
  const total = sum([unit, hosts]);
  assert.deepEqual(total.notes, ["one", "two"]);
  assert.equal(summaryLine(total), "42 passed, 3 failed, 1 skipped");
});

test("the command line chooses all tiers, one tier, or nothing when it makes no sense", () => {
  assert.deepEqual(select([]), { tiers: ["unit", "hosts", "engine"], filter: undefined });
  assert.deepEqual(select(["hosts", "nginx"]), { tiers: ["hosts"], filter: "nginx" });
  assert.equal(select(["toString"]), undefined);
  assert.equal(select(["unit", "a", "b"]), undefined);
});

/** A folder with test files, gone after the test. */
function project(t: TestContext, ...files: string[]): string {
  const root = mkdtempSync(join(tmpdir(), "tiers-"));
  t.after(() => {
    rmSync(root, { recursive: true });
  });
  for (const file of files) {
    mkdirSync(join(root, "tests", dirname(file)), { recursive: true });
    writeFileSync(join(root, `tests/${file}.test.ts`), "");
  }
  return root;
}

test("a filter chooses files by path and else tests by name", (t) => {
  const root = project(t, "hosts/proxy", "hosts/nginx");
  const one = (filter?: string) => {
    const { first, beside } = plan(root, { tiers: ["hosts"], filter });
    assert.deepEqual(first, []);
    return beside.map(nodeArguments);
  };
  const common = ["--test", "--test-isolation=none", "--test-concurrency=1"];
  const proxy = "tests/hosts/proxy.test.ts";
  const nginx = "tests/hosts/nginx.test.ts";
  assert.deepEqual(one(), [[...common, nginx, proxy]]);
  assert.deepEqual(one("ngi"), [[...common, nginx]]);
  const byName = [...common, "--test-name-pattern=offline", "--test-force-exit", nginx, proxy];
  assert.deepEqual(one("offline"), [byName]);
});

test("the engine's tests and each group of host tests run beside each other, after the unit tests", (t) => {
  const files = ["hosts/acme-faults", "hosts/acme", "hosts/host", "hosts/nginx", "engine/forum"];
  const root = project(t, "unit/deep/a", ...files);
  const shown = (tiers: TierName[], filter?: string) => {
    const { first, beside } = plan(root, { tiers, filter });
    return [first, beside].map((jobs) => jobs.map(({ title, files }) => [title, ...files]));
  };
  const unit = ["unit tests", "tests/unit/deep/a.test.ts"];
  const engine = ["engine tests", "tests/engine/forum.test.ts"];
  const forum = ["hosts tests: forum", "tests/hosts/nginx.test.ts"];
  const rest = ["hosts tests: components", "tests/hosts/host.test.ts"];
  const acme = [
    "hosts tests: acme",
    ...["tests/hosts/acme-faults.test.ts", "tests/hosts/acme.test.ts"],
  ];
  const all = shown(["unit", "hosts", "engine"]);
  assert.deepEqual(all, [[unit], [engine, forum, rest, acme]]);
  assert.deepEqual(shown(["hosts"]), [[], [forum, rest, acme]]);
  assert.deepEqual(shown(["hosts"], "acme"), [[], [acme]]);
  assert.deepEqual(shown(["hosts"], "no such file"), [
    [],
    [["hosts tests", ...acme.slice(1), ...rest.slice(1), ...forum.slice(1)]],
  ]);
  assert.deepEqual(shown(["engine"]), [[], [engine]]);
  assert.deepEqual(shown(["vm"]), [[["vm tests"]], []]);
});

test("no machine is used in two groups of host tests", () => {
  const root = join(import.meta.dirname, "../../..");
  const { beside } = plan(root, { tiers: ["hosts"], filter: undefined });
  const machines = ({ files }: Job) => [
    ...new Set(files.flatMap((file) => machinesOf(join(root, file)))),
  ];
  const used = beside.flatMap(machines);
  assert.deepEqual(used, [...new Set(used)]);
  assert.ok(used.includes("components") && used.includes("acme") && used.includes("forumMachine"));
});

/** The machines that a test file starts, or a file that it imports as soon as it is loaded. */
function machinesOf(file: string, indented = "\\s*"): string[] {
  const text = readFileSync(file, "utf8");
  const started = new RegExp(
    `^${indented}\\S.*await [\\w.]*(?:(?:test|gitlab)Machine\\("|(forumMachine)\\()([a-z-]*)`,
    "gm",
  );
  const own = [...text.matchAll(started)].map(([, forum, name = ""]) => forum ?? name);
  const imports = [...text.matchAll(/from "(\.[^"]+)"/g)].map(([, path = ""]) =>
    resolve(dirname(file), path),
  );
  return [
    ...own,
    ...imports.filter((path) => path.includes("/tests/")).flatMap((path) => machinesOf(path, "")),
  ];
}

test("the reporter tells passed, failed and skipped tests apart and leaves suites out", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "reporter-"));
  t.after(() => {
    rmSync(folder, { recursive: true });
  });
  const file = join(folder, "sample.test.ts");
  writeFileSync(
    file,
    `import { suite, test } from "node:test";
     suite("s", () => { test("good", () => {}); test("later", { skip: "no disk" }, () => {}); });
     test("bad", () => { throw new Error("x"); });
     test("todo", { todo: true }, () => { throw new Error("x"); });`,
  );
  const reporter = join(import.meta.dirname, "../../runner/reporter.ts");
  const { stdout } = spawnSync(process.execPath, ["--test", `--test-reporter=${reporter}`, file], {
    encoding: "utf8",
    env: { ...process.env, NODE_TEST_CONTEXT: undefined },
  });
  const outcomes = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as unknown);
  assert.deepEqual(outcomes, [
    { result: "passed", name: "good", file },
    { result: "skipped", name: "later", file, reason: "no disk" },
    { result: "failed", name: "bad", file },
    { result: "skipped", name: "todo", file, reason: "" },
  ]);
});
