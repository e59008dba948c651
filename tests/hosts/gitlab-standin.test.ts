import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { gitlabMachine, reconfigured, standin, standinRb as rb } from "../support/gitlab.ts";

const { machine, image } = await gitlabMachine("gitlab-standin");
const { start, forget, put, exec, refused } = standin(machine, image);
const phases = { BOOT: 2, READY: 2, SETTLE: 50 };

describe("the stand-in for GitLab EE", () => {
  before(async () => {
    await forget();
    await put("etc/gitlab.rb", rb);
  });

  test("it boots as upstream's image does, and answers well before its reconfigure has ended", async () => {
    const env = Object.entries(phases).map(([name, s]) => `GITLAB_STANDIN_${name}_SECONDS=${s}`);
    await start(...env, "GITLAB_OMNIBUS_CONFIG=gitlab_rails['time_zone']='UTC'; puma['threads']=3");
    const seen = await machine.succeed(`
      for ((SECONDS = 0, n = 0; SECONDS < 60; n++)); do
        code=$(curl -s -o /srv/gitlab/answer -w '%{http_code}' 'http://127.0.0.1/-/readiness?all=1')
        docker logs gitlab 2>&1 | grep -qx 'gitlab Reconfigured!' && end=reconfigured || end=
        now="$code $end $([[ $code != 50* ]] || cat /srv/gitlab/answer)"
        [[ $now == "$last" ]] || printf '%s\\n' "$now"
        last=$now
        [[ $code != 200 ]] || echo SETTLE 0 >/srv/gitlab/data/standin-seconds
        [[ -z $end ]] || break
        sleep 0.1
      done`);
    const wrong = '[{"status":"failed","message":"unexpected"}]';
    const ok = '[{"status":"ok"}]';
    assert.deepEqual(
      seen
        .trim()
        .split("\n")
        .map((line) => line.trim()),
      [
        "000",
        '502  {"error":"nginx returned 502 when communicating with gitlab-workhorse","status":502}',
        `503  {"status":"failed","master_check":${wrong},"db_check":${ok},"gitaly_check":${ok}}`,
        "200",
        "200 reconfigured",
      ],
    );
  });

  test("gitlab.rb wins over the environment, and both are run by Ruby", async () => {
    const applied = JSON.parse(await exec("gitlab-ctl show-config")) as Record<string, object>;
    assert.deepEqual(applied["puma"], { threads: 3 });
    assert.equal((applied["gitlab_rails"] as Record<string, string>)["time_zone"], "Europe/Berlin");
    assert.equal(applied["external_url"], "https://gitlab.lab.test");
  });

  test("who is not on the list of monitors is answered 404, by the address that nginx makes out", async () => {
    const code = (path: string, from: string) =>
      machine.succeed(
        `curl -s -o /dev/null -w '%{http_code}' -H 'X-Forwarded-For: ${from}' http://127.0.0.1/-/${path}`,
      );
    for (const path of ["health", "liveness", "readiness"]) {
      assert.equal(await code(path, "192.0.2.7"), "200", path);
      assert.equal(await code(path, "192.0.2.8"), "404", path);
    }
  });

  test("what upstream refuses in a gitlab.rb is refused, and what serves goes on", async () => {
    const cases = {
      "nginxx['a'] = 1":
        "Mixlib::Config::UnknownConfigOptionError: Reading unsupported config value nginxx.",
      "git_data_dirs({ 'default' => { 'path' => '/x' } })":
        "Standin::Refused: Removed configurations found in gitlab.rb. Aborting reconfigure.",
      "registry_external_url 'https://registry.lab.test/x'":
        "Standin::Refused: Unsupported registry_external_url: it has the path /x",
      "gitlab_rails['smtp_tls'] = gitlab_rails['smtp_enable_starttls_auto'] = true":
        "Standin::Refused: gitlab_rails['smtp_tls'] and gitlab_rails['smtp_enable_starttls_auto'] are mutually exclusive.",
      "nginx['listen_https'] = true":
        'Standin::Refused: nginx: cannot load certificate "/etc/gitlab/ssl/gitlab.lab.test.crt": No such file or directory',
    };
    for (const [line, expected] of Object.entries(cases)) {
      await put("etc/gitlab.rb", `${rb}${line}\n`);
      assert.deepEqual(await refused("gitlab-ctl reconfigure"), [1, expected]);
    }
    await put("etc/gitlab.rb", `${rb}spamcheck['enable'] = true\n`);
    assert.equal(
      (await exec("gitlab-ctl reconfigure")).trim().split("\n").at(-1),
      "gitlab Reconfigured!",
    );
    await exec("gitlab-ctl check-config --version 18.11.11");
    assert.deepEqual(await refused("gitlab-ctl check-config --version 19.0.0"), [
      1,
      "Deprecations found. Please correct them and try again.",
    ]);
    await put("etc/gitlab.rb", rb);
    await exec("gitlab-ctl reconfigure");
  });

  test("data that are too old end the container, and so does a gitlab.rb that is refused", async () => {
    await machine.succeed("docker stop gitlab; echo 18.7.0 >/srv/gitlab/data/gitlab-rails/VERSION");
    const ends = "docker start gitlab; test $(timeout 60 docker wait gitlab) = 1";
    await machine.succeed(ends);
    assert.match(
      await machine.succeed("docker logs --tail 3 gitlab 2>&1"),
      /required to upgrade to the latest 18\.8\.x version/,
    );
    await machine.succeed("echo 18.11.11 >/srv/gitlab/data/gitlab-rails/VERSION");
    await put("etc/gitlab.rb", "nothing_such 1\n");
    await machine.succeed(ends);
  });

  test("another version takes the data when the migrations of the one before are finished, and has other names", async () => {
    const version = (is: string) => start(`GITLAB_STANDIN_VERSION=${is}`);
    await put("etc/gitlab.rb", rb);
    await version("18.11.11");
    await reconfigured(machine, "gitlab");
    const set = (values: string) =>
      exec(`gitlab-psql -qc "update batched_background_migrations set ${values}"`);
    await set("status = 1, finish_at = now() + interval '1 hour'");
    await version("19.2.4");
    await machine.succeed("test $(timeout 60 docker wait gitlab) = 1");
    assert.match(
      await machine.succeed("docker logs --tail 1 gitlab 2>&1"),
      /^Standin::Refused: Expected batched background migration .* to be marked as 'finished', but it is 'active'/,
    );
    await version("18.11.11");
    await reconfigured(machine, "gitlab");
    await set("finish_at = now()");
    const open = "select count(*) from batched_background_migrations where status = 1";
    await machine.waitUntilSucceeds(`docker exec gitlab gitlab-psql -Atc "${open}" | grep -qx 0`);
    await put("etc/gitlab.rb", `${rb}gitlab_rails['nginx']['hsts_max_age'] = 60\n`);
    const hsts = "curl -si http://127.0.0.1/users/sign_in | grep -i ^strict; true";
    await exec("gitlab-ctl reconfigure");
    assert.equal(await machine.succeed(hsts), "");
    await version("19.2.4");
    await reconfigured(machine, "gitlab");
    assert.equal(await machine.succeed(hsts), "Strict-Transport-Security: max-age=60\r\n");
    assert.equal(await exec("cat /var/opt/gitlab/gitlab-rails/VERSION"), "19.2.4\n");
  });

  test("one that is killed in its migration shows the new version, and is begun anew", async () => {
    const status = "ls /srv/gitlab/data/gitlab-rails/upgrade-status";
    await forget();
    await put("etc/gitlab.rb", rb);
    await start("GITLAB_STANDIN_MIGRATE_SECONDS=100");
    await machine.waitUntilSucceeds("test -s /srv/gitlab/data/gitlab-rails/VERSION");
    await machine.waitUntilSucceeds("docker exec gitlab pg_isready -qh /var/opt/gitlab/postgresql");
    await machine.succeed("docker kill gitlab; echo MIGRATE 0 >/srv/gitlab/data/standin-seconds");
    assert.equal(await machine.succeed(status), "");
    await machine.succeed("docker start gitlab");
    await reconfigured(machine, "gitlab");
    assert.match(await machine.succeed(status), /^db-migrate-\w{32}-\w{11}\n$/);
    assert.equal(await exec("gitlab-psql -Atc 'select username from users'"), "root\n");
  });
});
