import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { gitlabMachine, gitlabToken, standinLicence } from "../support/gitlab.ts";
import { labInstance } from "../support/gitlab-instance.ts";

const { machine, image } = await gitlabMachine("gitlab-watch");
const acme = labInstance(machine, image);
const token = "/var/lib/platform-gitlab/acme/token";

async function up(): Promise<void> {
  for (const [name, { code, stderr }] of Object.entries(await acme.up()))
    assert.equal(code, 0, `${name}: ${stderr}`);
}

/** What the API answers to the platform's token, or to another one: the body, and the status in a last line. */
async function api(path: string, words = "", as = `$(cat ${token})`): Promise<[number, unknown]> {
  const port = `$(docker port gitlab-acme 80 | cut -d: -f2)`;
  const from = `-H 'Host: git.acme.example' -H 'X-Forwarded-Proto: https' -H "PRIVATE-TOKEN: ${as}"`;
  const url = `http://127.0.0.1:${port}/api/v4/${path}`;
  const said = await machine.succeed(`curl -sS -w '\\n%{http_code}' ${from} ${words} "${url}"`);
  const [status = "", body = ""] = said.split("\n").toReversed();
  return [Number(status), body === "" ? null : JSON.parse(body)];
}

interface Token {
  readonly id: number;
  readonly revoked: boolean;
  readonly expires_at: string;
}

/** The tokens of the platform, oldest first. */
async function tokens(): Promise<Token[]> {
  const { user_id: user } = (await api("personal_access_tokens/self"))[1] as { user_id: number };
  return (await api(`personal_access_tokens?user_id=${user}&per_page=100`))[1] as Token[];
}

const inDays = (days: number) =>
  new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
const sql = (query: string) =>
  machine.succeed("xargs -0 docker exec gitlab-acme gitlab-psql -Atc", query);

/** What the check of the token says after a new look. */
async function check(): Promise<string> {
  await machine.succeed("/usr/local/sbin/platform-gitlab-look");
  const asked = "su -s /bin/sh nobody -c '/usr/local/lib/platform/check-gitlab token acme'";
  return (await machine.run(asked)).stdout.trim();
}

/** Whether a preview would show that the token does not work. */
async function works(): Promise<unknown> {
  return ((await acme.shown("ready")) as { token: boolean }).token;
}

describe("the platform's token for an instance of GitLab", () => {
  before(async () => {
    await machine.succeed("docker rm -f gitlab-acme 2>/dev/null; rm -rf /srv/gitlab/*");
    await up();
  });

  test("it has 364 days, and a run that finds it good leaves it", async () => {
    const value = await machine.succeed(`cat ${token}`);
    assert.equal(
      await check(),
      "GITLAB OK: the platform's token ends in 364 days | left=364d;21:;7:",
    );
    await up();
    assert.equal(await machine.succeed(`cat ${token}`), value);
    assert.deepEqual(
      (await tokens()).map((one) => [one.revoked, one.expires_at]),
      [[false, inDays(364)]],
    );
  });

  test("in its last 30 days it is made anew, and the one before ends", async () => {
    await sql("update personal_access_tokens set created_at = created_at - interval '343 days'");
    await sql("update personal_access_tokens set expires_at = current_date + 21");
    assert.equal(
      await check(),
      "GITLAB OK: the platform's token ends in 21 days | left=21d;21:;7:",
    );
    await sql("update personal_access_tokens set expires_at = current_date + 6");
    assert.equal(
      await check(),
      "GITLAB CRITICAL: the platform's token ends in 6 days | left=6d;21:;7:",
    );
    assert.equal(await works(), false);
    await up();
    assert.equal(await works(), true);
    assert.deepEqual(
      (await tokens()).map((one) => [one.revoked, one.expires_at]),
      [
        [true, inDays(6)],
        [false, inDays(364)],
      ],
    );
  });

  test("it lives no longer than the customer lets tokens live, and is good until its last quarter", async () => {
    await machine.succeed("cat >/run/licence", standinLicence());
    assert.equal((await api("license", "--data-urlencode license@/run/licence"))[0], 201);
    const limit = "max_personal_access_token_lifetime";
    const root = await gitlabToken(machine, "gitlab-acme");
    assert.equal((await api("application/settings", `-X PUT -d ${limit}=20`, root))[0], 200);
    assert.equal(await check(), "GITLAB CRITICAL: GitLab does not take the platform's token (401)");
    assert.equal(await works(), false);
    await up();
    assert.equal((await tokens()).at(-1)?.expires_at, inDays(20));
    assert.equal(await works(), true);
    assert.equal(await check(), "GITLAB OK: the platform's token ends in 20 days | left=20d;5:;1:");
    const value = await machine.succeed(`cat ${token}`);
    await up();
    assert.equal(await machine.succeed(`cat ${token}`), value);
    await sql("update personal_access_tokens set created_at = created_at - interval '16 days'");
    await sql("update personal_access_tokens set expires_at = current_date + 4 where not revoked");
    assert.equal(
      await check(),
      "GITLAB WARNING: the platform's token ends in 4 days | left=4d;5:;1:",
    );
    await up();
    assert.equal((await tokens()).at(-1)?.expires_at, inDays(20));
    assert.equal((await api("application/settings", `-X PUT -d ${limit}=`))[0], 200);
  });

  test("its administrator comes back when somebody has blocked, banned or deactivated it", async () => {
    const { user_id: bot } = (await api("personal_access_tokens/self"))[1] as { user_id: number };
    assert.equal((await api(`users/${bot}/block`, "-X POST"))[0], 201);
    assert.deepEqual(await api("user"), [
      403,
      { message: "403 Forbidden - Your account has been blocked." },
    ]);
    assert.equal(await check(), "GITLAB CRITICAL: GitLab does not take the platform's token (403)");
    await up();
    assert.equal(await works(), true);
    for (const event of ["ban", "deactivate"]) {
      const program = `User.find_by_username('platform-bot').${event}!\n`;
      await machine.succeed("docker exec -i gitlab-acme gitlab-rails runner -", program);
      assert.equal(await works(), false, event);
      await up();
      assert.equal(await works(), true, event);
    }
    assert.deepEqual((await tokens()).filter(({ revoked }) => !revoked).length, 1);
  });

  test("one that cannot be made leaves the one that works, and the secret in no word", async () => {
    await sql("update personal_access_tokens set created_at = created_at - interval '350 days'");
    await sql("update personal_access_tokens set expires_at = current_date + 14 where not revoked");
    const value = await machine.succeed(`cat ${token}`);
    await sql("alter table personal_access_tokens add constraint no_more check (id < 0) not valid");
    const [name, result] = Object.entries(await acme.up()).at(-1) ?? assert.fail();
    assert.deepEqual([name, result.code], ["gitlab-acme-ready", 1]);
    assert.match(result.stderr, /violates check constraint "no_more"/);
    assert.match(result.stderr, /acme: Rails did not make the platform's token \(see above\)\./);
    assert.ok(!/glpat-/.test(result.stderr + result.stdout));
    assert.equal(await machine.succeed(`cat ${token}`), value);
    assert.equal((await api("user"))[0], 200);
    await sql("alter table personal_access_tokens drop constraint no_more");
    await up();
    assert.equal(await works(), true);
    await acme.remove();
  });
});
