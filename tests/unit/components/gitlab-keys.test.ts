import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { extraProblems, keyProblem } from "../../../components/gitlab/keys.ts";
import { known } from "../../../components/gitlab/names.ts";
import { versionOf } from "../../../components/gitlab/version.ts";

const old = versionOf("18.11.11-ee.0");
const middle = versionOf("19.1.6-ee.0");
const recent = versionOf("19.3.0-ee.0");

test("a name that its release knows and nothing else sets may stand", () => {
  for (const version of [old, middle, recent]) {
    assert.equal(keyProblem("gitlab_rails", "gitlab_default_theme", version), undefined);
    assert.equal(keyProblem("gitaly", "configuration", version), undefined);
    assert.equal(keyProblem("nginx", "keepalive_timeout", version), undefined);
    assert.equal(keyProblem("gitlab_kas_external_url", undefined, version), undefined);
  }
});

test("an unknown name is refused, and a close one offered", () => {
  assert.equal(
    keyProblem("gitlab_rails", "gitlab_default_them", old),
    "gitlab_rails['gitlab_default_them'] is no setting of GitLab 18.11.11: is `gitlab_default_theme` meant?",
  );
  assert.equal(
    keyProblem("gitlab_rail", "x", old),
    "gitlab_rail['x'] is no setting of GitLab 18.11.11",
  );
  assert.equal(
    keyProblem("gitlab_kas_external_uri", undefined, old),
    "gitlab_kas_external_uri is no setting of GitLab 18.11.11: is `gitlab_kas_external_url` meant?",
  );
  for (const key of ["__proto__", "constructor", "", "x'] = `id`; y['z"]) {
    assert.equal(
      keyProblem("gitlab_rails", key, recent),
      `gitlab_rails['${key}'] is no setting of GitLab 19.3.0`,
    );
  }
});

test("the bundled nginx's settings moved with 19.2", () => {
  assert.equal(keyProblem("nginx", "proxy_read_timeout", middle), undefined);
  assert.equal(
    keyProblem("nginx", "proxy_read_timeout", recent),
    "nginx['proxy_read_timeout'] ended with GitLab 19.2: take gitlab_rails['nginx']['proxy_read_timeout']",
  );
  assert.equal(
    keyProblem("nginx", "no_such_setting", middle),
    "nginx['no_such_setting'] is no setting of GitLab 19.1.6",
  );
  assert.equal(keyProblem("registry_nginx", "proxy_read_timeout", old), undefined);
  assert.equal(
    keyProblem("registry_nginx", "proxy_read_timeout", recent),
    "registry_nginx['proxy_read_timeout'] ended with GitLab 19.2: take registry['nginx']['proxy_read_timeout']",
  );
  assert.equal(
    keyProblem("gitlab_rails", "nginx", middle),
    "gitlab_rails['nginx'] comes with GitLab 19.2, and this is 19.1.6",
  );
});

test("what a release took away is told with what to take", () => {
  const cases = [
    [
      "mattermost",
      "enable",
      "mattermost['enable'] ended with GitLab 19.0: run Mattermost apart from GitLab",
    ],
    [
      "spamcheck",
      "enable",
      "spamcheck['enable'] ended with GitLab 19.0: run Spamcheck apart from GitLab",
    ],
    [
      "sidekiq",
      "max_concurrency",
      "sidekiq['max_concurrency'] is no setting of GitLab 19.3.0: `plan` sets sidekiq['concurrency'] instead",
    ],
    [
      "git_data_dirs",
      undefined,
      "git_data_dirs is no setting of GitLab 19.3.0: take gitaly['configuration'] with its `storage`",
    ],
    [
      "gitlab_rails",
      "gitlab_signup_enabled",
      "gitlab_rails['gitlab_signup_enabled'] is no setting of GitLab 19.3.0: it is an application setting, `signup_enabled`",
    ],
  ] as const;
  for (const [section, key, message] of cases) {
    assert.equal(keyProblem(section, key, recent), message);
  }
  assert.equal(keyProblem("mattermost", "enable", old), undefined);
  assert.equal(
    keyProblem("gitlab_rails", "backup_role", versionOf("18.10.8-ee.0")),
    "gitlab_rails['backup_role'] comes with GitLab 18.11, and this is 18.10.8",
  );
});

