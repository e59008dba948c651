import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { gitlabMachine } from "../support/gitlab.ts";
import { labInstance } from "../support/gitlab-instance.ts";

const { machine, image } = await gitlabMachine("gitlab-watch");
const acme = labInstance(machine, image);
const data = "/srv/gitlab/acme/data";

/** What a check says after a new look, as the user that runs checks. */
async function check(what: string): Promise<string> {
  await machine.succeed("/usr/local/sbin/platform-gitlab-look"); // as its timer does
  const asked = `su -s /bin/sh nobody -c '/usr/local/lib/platform/check-gitlab ${what} acme'`;
  return (await machine.run(asked)).stdout.trim();
}

describe("what is watched of an instance of GitLab", () => {
  before(async () => {
    await machine.succeed("docker rm -f gitlab-acme 2>/dev/null; rm -rf /srv/gitlab/*");
    const answer = '{"latest_version":"19.3.1","severity":"danger","critical_vulnerability":false}';
    await machine.succeed(`mkdir -p /run/releases && echo '${answer}' >/run/releases/check.json`);
    const results = await acme.up({ releases: "http://127.0.0.1:8999/check.json" });
    for (const [name, { code, stderr }] of Object.entries(results))
      assert.equal(code, 0, `${name}: ${stderr}`);
  });

  test("all is green that only GitLab can tell, for who has no rights", async () => {
    await machine.waitUntilSucceeds(
      "docker exec gitlab-acme gitlab-psql -Atc 'select count(*) from batched_background_migrations where status = 3' | grep -qx 1",
    );
    await machine.waitUntilSucceeds("test -s /run/platform-gitlab/acme.json", 60); // by the timer
    for (const what of ["readiness", "container", "sidekiq", "migrations", "token"])
      assert.match(await check(what), /^GITLAB OK: /, what);
    assert.equal(
      await check("version"),
      "GITLAB OK: GitLab 18.11.11-ee; whether it lacks fixes nobody was asked, or did not say",
    );
    const notes = await machine.succeed("cat /run/platform-gitlab/*");
    const token = (await machine.succeed("cat /var/lib/platform-gitlab/acme/token")).trim();
    assert.ok(token.startsWith("glpat-") && !notes.includes(token));
  });

  test("each is red by what it is there for", async () => {
    await machine.succeed(
      `echo '{"default":{"backlog":9,"latency":700}}' >${data}/standin-queues.json`,
    );
    assert.match(await check("sidekiq"), /^GITLAB CRITICAL: a job has waited for 700 s /);
    await machine.succeed(
      "docker exec gitlab-acme gitlab-psql -c 'update batched_background_migrations set status = 4'",
    );
    assert.match(
      await check("migrations"),
      /^GITLAB CRITICAL: 1 background migrations have failed/,
    );
    await machine.succeed(`echo never-ready >${data}/standin-mode`);
    assert.match(await check("readiness"), /^GITLAB CRITICAL: it is not ready \(503: master\)/);
    await machine.succeed(`echo app-down >${data}/standin-mode`);
    await machine.waitUntilSucceeds(
      "docker exec gitlab-acme curl -s localhost/-/readiness | grep -q 502",
    );
    assert.match(await check("readiness"), /^GITLAB CRITICAL: it is not ready \(502\)/);
    await machine.succeed("docker stop gitlab-acme");
    assert.match(await check("readiness"), /^GITLAB CRITICAL: it does not answer/);
    await machine.succeed(
      `rm ${data}/standin-mode ${data}/standin-queues.json; docker start gitlab-acme`,
    );
  });

  test("who tells of releases is asked for this version once in six hours, and told nothing else", async () => {
    const serve = "ruby -run -e httpd /run/releases -p 8999";
    await machine.succeed(
      `docker run -d --name releases -p 127.0.0.1:8999:8999 -v /run/releases:/run/releases ${image.name} ${serve}`,
    );
    await machine.waitUntilSucceeds("curl -sf http://127.0.0.1:8999/check.json");
    await machine.waitUntilSucceeds(
      "docker logs --since 30s gitlab-acme 2>&1 | grep -q Reconfigured",
    );
    await machine.waitUntilSucceeds(
      "/usr/local/sbin/platform-gitlab-look && /usr/local/lib/platform/check-gitlab readiness acme",
      60,
    );
    assert.equal(
      await check("version"),
      "GITLAB CRITICAL: GitLab 18.11.11-ee lacks security fixes; the latest is 19.3.1",
    );
    await check("version");
    const asked = await machine.succeed(
      "docker logs releases 2>&1 | grep -o 'GET [^ ]*info=[^ ]*'",
    );
    const info = Buffer.from('{"version":"18.11.11-ee"}').toString("base64");
    assert.equal(decodeURIComponent(asked), `GET /check.json?gitlab_info=${info}\n`);
    const from = await machine.succeed("docker logs releases 2>&1 | grep -- ' -> .*info='"); // the header Referer and the path
    assert.match(from, /^- -> \/check\.json\?gitlab_info=[\w%]+\n$/);
    await machine.succeed(
      `printf '18.11.11\n{"severity":' >/run/platform-gitlab/acme.release; : >/run/platform-gitlab/acme.json`,
    ); // as a full disk would leave them
    assert.equal(
      await check("version"),
      "GITLAB CRITICAL: GitLab 18.11.11-ee lacks security fixes; the latest is 19.3.1",
    );
    await machine.succeed("docker rm -f releases");
    await acme.remove();
  });
});
