import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Gitlab } from "@gitbeaker/rest";
import { must, run } from "../../lab/process.ts";
import {
  gitlabMachine,
  gitlabToken,
  pythonGitlab,
  reconfigured,
  standin,
  standinLicence,
  standinRb,
} from "../support/gitlab.ts";

const { machine, image } = await gitlabMachine("gitlab-standin");
const { start, forget, put, exec } = standin(machine, image);
const url = `http://${machine.address}`;

describe("what real clients do with the stand-in for GitLab EE", () => {
  let token = "";
  let client = new Gitlab({ host: url, token: "none" });
  let work = "";

  before(async () => {
    await forget();
    await put(
      "etc/gitlab.rb",
      `${standinRb}gitlab_rails['initial_license_file'] = '/etc/gitlab/first.gitlab-license'\n`,
    );
    await put("etc/first.gitlab-license", standinLicence({ user_limit: 10 }));
    work = await mkdtemp(join(tmpdir(), "platform-gitlab-"));
    await start();
    await reconfigured(machine, "gitlab");
    await machine.waitUntilSucceeds("curl -sf 'http://127.0.0.1/-/readiness?all=1'");
  });
  after(() => rm(work, { recursive: true }));

  test("@gitbeaker/rest: version, licence, settings, users and projects; nothing without a token", async () => {
    const unknown = await client.Metadata.show().catch((error: unknown) => error);
    assert.match(String(unknown), /401 Unauthorized/);
    token = await gitlabToken(machine, "gitlab");
    client = new Gitlab({ host: url, token });
    const { version, enterprise } = await client.Metadata.show();
    assert.deepEqual([version, enterprise], ["18.11.11-ee", true]);
    const changed = await client.ApplicationSettings.edit({ signupEnabled: false });
    assert.equal(changed.signup_enabled, false);
    const { plan, user_limit, expired } = (await client.License.show()) as unknown as Record<
      string,
      unknown
    >;
    assert.deepEqual(
      { plan, user_limit, expired },
      { plan: "ultimate", user_limit: 10, expired: false },
    );
    const project = await client.Projects.create({ name: "demo", initializeWithReadme: true });
    assert.equal(project.ssh_url_to_repo, "git@gitlab.lab.test:root/demo.git");
    assert.equal((await client.Projects.show("root/demo")).id, project.id);
    const { processes } = (await client.SidekiqMetrics.compoundMetrics()) as {
      processes: unknown[];
    };
    assert.equal(processes.length, 1);
    const { headers } = await fetch(`${url}/users/sign_in`);
    assert.equal(headers.get("x-gitlab-standin"), "gitlab-ee-standin 18.11.11, not GitLab");
  });

  test("python-gitlab: a token of another user, its key, a licence that is none, and background migrations", async () => {
    const program = `
import gitlab, json, sys
root = gitlab.Gitlab(sys.argv[1], private_token=sys.argv[2])
user = root.users.create({"username": "ada", "name": "Ada", "email": "ada@lab.test", "password": "correct-horse-9"})
ada = gitlab.Gitlab(sys.argv[1], private_token=user.personal_access_tokens.create({"name": "a", "scopes": ["api"]}).token)
ada.auth()
said = []
for what in (lambda: user.block() and ada.projects.list(), lambda: user.unblock() and ada.settings.get(), lambda: ada.projects.get("root/demo"), lambda: root.get_license() and root.set_license("bm9uZQ==")):
    try:
        what()
    except gitlab.GitlabError as e:
        said.append([e.response_code, e.error_message])
migrations = root.http_list("/admin/batched_background_migrations", get_all=True)
print(json.dumps([ada.user.username, said, root.settings.get().signup_enabled, [m["status"] for m in migrations]]))
`;
    assert.deepEqual(JSON.parse(await pythonGitlab(program, url, token)), [
      "ada",
      [
        [403, "403 Forbidden - Your account has been blocked."],
        [403, "403 Forbidden"],
        [404, "404 Project Not Found"],
        [
          400,
          "The license key is invalid. Make sure it is exactly as you received it from GitLab Inc.",
        ],
      ],
      false,
      ["finished"],
    ]);
    assert.equal(
      await exec(
        "gitlab-psql -Atc 'select count(*) from batched_background_migrations where status not in (3, 6)'",
      ),
      "0\n",
    );
  });

  test("git clones and pushes over HTTP and SSH, and only those who may", async () => {
    const at = url.replace("://", `://root:${token}@`);
    const commit = async (folder: string, message: string) => {
      await writeFile(join(folder, "file"), message);
      const who = ["-c", "user.name=A", "-c", "user.email=a@lab.test"];
      for (const args of [
        ["add", "."],
        [...who, "commit", "-qm", message],
        ["push", "-q"],
      ]) {
        await must("git", ["-C", folder, ...args], { env });
      }
    };
    const key = join(work, "key");
    await must("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key]);
    const ssh = `ssh -p 443 -i ${key} -o IdentitiesOnly=yes -o StrictHostKeyChecking=accept-new -o UserKnownHostsFile=${work}/known`;
    const env = { GIT_SSH_COMMAND: ssh, GIT_TERMINAL_PROMPT: "0" };
    const remote = `git@${machine.address}:root/demo.git`;
    assert.notEqual((await run("git", ["ls-remote", remote], { env })).code, 0);
    await client.UserSSHKeys.create("key", (await readFile(`${key}.pub`, "utf8")).trim());
    await must("git", ["clone", "-q", `${at}/root/demo.git`, join(work, "http")], { env });
    await commit(join(work, "http"), "over HTTP");
    await must("git", ["clone", "-q", remote, join(work, "ssh")], { env });
    await commit(join(work, "ssh"), "over SSH");
    const titles = (await client.Commits.all("root/demo")).map(({ title }) => title);
    assert.deepEqual(titles, ["over SSH", "over HTTP", "Initial commit"]);
    const nobody = await run("git", ["ls-remote", `${url}/root/demo.git`], { env });
    assert.match(nobody.stderr, /could not read Username/);
    const { stderr } = await run("git", ["ls-remote", `${at}/root/nothing.git`], { env });
    assert.match(stderr, /The project you were looking for could not be found/);
  });

  test("copies have upstream's names, modes and parts, and the registry asks for a token", async () => {
    await exec("gitlab-backup create CRON=1");
    await exec("gitlab-ctl backup-etc -p /var/opt/gitlab/config");
    const listed = await exec(
      "sh -c 'cd /var/opt/gitlab && stat -c \"%a %U %n\" backups/* config/*'",
    );
    assert.match(
      listed,
      /^600 git backups\/\d{10}_\d{4}_\d\d_\d\d_18\.11\.11-ee_gitlab_backup\.tar\n600 root config\/gitlab_config_\d{10}_\d{4}_\d\d_\d\d\.tar\n$/,
    );
    const parts = await exec("sh -c 'tar -tf /var/opt/gitlab/backups/*.tar'");
    for (const part of ["backup_information.yml", "db/database.sql.gz", "uploads.tar.gz"]) {
      assert.ok(parts.split("\n").includes(part), part);
    }
    assert.match(parts, /^repositories\/@hashed\/\w\w\/\w\w\/\w{64}\/.*001\.bundle$/m);
    const answer = await machine.succeed(
      "curl -si -H 'Host: registry.lab.test' http://127.0.0.1/v2/",
    );
    assert.match(answer, /^HTTP\/1\.1 401 /);
    assert.match(
      answer,
      /^Www-Authenticate: Bearer realm="https:\/\/gitlab\.lab\.test\/jwt\/auth",service="container_registry"\r$/m,
    );
  });

  test("a container that takes its place has its data, its keys and its licence, whatever the file says now", async () => {
    const known = await exec(
      "sha256sum /etc/gitlab/ssh_host_ed25519_key /etc/gitlab/gitlab-secrets.json",
    );
    await put("etc/first.gitlab-license", standinLicence({ user_limit: 99 }));
    await start();
    await reconfigured(machine, "gitlab");
    await machine.waitUntilSucceeds("curl -sf 'http://127.0.0.1/-/readiness?all=1'");
    assert.equal(
      await exec("sha256sum /etc/gitlab/ssh_host_ed25519_key /etc/gitlab/gitlab-secrets.json"),
      known,
    );
    assert.equal((await client.Commits.all("root/demo")).length, 3);
    assert.equal(
      ((await client.License.show()) as unknown as Record<string, unknown>)["user_limit"],
      10,
    );
    assert.match(
      await exec("gitlab-rake gitlab:background_migrations:status"),
      /^finished +\| StandinBackfill181111,projects,id,\[\]$/m,
    );
    assert.equal(await exec("cat /var/opt/gitlab/gitlab-rails/VERSION"), "18.11.11\n");
    assert.match(
      await exec("sh -c 'cat /var/opt/gitlab/gitlab-rails/upgrade-status/db-migrate-*'"),
      /^0\n$/,
    );
  });
});
