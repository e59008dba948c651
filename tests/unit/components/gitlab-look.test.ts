import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { locally, type Local } from "../../support/local-script.ts";

const program = ["components/gitlab/programs/platform-gitlab-look.sh"];
const releases = "https://releases.test/check.json";
const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();

/** What a machine's programs answer: of the instance, and of who tells of releases. */
const answers = (own: object, release: string, ownStatus = 200) => ({
  docker: `case "$*" in *State.Status*) echo running ;; *RestartCount*) echo 0 ;; *.Id*) echo 1a ;; *OOMKilled*) echo false ;; *gitlab-psql*) echo 0 0 ;; esac`,
  curl: `printf '%s\\n' "$*" >>$HERE/asked
case "$*" in
  *releases.test*) printf '%s\\n200' '${release}' ;;
  *readiness*) printf '{"status":"ok"}\\n200' ;;
  *api/v4/metadata) printf '{"version":"18.11.11-ee","enterprise":true}\\n200' ;;
  *tokens/self) printf '%s\\n${ownStatus}' '${JSON.stringify(own)}' ;;
  *) printf '\\n200' ;;
esac`,
});
const good = answers(
  { created_at: day(-10), expires_at: day(20).slice(0, 10) },
  '{"severity":"danger","latest_version":"19.3.1"}',
);

/** An instance that is looked into, in a folder that stands in for the machine. */
function looking<T>(work: (at: Looked) => T): T {
  return locally(({ folder, run }) => {
    const seen = join(folder, "run/platform-gitlab");
    for (const path of [
      "etc/platform-gitlab",
      "run/platform-gitlab",
      "var/lib/platform-gitlab/acme",
    ])
      mkdirSync(join(folder, path), { recursive: true });
    writeFileSync(join(folder, "var/lib/platform-gitlab/acme/token"), "glpat-canary\n");
    const conf = { NAME: "acme", HOST: "git.acme.example", ADDRESS: "10.208.0.114" };
    const more = { VERSION: "18.11.11", RELEASES: releases };
    const lines = Object.entries({ ...conf, ...more }).map(([name, value]) => `${name}=${value}\n`);
    writeFileSync(join(folder, "etc/platform-gitlab/acme.conf"), lines.join(""));
    return work({
      note: join(seen, "acme.json"),
      kept: join(seen, "acme.release"),
      look: (programs = good) => run(program, "true", {}, programs),
      asked: () => readFileSync(join(folder, "asked"), "utf8").trim().split("\n"),
    });
  });
}

interface Looked {
  readonly note: string;
  readonly kept: string;
  readonly look: (programs?: typeof good) => ReturnType<Local["run"]>;
  /** The words that curl was given, by call. */
  readonly asked: () => string[];
}

const seenIn = (note: string) => JSON.parse(readFileSync(note, "utf8")) as Record<string, unknown>;

test("who tells of releases is told the version, and nothing that names the customer", () => {
  looking(({ look, asked, note, kept }) => {
    assert.deepEqual(look(), { code: 0, stdout: "", stderr: "" });
    const info = Buffer.from('{"version":"18.11.11-ee"}').toString("base64");
    assert.deepEqual(
      asked().filter((words) => words.includes("releases.test")),
      [
        String.raw`-sS --max-time 10 -w \n%{http_code} -G --data-urlencode gitlab_info=${info} ${releases}`,
      ],
    );
    const release = { severity: "danger", latest_version: "19.3.1" };
    assert.deepEqual(seenIn(note)["release"], release);
    assert.equal(readFileSync(kept, "utf8"), `18.11.11\n${JSON.stringify(release)}\n`);
    look();
    assert.equal(asked().filter((words) => words.includes("releases.test")).length, 1);
  });
});

test("what was kept of releases and is cut, of another version or too old is asked for again", () => {
  for (const broken of ['18.11.11\n{"severity":', "18.11.11\n", "", '18.11.10\n{"severity":"x"}\n'])
    looking(({ look, note, kept }) => {
      writeFileSync(kept, broken);
      assert.equal(look(answers({}, "no JSON")).stderr, "");
      assert.equal(seenIn(note)["release"], null, broken);
      look();
      assert.equal((seenIn(note)["release"] as { severity: string }).severity, "danger", broken);
    });
  looking(({ look, note, kept }) => {
    writeFileSync(kept, '18.11.11\n{"severity":"success"}\n');
    look();
    assert.deepEqual(seenIn(note)["release"], { severity: "success" });
    const old = Date.now() / 1000 - 361 * 60;
    utimesSync(kept, old, old);
    look(answers({}, ""));
    assert.deepEqual(seenIn(note)["release"], { severity: "success" }); // better than nothing
    look();
    assert.equal((seenIn(note)["release"] as { severity: string }).severity, "danger");
  });
});

test("what was seen before and is empty or cut is looked into anew", () => {
  for (const broken of ["", '{"time":1,"restarts":[[', "null", '{"id":"1a"}{"id":"1a"}'])
    looking(({ look, note }) => {
      writeFileSync(note, broken);
      assert.deepEqual(look(), { code: 0, stdout: "", stderr: "" });
      assert.equal(seenIn(note)["code"], 200, broken);
      assert.equal((seenIn(note)["restarts"] as unknown[]).length, 1);
    });
});

test("a look that fails is told, leaves what was seen, and the next one goes on", () => {
  looking(({ look, note }) => {
    look();
    const before = readFileSync(note, "utf8");
    const jq = `case "$*" in *argjson*) echo 'jq: out of memory' >&2; printf '{"time":'; exit 5 ;; esac; exec /usr/bin/jq "$@"`;
    const { code, stderr } = look({ ...good, jq } as typeof good);
    assert.equal(code, 0);
    assert.match(
      stderr,
      /^jq: out of memory\n.*\/etc\/platform-gitlab\/acme\.conf: could not be looked into\n$/,
    );
    assert.equal(readFileSync(note, "utf8"), before);
    assert.equal(existsSync(`${note}.new`), false);
    assert.equal(look().stderr, "");
  });
});

test("of the platform's token it sees the days that are left, of how many, or that it is refused", () => {
  looking(({ look, note }) => {
    look();
    assert.deepEqual(seenIn(note)["token"], { code: 200, left: 20, life: 30 });
    look(answers({ message: "403 Forbidden - Your account has been blocked." }, "{}", 403));
    assert.deepEqual(seenIn(note)["token"], { code: 403, left: null, life: null });
    look(answers({ created_at: day(-10), expires_at: null }, "{}"));
    assert.deepEqual(seenIn(note)["token"], { code: 200, left: null, life: null });
    assert.ok(!readFileSync(note, "utf8").includes("canary"));
  });
});
