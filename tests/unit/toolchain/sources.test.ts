import assert from "node:assert/strict";
import { test } from "node:test";
import { budget, isShell, overBudget } from "../../../lab/checks/sources.ts";

const source = (path: string, text = "") => ({ path, text });

test("a shell script is known by its name or by its first line", () => {
  assert.equal(isShell(source("lab/bootstrap.sh")), true);
  assert.equal(isShell(source(".ci/run", "#!/bin/bash\n")), true);
  assert.equal(isShell(source("lab/plugins/tls/pulumi-resource-tls", "#!/usr/bin/env sh\n")), true);
  assert.equal(isShell(source("lab/images/run", "#!/usr/bin/env node\n")), false);
  assert.equal(isShell(source("docs/lab.md", "#!/bin/sh\n")), false);
  assert.equal(isShell(source("LICENSE", "bash\n#!/bin/sh\n")), false);
});

test("code, tests and scripts have a budget; fixtures, data and documents have none", () => {
  assert.equal(budget(source("components/nginx/site.ts")), 200);
  assert.equal(budget(source("tests/unit/nginx.test.ts")), 250);
  assert.equal(budget(source("components/nginx/dhparam.sh")), 80);
  assert.equal(budget(source("tests/hosts/probe.sh")), 80);
  assert.equal(budget(source("tests/fixtures/big.ts")), undefined);
  assert.equal(budget(source("package-lock.json")), undefined);
  assert.equal(budget(source("docs/architecture.md")), undefined);
});

test("a file at its limit passes and one line more is named", () => {
  const files = [
    source("a.ts", "x\n".repeat(200)),
    source("b.ts", "x\n".repeat(200) + "x"),
    source("c.sh", "x\n".repeat(81)),
  ];
  assert.deepEqual(overBudget(files), [
    "b.ts: 201 lines, at most 200: split it by meaning",
    "c.sh: 81 lines, at most 80: split it by meaning",
  ]);
});
