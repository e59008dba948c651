import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { instanceChecks } from "../../../components/gitlab/checks.ts";
import { allocate } from "../../../components/gitlab/allocation.ts";
import { InstanceOptions } from "../../../components/gitlab/index.ts";
import { checkFaults } from "../../../components/icinga/index.ts";
import { written } from "../../support/gitlab-instance.ts";
import { locally } from "../../support/local-script.ts";

const now = () => Math.floor(Date.now() / 1000);
const ok = [{ status: "ok" }];

/** What was seen of an instance that is well. */
const well = () => ({
  ...{ time: now(), id: "1a", status: "running", oom: false, gone: null, restarts: [[now(), 0]] },
  ...{ code: 200, body: { status: "ok", master_check: ok, db_check: ok } },
  metadata: { version: "18.11.11-ee", enterprise: true },
  sidekiq: { queues: { default: { latency: 0 } }, processes: [{}], jobs: { dead: 0 } },
  ...{ unfinished: 0, failed: 0, waiting: null, release: null },
  token: { code: 200, left: 364, life: 364 },
});

/** What the plugin says of an instance that was seen so, or was not seen. */
function check(what: string, seen?: object) {
  return locally(({ folder, run }) => {
    mkdirSync(join(folder, "run/platform-gitlab"), { recursive: true });
    const note = join(folder, "run/platform-gitlab/acme.json");
    if (seen) writeFileSync(note, JSON.stringify({ ...well(), ...seen }));
    const program = ["check-gitlab", "check-gitlab-inside"];
    const { code, stdout } = run(
      program.map((part) => `components/gitlab/programs/${part}.sh`),
      [what, "acme"],
      {},
    );
    return [code, stdout.replace(/^GITLAB /, "").trim()];
  });
}

test("an instance that is well is green by all of its checks", () => {
  const said = ["readiness", "container", "sidekiq", "migrations", "version", "token"].map((what) =>
    check(what, {}),
  );
  assert.deepEqual(said, [
    [0, "OK: all parts are ready | code=200"],
    [0, "OK: the container is running | restarts=0;;2 gone=0s;;900"],
    [0, "OK: jobs wait for 0 s | latency=0s;60;600 processes=1;;1: dead=0"],
    [0, "OK: 0 background migrations are under way | unfinished=0 failed=0;;0"],
    [0, "OK: GitLab 18.11.11-ee; whether it lacks fixes nobody was asked, or did not say"],
    [0, "OK: the platform's token ends in 364 days | left=364d;21:;7:"],
  ]);
});

test("a 404 is said to be the allow-list, and parts that are not ready are named", () => {
  assert.deepEqual(check("readiness", { code: 404, body: null }), [
    2,
    "CRITICAL: its health is hidden from the machine (404): the allow-list is broken, GitLab itself may be well | code=404",
  ]);
  const failed = [{ status: "failed", message: "unexpected" }];
  const body = { status: "failed", master_check: ok, db_check: failed, gitaly_check: failed };
  assert.deepEqual(check("readiness", { code: 503, body }), [
    2,
    "CRITICAL: it is not ready (503: db, gitaly) | code=503",
  ]);
  const nginx = {
    error: "nginx returned 502 when communicating with gitlab-workhorse",
    status: 502,
  };
  assert.deepEqual(check("readiness", { code: 502, body: nginx }), [
    2,
    "CRITICAL: it is not ready (502) | code=502",
  ]);
  assert.deepEqual(check("readiness", { code: 0, body: null }), [
    2,
    "CRITICAL: it does not answer | code=0",
  ]);
});

test("a container that ends again and again, is away or ran out of memory is red", () => {
  assert.equal(
    check("container", {
      restarts: [
        [now() - 60, 1],
        [now(), 4],
      ],
    })[0],
    2,
  );
  assert.equal(check("container", { status: "exited", gone: now() - 899 })[0], 0);
  const gone = check("container", { status: "exited", gone: now() - 901 });
  assert.deepEqual(gone, [
    2,
    "CRITICAL: the container is exited, for 901 s at least | restarts=0;;2 gone=901s;;900",
  ]);
  assert.equal(check("container", { oom: true })[0], 1);
});

test("jobs that wait, or on which nobody works, are red", () => {
  const sidekiq = (latency: number, processes: object[] = [{}]) =>
    check("sidekiq", {
      sidekiq: { queues: { a: { latency: 0 }, b: { latency } }, processes, jobs: {} },
    });
  assert.deepEqual(
    [60, 61, 600, 601].map((latency) => sidekiq(latency)[0]),
    [0, 1, 1, 2],
  );
  assert.deepEqual(sidekiq(0, []), [
    2,
    "CRITICAL: nothing works on its jobs | latency=0s;60;600 processes=0;;1: dead=0",
  ]);
  assert.deepEqual(check("sidekiq", { sidekiq: null }), [
    3,
    "UNKNOWN: it does not tell of its jobs",
  ]);
});

