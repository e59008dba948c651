import assert from "node:assert/strict";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { locally, type Programs } from "../../support/local-script.ts";

const parts = ["answers", "twin", "stores-answer"].map((name) => `components/discourse/${name}.sh`);
const known = {
  ...{ NAME: "data", WEB: "app", DATA: "$HERE", UPSTREAM: "unix:/s", HOST: "x", SITE: "forum" },
  SECONDS_MAX: "60",
};
const note = "var/lib/platform-discourse/data.web";

/** What `well` says of the database's container whose programs do that, when the forum was well before, or not. */
function asked(programs: Programs, before = true): string {
  return locally(({ folder, run }) => {
    mkdirSync(join(folder, dirname(note)), { recursive: true });
    if (before) writeFileSync(join(folder, note), "");
    const verb = ["eval", "if well; then echo well; else echo $answer; fi"];
    return run(parts, verb, known, programs).stdout;
  });
}

test("the database is well when both answer, and so does the forum that was well before", () => {
  const docker = 'case "$*" in *psql*) echo 1 ;; *redis-cli*) echo PONG ;; esac';
  assert.equal(asked({ docker, curl: "printf 200" }), "well\n");
  assert.equal(asked({ docker, curl: "printf 500" }), "/srv/status: 500\n");
  assert.equal(asked({ docker, curl: "printf 500" }, false), "well\n");
  assert.equal(
    asked({ docker: "echo the database system is starting up" }),
    "PostgreSQL: the database system is starting up\n",
  );
  assert.equal(
    asked({ docker: 'case "$*" in *psql*) echo 1 ;; *) echo LOADING ;; esac' }),
    "Redis: LOADING\n",
  );
});

test("a forum counts when it was well before; one that is away for long does not", () => {
  const counts = (curl: string, docker: string) =>
    locally(({ folder, run }) => {
      const { code, stderr } = run(parts, ["begins"], known, { curl, docker });
      assert.deepEqual([code, stderr], [0, ""]);
      return existsSync(join(folder, note));
    });
  const started = (at: string) => `case "$*" in *StartedAt*) ${at} ;; *) echo running ;; esac`;
  assert.equal(counts("printf 200", "exit 1"), true);
  assert.equal(counts("printf 502", "exit 1"), false);
  assert.equal(counts("printf 502", started("echo 2026-01-01T10:00:00.123456789Z")), false);
  const boots = "if [ -e $HERE/up ]; then printf 200; else touch $HERE/up; printf 502; fi";
  assert.equal(counts(boots, started("date -Ins")), true);
});

test("how far the data are is their major version, and nothing while there are none", () => {
  const told = (major?: string) =>
    locally(({ folder, run }) => {
      if (major !== undefined) {
        mkdirSync(join(folder, "postgres_data"));
        writeFileSync(join(folder, "postgres_data/PG_VERSION"), `${major}\n`);
      }
      return run(parts, ["migrations", "data"], known, { docker: "exit 1" }).stdout;
    });
  assert.deepEqual([told(), told("18")], ["", "18\n"]);
});
