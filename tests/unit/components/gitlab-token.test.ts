import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { locally } from "../../support/local-script.ts";

const library = ["instance", "token"].map((name) => `components/gitlab/${name}.sh`);
const values = { NAME: "acme", HOST: "git.acme.example", ADDRESS: "10.208.0.114", BOT: "bot" };
const date = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

/** What became of it, with a token on the machine and these answers of the API and of Rails. */
function run(verb: string, curl: string, docker = "exit 1") {
  return locally(({ folder, run: script }) => {
    const notes = join(folder, "var/lib/platform-gitlab/acme");
    mkdirSync(notes, { recursive: true });
    writeFileSync(join(notes, "token"), "glpat-before\n");
    writeFileSync(join(folder, "asked"), "");
    const give = `give_up() { fail "$1"; }\n`;
    writeFileSync(join(folder, "give-up.sh"), give);
    const asks = `printf '%s\\n' "$*" | sed -n 's#.*-X \\([A-Z]*\\) .*/api/v4/#\\1 #p' >>$HERE/asked\n`;
    const files = [...library, join(folder, "give-up.sh")];
    const said = script(files, verb, values, { curl: asks + curl, docker });
    const asked = readFileSync(join(folder, "asked"), "utf8").trim().split("\n");
    return { ...said, asked, token: readFileSync(join(notes, "token"), "utf8") };
  });
}

/** Whether a token that was made so many days ago and has so many left is good enough. */
function works(ago: number, left: number, status = 200): boolean {
  const own = JSON.stringify({ created_at: `${date(-ago)}T12:00:00.000Z`, expires_at: date(left) });
  return run("token_works", `printf '%s\\n${status}' '${own}'`).code === 0;
}

test("a token is good until its last 30 days, of a short life until its last quarter", () => {
  assert.deepEqual(
    [31, 30, 0].map((left) => works(364 - left, left)),
    [true, false, false],
  );
  assert.deepEqual(
    [8, 7].map((left) => works(30 - left, left)), // the quarter of 30 days is 7
    [true, false],
  );
  assert.deepEqual(
    [works(0, 7), works(6, 1), works(0, 1), works(1, 0)],
    [true, false, true, false],
  );
  assert.deepEqual([works(0, 364, 401), works(0, 364, 403)], [false, false]);
  assert.equal(run("token_works", `printf '{"expires_at":null}\\n200'`).code, 0);
  assert.equal(run("token_works", `printf 'no JSON\\n200'`).code === 0, false);
});

const own = `{"id":9,"user_id":4,"name":"platform","created_at":"${date(0)}","expires_at":"${date(364)}"}`;
const others = [
  ...['{"id":7,"user_id":4,"name":"platform"}', '{"id":8,"user_id":4,"name":"of somebody else"}'],
  ...['{"id":6,"user_id":5,"name":"platform"}', own],
];
const list = (ended: number, listed = `[${others.join(",")}]`) => `case "$*" in
  *tokens/self) printf '%s\\n200' '${own}' ;;
  *DELETE*) printf '\\n${ended}' ;;
  *) printf '%s\\n200' '${listed}' ;;
esac`;

test("the platform's other tokens end when there is one that works, and nobody else's", () => {
  const made = run("make_token", list(204), "cat >/dev/null; echo platform: done");
  assert.deepEqual([made.code, made.stdout, made.stderr], [0, "", ""]);
  assert.match(made.token, /^glpat-[\w-]{32}\n$/);
  assert.deepEqual(made.asked, [
    "GET personal_access_tokens/self",
    "GET personal_access_tokens/self",
    "GET personal_access_tokens?revoked=false&per_page=100&user_id=4",
    "DELETE personal_access_tokens/7",
  ]);
  const left = run("make_token", list(500), "cat >/dev/null; echo platform: done");
  assert.equal(left.code, 0);
  assert.equal(left.stdout, "GitLab did not end an old token of the platform (500)\n");
  const untold = run("make_token", list(204, "{}x"), "cat >/dev/null; echo platform: done");
  assert.equal(untold.code, 0);
  assert.equal(untold.stdout, "GitLab did not tell of old tokens of the platform (200)\n");
});

test("a token that cannot be made, or is not taken, ends no other one", () => {
  const refused = run("make_token", list(204), "echo no room >&2; exit 1");
  assert.deepEqual([refused.code, refused.token, refused.asked], [1, "glpat-before\n", [""]]);
  assert.match(refused.stderr, /no room\n.*Rails did not make the platform's token/);
  const rejected = run("make_token", "printf '{}\\n403'", "cat >/dev/null; echo platform: done");
  assert.deepEqual([rejected.code, rejected.token], [1, "glpat-before\n"]);
  assert.match(rejected.stderr, /the API does not take the platform's token/);
  assert.deepEqual(rejected.asked, ["GET personal_access_tokens/self"]);
});
