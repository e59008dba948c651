import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { watchFiles } from "../../../components/discourse/watch.ts";
import { locally, type Programs, type Said } from "../../support/local-script.ts";

const now = () => Math.floor(Date.now() / 1000);
const well = {
  ...{ processes: 1, latency: { critical: 0, default: 2, low: 9000 } },
  ...{ version: "2026.7.1", behind: 1, urgent: false },
};

/** Runs the program on a machine that has noted that. */
function forum(args: readonly string[], noted?: object, programs: Programs = {}): Said {
  return locally(({ folder, run }) => {
    mkdirSync(join(folder, "run/platform-forum"), { recursive: true });
    if (noted) {
      const note = join(folder, "run/platform-forum/seen.json");
      writeFileSync(note, JSON.stringify({ time: now(), ...noted }));
    }
    return run(["components/discourse/programs/platform-forum.sh"], args, {}, programs);
  });
}

const checked = (what: string, noted?: object) => {
  const { code, stdout } = forum(["check", what], noted);
  return [code, stdout];
};

test("jobs that wait, and that nobody works on, are told by how bad it is", () => {
  const data = (critical: number, other: number, processes = 1) =>
    `critical=${critical}s;60;300 default=${other}s;1800 processes=${processes};;1:\n`;
  const jobs = (more: object) => checked("jobs", { ...well, ...more });
  assert.deepEqual(jobs({}), [
    0,
    `OK: jobs wait for 0 s (critical) and 2 s (default) | ${data(0, 2)}`,
  ]);
  assert.deepEqual(jobs({ latency: { critical: 61 } }), [
    1,
    `WARNING: a critical job has waited for 61 s | ${data(61, 0)}`,
  ]);
  assert.deepEqual(jobs({ latency: { critical: 301 } }), [
    2,
    `CRITICAL: a critical job has waited for 301 s | ${data(301, 0)}`,
  ]);
  assert.deepEqual(jobs({ latency: { default: 1801 } }), [
    1,
    `WARNING: a job has waited for 1801 s | ${data(0, 1801)}`,
  ]);
  assert.deepEqual(jobs({ processes: 0 }), [
    2,
    `CRITICAL: nothing works on the forum's jobs, so no mail goes out | ${data(0, 2, 0)}`,
  ]);
});

test("a version that lacks a critical update is told, and one that is only older is not", () => {
  assert.deepEqual(checked("version", well), [
    0,
    "OK: Discourse 2026.7.1 lacks no critical update | behind=1\n",
  ]);
  assert.deepEqual(checked("version", { ...well, behind: null, urgent: true }), [
    2,
    "CRITICAL: Discourse 2026.7.1 lacks a critical update | behind=0\n",
  ]);
});

test("a check says that it does not know when nobody has looked for long, or it is asked for something else", () => {
  assert.deepEqual(checked("jobs"), [
    3,
    "UNKNOWN: the forum has not been looked into since the machine was started | \n",
  ]);
  const [code, said] = checked("jobs", { ...well, time: now() - 1000 });
  assert.equal(code, 3);
  assert.match(String(said), /^UNKNOWN: the forum was looked into 100\d s ago, and should be each/);
  assert.equal(checked("luck", well)[0], 3);
});

test("a deployment that failed is told, with since when", () => {
  const judged = (seconds?: number) =>
    locally(({ folder, run }) => {
      mkdirSync(join(folder, "run/platform-forum"), { recursive: true });
      const verdict = join(folder, "run/platform-forum/failed");
      if (seconds !== undefined) writeFileSync(verdict, `${now() - seconds}\n`);
      const program = ["components/discourse/programs/platform-forum.sh"];
      const { code, stdout } = run(program, ["check", "deployment"], {});
      return [code, stdout];
    });
  assert.deepEqual(judged(), [
    0,
    "OK: no deployment has failed here since the last one that did not, or a start | \n",
  ]);
  const [code, said] = judged(40);
  assert.equal(code, 2);
  assert.match(
    String(said),
    /^CRITICAL: the last deployment failed here 4[0-5] s ago, and `pulumi up` tells why \| failed=4[0-5]s\n$/,
  );
});

test("a look at a forum that is stopped notes nothing, and is no failure", () => {
  const { code, stdout, stderr } = forum(["look"], undefined, { docker: "echo exited" });
  assert.deepEqual([code, stdout, stderr], [0, "", ""]);
});

test("the forum is looked into each five minutes, by root and gently", () => {
  const files = Object.fromEntries(
    watchFiles("forum", ["app"]).map(({ path, content }) => [path, content]),
  );
  assert.deepEqual(Object.keys(files), [
    "/usr/local/sbin/platform-forum",
    "/usr/local/sbin/platform-container",
    "/usr/local/lib/platform/check-mail",
    "/usr/local/lib/platform/forum/look.rb",
    "/etc/systemd/system/platform-forum-look.service",
    "/etc/systemd/system/platform-forum-look.timer",
  ]);
  assert.match(
    files["/etc/systemd/system/platform-forum-look.service"] ?? "",
    /^ExecStart=\/usr\/local\/sbin\/platform-container look app forum\nExecStart=\/usr\/local\/sbin\/platform-forum look\nRuntimeDirectory=platform-forum\nRuntimeDirectoryPreserve=yes\nNice=10$/m,
  );
  assert.match(
    files["/etc/systemd/system/platform-forum-look.timer"] ?? "",
    /^OnActiveSec=30s\nOnUnitActiveSec=5min\nAccuracySec=1s$/m,
  );
});
