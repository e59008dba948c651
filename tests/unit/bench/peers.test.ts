import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { changesIn as changesOfAnsible } from "../../../bench/ansible.ts";
import { changesIn as changesOfPyinfra } from "../../../bench/pyinfra.ts";

const peers = join(import.meta.dirname, "../../../bench/peers");

test("Ansible's changes are those of its tasks and of the items of its loops", () => {
  const printed = [
    "TASK [units] ***",
    "ok: [host-1] => (item=ssh.service)",
    "TASK [directory] ***",
    "changed: [host-1]",
    "TASK [files] ***",
    "changed: [host-2] => (item=/etc/bench/ansible/0.conf)",
    "changed: [host-1] => (item=/etc/bench/ansible/0.conf)",
    "ok: [host-1] => (item=/etc/bench/ansible/1.conf)",
    "host-1                     : ok=4    changed=2    unreachable=0    failed=0",
  ].join("\n");
  assert.deepEqual(changesOfAnsible(printed), { "a task": 1, "/etc/bench/ansible/0.conf": 2 });
  assert.deepEqual(changesOfAnsible("ok: [host-1]\n"), {});
});

test("pyinfra's changes are in its table, before a run and after it", () => {
  const before = [
    "--> Detected changes:",
    "    Operation                    Change       Conditional Change   ",
    "    packages                     -            -                    ",
    "    /etc/bench/pyinfra/3.conf    1 (host-1)   -                    ",
    "    /etc/bench/pyinfra/4.conf    16           -                    ",
    "",
    "    Detected changes may not include every change pyinfra will execute.",
  ].join("\n");
  const expected = { "/etc/bench/pyinfra/3.conf": 1, "/etc/bench/pyinfra/4.conf": 16 };
  assert.deepEqual(changesOfPyinfra(before), expected);
  const after = [
    "--> Results:",
    "    Operation                    Hosts   Success   Error   No Change   ",
    "    packages                     2       -         -       2           ",
    "    /etc/bench/pyinfra/0.conf    2       2         -       -           ",
    "    Grand total                  4       2         -       2           ",
  ].join("\n");
  assert.deepEqual(changesOfPyinfra(after), { "/etc/bench/pyinfra/0.conf": 2 });
});

test("a pyinfra that printed no table is not taken for one without changes", () => {
  assert.throws(() => changesOfPyinfra("--> Skipping change detection"), /no table of changes/);
});

test("the peers are pinned to exact versions", () => {
  const lines = readFileSync(join(peers, "requirements.txt"), "utf8").trim().split("\n");
  const packages = lines.filter((line) => !line.startsWith("#"));
  assert.ok(packages.some((line) => line.startsWith("ansible-core==")));
  assert.ok(packages.some((line) => line.startsWith("pyinfra==")));
  for (const line of packages) assert.match(line, /^[A-Za-z0-9_.-]+==[0-9][\w.]*$/);
});
