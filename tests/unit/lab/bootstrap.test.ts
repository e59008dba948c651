import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, beforeEach, suite, test } from "node:test";

const made: string[] = [];
let project = "";

/** Stands in for npm: notes its arguments, and brings the Node that runs this test. */
const npm = `#!/bin/sh
echo "$*" >>npm-calls
if [ -e npm-fails ]; then echo 'npm says why'; exit 1; fi
mkdir -p node_modules/.bin
ln -sf '${process.execPath}' node_modules/.bin/node
`;

function bootstrap(args: readonly string[], path = process.env["PATH"] ?? "") {
  const PATH = [join(project, "bin"), path].join(delimiter);
  return spawnSync("/bin/sh", ["lab/bootstrap.sh", ...args], {
    cwd: project,
    env: { PATH },
    encoding: "utf8",
  });
}

function npmCalls(): string[] {
  return readFileSync(join(project, "npm-calls"), "utf8").trim().split("\n");
}

const installation = [
  "ci --loglevel=error --ignore-scripts --no-audit --no-fund",
  "rebuild --loglevel=error node",
];

suite("the bootstrap", () => {
  beforeEach(() => {
    project = mkdtempSync(join(tmpdir(), "bootstrap-test-"));
    made.push(project);
    mkdirSync(join(project, "lab"));
    mkdirSync(join(project, "bin"));
    const script = join(import.meta.dirname, "../../../lab/bootstrap.sh");
    cpSync(script, join(project, "lab/bootstrap.sh"));
    writeFileSync(join(project, "package-lock.json"), "one");
    writeFileSync(join(project, "echo.js"), "console.log(JSON.stringify(process.argv.slice(2)))");
    writeFileSync(join(project, "bin/npm"), npm);
    chmodSync(join(project, "bin/npm"), 0o755);
  });
  after(() => {
    for (const folder of made) rmSync(folder, { recursive: true });
  });

  test("the dependencies are installed once, and the program gets its arguments as they are", () => {
    for (const expected of ["• installing the dependencies", ""]) {
      const { status, stdout, stderr } = bootstrap(["echo.js", "a b", "$c", ""]);
      assert.equal(stdout, '["a b","$c",""]\n');
      assert.equal(stderr.slice(0, expected.length || undefined), expected);
      assert.equal(status, 0);
    }
    assert.deepEqual(npmCalls(), installation);
  });

  test("a changed lock file has them installed again", () => {
    bootstrap(["echo.js"]);
    writeFileSync(join(project, "package-lock.json"), "two");
    assert.equal(bootstrap(["echo.js"]).stdout, "[]\n");
    assert.deepEqual(npmCalls(), [...installation, ...installation]);
  });

  test("an installation that fails shows npm's words, runs nothing and is tried again", () => {
    writeFileSync(join(project, "npm-fails"), "");
    const { status, stdout, stderr } = bootstrap(["echo.js"]);
    assert.deepEqual([status, stdout], [1, ""]);
    assert.match(stderr, /npm says why\n\nnpm could not install the dependencies/);
    rmSync(join(project, "npm-fails"));
    assert.equal(bootstrap(["echo.js"]).stdout, "[]\n");
  });

  test("a machine without Node is told what to install", () => {
    for (const tool of ["dirname", "cat", "cksum"]) {
      const path = spawnSync("/bin/sh", ["-c", `command -v ${tool}`], { encoding: "utf8" });
      cpSync(path.stdout.trim(), join(project, "bin", tool));
    }
    const { status, stderr } = bootstrap(["echo.js"], "/nowhere");
    assert.equal(status, 1);
    assert.match(stderr, /^Node\.js 18 or later and npm are missing/);
  });

  test("without a program it says how it is used", () => {
    const { status, stderr } = bootstrap([]);
    assert.deepEqual(
      [status, stderr],
      [1, "usage: sh lab/bootstrap.sh <program.ts> [argument…]\n"],
    );
  });
});
