import assert from "node:assert/strict";
import { test } from "node:test";
import { privilegeFlags } from "../../../lab/capabilities.ts";

const status = (bounding: string) =>
  `Name:\tdockerd\nCapEff:\t0\nCapBnd:\t${bounding}\nCapAmb:\t0\n`;
const unconfined = [
  "--security-opt=seccomp=unconfined",
  "--security-opt=apparmor=unconfined",
  "--security-opt=systempaths=unconfined",
];

test("a daemon that holds all capabilities of its kernel gives --privileged", () => {
  assert.deepEqual(privilegeFlags(status("000001ffffffffff"), 40), ["--privileged"]);
  assert.deepEqual(privilegeFlags(status("0000003fffffffff"), 37), ["--privileged"]);
});

test("without CAP_SYS_RESOURCE all others that Docker 20.10 knows are added one by one", () => {
  const flags = privilegeFlags(status("000001fffeffffff"), 40);
  const added = flags.filter((flag) => flag.startsWith("--cap-add="));
  assert.equal(added.length, 37);
  assert.equal(added[0], "--cap-add=CHOWN");
  assert.equal(added.at(-1), "--cap-add=AUDIT_READ");
  assert.ok(added.includes("--cap-add=SYS_ADMIN"));
  assert.ok(!added.includes("--cap-add=SYS_RESOURCE"));
  assert.deepEqual(flags.slice(37), unconfined);
});

test("capabilities beyond the known ones are not asked for", () => {
  assert.deepEqual(privilegeFlags(status("000001c000000001"), 40), [
    "--cap-add=CHOWN",
    ...unconfined,
  ]);
});