test("what the platform sets itself is refused with what sets it", () => {
  const cases = [
    ["external_url", undefined, "`hostname` sets it"],
    ["registry_external_url", undefined, "`registry` sets it"],
    ["registry", "database", "data in it could never leave it again"],
    ["gitlab_pages", "namespace_in_path", "`pages` sets it"],
    ["gitlab_rails", "gitlab_shell_ssh_port", "`ssh` sets it"],
    ["gitlab_rails", "smtp_password", "`smtp` sets it"],
    ["gitlab_rails", "monitoring_whitelist", "it follows from the instance's network"],
    ["gitlab_rails", "initial_license_file", "`licence` sets it"],
    ["gitlab_rails", "initial_root_password", "the first password is handed over by the platform"],
    ["gitlab_rails", "db_key_base", "GitLab makes it and keeps it in gitlab-secrets.json"],
    ["puma", "worker_processes", "`plan` sets it"],
    ["letsencrypt", "auto_renew", "certificates are those of the machine's nginx"],
    ["nginx", "listen_port", "it follows from the machine's nginx, which speaks TLS to visitors"],
    ["roles", undefined, "one container holds all of an instance"],
    ["pages_role", "enable", "one container holds all of an instance"],
  ] as const;
  for (const [section, key, from] of cases) {
    const shown = key === undefined ? section : `${section}['${key}']`;
    for (const version of [old, recent]) {
      assert.equal(
        keyProblem(section, key, version),
        `${shown} is not for settings of one's own: ${from}`,
      );
    }
  }
});

test("all that is wrong with an instance's own settings is told at once, also within a server's", () => {
  const extra = {
    gitlab_rails: {
      nginx: { listen_port: 81, proxy_read_timeout: 900, listen: 1 },
      time_zone: "UTC",
    },
    registry: { nginx: "on", log_level: "warn" },
    gitaly: { configuration: { anything: [1] }, env: { A: "b\0" } },
  };
  assert.deepEqual(extraProblems(extra, recent), [
    {
      path: ["gitlab_rails", "nginx", "listen_port"],
      message:
        "gitlab_rails['nginx']['listen_port'] is not for settings of one's own: it follows from the machine's nginx, which " +
        "speaks TLS to visitors",
    },
    {
      path: ["gitlab_rails", "nginx", "listen"],
      message: "gitlab_rails['nginx']['listen'] is no setting of GitLab 19.3.0",
    },
    {
      path: ["gitlab_rails", "time_zone"],
      message: "gitlab_rails['time_zone'] is not for settings of one's own: `timeZone` sets it",
    },
    { path: ["registry", "nginx"], message: "registry['nginx'] must be a mapping" },
    {
      path: ["gitaly", "env"],
      message: "gitaly['env']: Ruby's settings cannot hold \"b\\u0000\": it is no text",
    },
  ]);
  assert.deepEqual(extraProblems({}, old), []);
});

test("the table of names has whole lines, each name once, ranges that begin before they end", () => {
  const file = new URL("../../../components/gitlab/names.txt", import.meta.url);
  const lines = readFileSync(file, "utf8").trimEnd().split("\n").slice(3);
  const line =
    /^(?:-|[a-z][a-z0-9_]*(?:\.nginx)?) (?:-|\d+\.\d+) (?:-|\d+\.\d+)(?: [a-z][a-z0-9_]*)+$/;
  const names = lines.flatMap((one) => {
    assert.match(one, line);
    const [section = "", , , ...keys] = one.split(" ");
    return keys.map((key) => `${section}.${key}`);
  });
  assert.equal(names.length, 2114);
  assert.equal(new Set(names).size, names.length);
  assert.deepEqual(known("nginx.default_server_enabled", versionOf("18.4.6-ee.0")), {
    known: "coming",
    release: "18.5",
  });
  assert.deepEqual(known("nginx.default_server_enabled", old), { known: "yes" });
  assert.deepEqual(known("nginx.default_server_enabled", recent), {
    known: "ended",
    release: "19.2",
  });
});
