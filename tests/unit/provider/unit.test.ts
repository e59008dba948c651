import assert from "node:assert/strict";
import { test } from "node:test";
import { difference } from "../../../provider/difference.ts";
import { parseManifest } from "../../../provider/manifest.ts";
import { unit } from "../../../provider/unit.ts";
import { host, manifest } from "./fake-host.ts";

const state = {
  host,
  unit: "nginx.service",
  enabled: true,
  active: true,
  ready: "nginx -t",
  restartAfter: "2026-11-23T02:30:11Z",
};

/** What is found when the host says this of the unit; `is` is the state of the last run, `wanted` its inputs. */
function observed(enabled: string, active: string, { owner = "a", is = {}, wanted = {} } = {}) {
  const found = parseManifest(manifest(["unit", owner, "nginx.service", enabled, active]));
  return unit.observe(found, "a", { ...state, ...is }, { ...state, ...wanted });
}

/** The changes that would bring the unit back to what the state says. */
const changes = (enabled: string, active: string) =>
  difference(observed(enabled, active) ?? {}, state, unit.inputs);

test("a unit that starts at boot and runs is as it should be, whatever systemd's word for it", () => {
  for (const enabled of ["enabled", "static", "alias", "indirect", "generated"]) {
    for (const active of ["active", "reloading"]) {
      assert.deepEqual(observed(enabled, active), state);
      assert.deepEqual(changes(enabled, active), {});
    }
  }
});

test("a unit that was disabled, masked or stopped by hand is told", () => {
  assert.deepEqual(changes("disabled", "active"), { enabled: "update" });
  assert.deepEqual(changes("enabled-runtime", "active"), { enabled: "update" });
  assert.deepEqual(changes("enabled", "inactive"), { active: "update" });
  assert.deepEqual(changes("masked", "inactive"), {
    enabled: "update",
    active: "update",
    masked: "delete",
  });
  assert.deepEqual(changes("masked-runtime", "active"), { enabled: "update", masked: "delete" });
  assert.deepEqual(changes("-", "inactive"), { enabled: "update", active: "update" });
});

test("a unit that failed says so, and what it was told before is forgotten", () => {
  assert.deepEqual(changes("enabled", "failed"), { active: "update", failed: "delete" });
  assert.deepEqual(observed("enabled", "active", { is: { masked: true, failed: true } }), state);
});

test("a unit that is to be off may be masked, and may have failed", () => {
  const wanted = { enabled: false, active: false };
  assert.deepEqual(observed("masked", "failed", { wanted }), { ...state, ...wanted });
});

test("a unit that another resource owns, or nobody, is gone", () => {
  assert.equal(observed("enabled", "active", { owner: "b" }), undefined);
  assert.equal(unit.observe(parseManifest(manifest()), "a", state, state), undefined);
});

test("another unit is another resource; anything else changes in place", () => {
  assert.deepEqual(
    ["unit", ...unit.inputs.slice(1)].filter((path) => unit.replaces?.(path)),
    ["unit"],
  );
});

test("the script is sent words for what is wanted", () => {
  const { files, values, timeoutSeconds } = unit.script(state);
  assert.deepEqual(
    files.map(({ pathname }) => pathname.split("/").at(-1)),
    ["unit.sh"],
  );
  assert.deepEqual(values, {
    UNIT: "nginx.service",
    ENABLED: "yes",
    ACTIVE: "yes",
    READY: "nginx -t",
    RESTART_AFTER: "2026-11-23T02:30:11Z",
  });
  assert.equal(timeoutSeconds, 180);
  const off = { host, unit: "a.timer", enabled: false, active: false, ready: "true" };
  assert.deepEqual(unit.script(off).values, {
    UNIT: "a.timer",
    ENABLED: "no",
    ACTIVE: "no",
    READY: "true",
    RESTART_AFTER: "",
  });
});
