import assert from "node:assert/strict";
import { test } from "node:test";
import { forumChecks } from "../../../components/discourse/checks.ts";
import { DiscourseOptions } from "../../../components/discourse/index.ts";
import { forumBackup } from "../../../components/discourse/site.ts";
import { commit } from "../../support/launcher.ts";

const given = {
  host: "machine",
  hostname: "forum.example.org",
  image: { name: "local_discourse/app:1" },
  developerEmails: ["a@example.org"],
  smtp: { address: "smtp.example.org", user: "user", password: "password" },
};
const options = DiscourseOptions.parse(given);

test("a forum is asked through TLS for a worker and for its database, for the disk that it needs, its container, its jobs and its version", () => {
  const asked = "check_http -H forum.example.org -I 127.0.0.1 -S --sni -t 10";
  assert.deepEqual(
    forumChecks("forum", options).map(({ name, host, command, intervalSeconds }) => [
      ...[name, host, command.join(" "), intervalSeconds],
    ]),
    [
      ["forum-status", "machine", `${asked} -u /srv/status -s ok -w 2 -c 5`, 60],
      ["forum-database", "machine", `${asked} -u /latest.json -e 200,403 -w 3 -c 10`, 60],
      [
        ...["forum-disk", "machine"],
        "check_disk -u MiB -w 10240 -c 5120 -p /var/lib/docker -p /var/discourse/shared/standalone",
        300,
      ],
      ["forum-container", "machine", "/usr/local/sbin/platform-container check app", 120],
      ["forum-image", "machine", "/usr/local/sbin/platform-container image app", 300],
      ["forum-deployment", "machine", "/usr/local/sbin/platform-forum check deployment", 60],
      [
        "forum-mail",
        "machine",
        "/usr/local/lib/platform/check-mail --timeout 30 smtp.example.org 587",
        900,
      ],
      ["forum-jobs", "machine", "/usr/local/sbin/platform-forum check jobs", 300],
      ["forum-version", "machine", "/usr/local/sbin/platform-forum check version", 3600],
    ],
  );
});

test("what is red by another check needs it, so that it tells nobody besides", () => {
  assert.deepEqual(
    forumChecks("forum", options).map(({ name, needs }) => `${name}: ${needs ?? "none"}`),
    [
      ...["forum-status: site-forum", "forum-database: site-forum", "forum-disk: none"],
      ...["forum-container: docker", "forum-image: forum-container", "forum-deployment: none"],
      ...["forum-mail: none", "forum-jobs: forum-container", "forum-version: forum-container"],
    ],
  );
});

test("the relay is not watched where the preflight leaves it out", () => {
  const left = DiscourseOptions.parse({ ...given, skipPreflight: ["mail"] });
  assert.ok(!forumChecks("forum", left).some(({ name }) => name === "forum-mail"));
});

test("what judges deployments speaks for the site, and is no problem by itself", () => {
  assert.deepEqual(
    forumChecks("forum", options).flatMap(({ name, site, gate }) => (gate ? [[name, site]] : [])),
    [["forum-deployment", "forum"]],
  );
});

test("a forum must not lose its archives and uploads, nor what its image was built from", () => {
  const data = ["/backups/default", "/uploads"].map(
    (path) => `/var/discourse/shared/standalone${path}`,
  );
  assert.deepEqual(forumBackup("forum", options).paths, data);
  const built = DiscourseOptions.parse({ ...given, image: { launcher: { commit } } });
  assert.deepEqual(forumBackup("forum", built).paths, [...data, "/var/discourse/containers"]);
});