test("background migrations may take a day, and none may fail", () => {
  const waits = (hours: number) =>
    check("migrations", { unfinished: 2, waiting: now() - hours * 3600 });
  assert.equal(waits(23)[0], 0);
  assert.deepEqual(waits(24), [
    1,
    "WARNING: 2 background migrations have not ended for 24 hours | unfinished=2 failed=0;;0",
  ]);
  assert.deepEqual(check("migrations", { unfinished: 1, failed: 1 }), [
    2,
    "CRITICAL: 1 background migrations have failed, and no upgrade is possible | unfinished=1 failed=1;;0",
  ]);
  assert.equal(check("migrations", { unfinished: undefined })[0], 3);
});

test("a version without security fixes is red, one that is only old is yellow", () => {
  const of = (release: object) =>
    check("version", { release: { latest_version: "19.3.1", ...release } });
  assert.deepEqual(of({ severity: "success" }), [0, "OK: GitLab 18.11.11-ee lacks no fix"]);
  assert.deepEqual(of({ severity: "warning" }), [
    1,
    "WARNING: GitLab 18.11.11-ee is not the latest, 19.3.1",
  ]);
  assert.deepEqual(of({ severity: "danger" }), [
    2,
    "CRITICAL: GitLab 18.11.11-ee lacks security fixes; the latest is 19.3.1",
  ]);
  assert.deepEqual(of({ severity: "warning", critical_vulnerability: true }), [
    2,
    "CRITICAL: GitLab 18.11.11-ee has a critical vulnerability; the latest is 19.3.1",
  ]);
  const metadata = { version: "18.11.11", enterprise: false };
  assert.equal(
    check("version", { metadata })[1],
    "CRITICAL: GitLab 18.11.11 is not the Enterprise Edition",
  );
});

test("the platform's token is yellow and red before its end, of a short life only while a run makes it anew", () => {
  const of = (left: number | null, life: number | null, code = 200) =>
    check("token", { token: { code, left, life } });
  assert.deepEqual(
    [22, 21, 20, 7, 6, -1].map((left) => of(left, 364)[0]),
    [0, 0, 1, 1, 2, 2],
  );
  assert.deepEqual(of(20, 364), [
    1,
    "WARNING: the platform's token ends in 20 days | left=20d;21:;7:",
  ]);
  assert.deepEqual(
    [8, 7, 6, 2, 1].map((left) => of(left, 30)[0]),
    [0, 0, 1, 1, 2],
  );
  assert.deepEqual(of(1, 1), [0, "OK: the platform's token ends in 1 days | left=1d;0:;0:"]);
  assert.deepEqual(of(null, null), [0, "OK: the platform's token has no end"]);
  for (const code of [401, 403])
    assert.deepEqual(of(null, null, code), [
      2,
      `CRITICAL: GitLab does not take the platform's token (${code})`,
    ]);
  const unknown = [3, "UNKNOWN: it does not tell of the platform's token"];
  assert.deepEqual(of(null, null, 502), unknown);
  assert.deepEqual(check("token", { token: undefined }), unknown); // seen by a program of before
});

test("what was not seen, or long ago, is not known", () => {
  assert.deepEqual(check("readiness"), [
    3,
    "UNKNOWN: acme has not been looked into since the machine was started",
  ]);
  assert.match(
    String(check("readiness", { time: now() - 901 })[1]),
    /^UNKNOWN: acme was looked into 90\d s ago/,
  );
  assert.match(String(check("nonsense", {})[1]), /^UNKNOWN: usage: check-gitlab readiness\|/);
});

test("an instance's checks can be run, need what they cannot be green without, and speak for its site", () => {
  const options = InstanceOptions.parse({
    ...{ ...written, registry: { hostname: "registry.acme.example" } },
    ssh: { address: "192.0.2.9", port: 22 },
  });
  const checks = instanceChecks("acme", options, allocate("acme", { slot: 7, sshPort: 22 }));
  assert.deepEqual(checks.flatMap(checkFaults), []);
  assert.deepEqual(
    checks.map(({ name, needs, site }) => [name.replace("gitlab-acme-", ""), needs, site]),
    [
      ["container", "docker", undefined],
      ["readiness", "gitlab-acme-container", "gitlab-acme"],
      ["sign-in", "site-gitlab-acme", "gitlab-acme"],
      ["ssh", "gitlab-acme-container", "gitlab-acme"],
      ["registry", "site-gitlab-acme-registry", undefined],
      ["sidekiq", "gitlab-acme-readiness", undefined],
      ["migrations", "gitlab-acme-readiness", undefined],
      ["version", "gitlab-acme-readiness", undefined],
      ["token", "gitlab-acme-readiness", undefined],
      ["disk", undefined, undefined],
    ],
  );
  const runbook = (name: string) =>
    checks.find((one) => one.name === `gitlab-acme-${name}`)?.runbook;
  assert.match(String(runbook("container")), /; `pulumi up --refresh` makes the container anew/);
  assert.match(String(runbook("token")), /^Run `pulumi up`, /);
  const command = (name: string) =>
    checks.find((one) => one.name === `gitlab-acme-${name}`)?.command.join(" ");
  assert.equal(command("ssh"), "check_ssh -t 10 -p 22 192.0.2.9");
  assert.equal(command("disk"), "check_disk -w 20% -c 10% -p /srv/gitlab/acme");
  assert.equal(
    command("sign-in"),
    "check_http -H git.acme.example -I 127.0.0.1 -S --sni -t 16 -u /users/sign_in -e 200 -w 5 -c 15",
  );
});
