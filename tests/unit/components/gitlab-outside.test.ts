import assert from "node:assert/strict";
import { test } from "node:test";
import { extraProblems } from "../../../components/gitlab/keys.ts";
import { versionOf } from "../../../components/gitlab/version.ts";

test("data lie where a new container has them, or are refused with the place", () => {
  const lost = (extra: Parameters<typeof extraProblems>[0]) =>
    extraProblems(extra, versionOf("18.11.11-ee.0")).map(({ message }) => message);
  const place = (setting: string, path: string) =>
    `${setting}: ${path} is in the container alone, whose files go when it is replaced: take a place below /var/opt/gitlab`;
  assert.deepEqual(
    lost({
      postgresql: { dir: "/data/pg" },
      redis: { dir: "/var/opt/gitlab/../redis" },
      gitlab_rails: {
        ...{ shared_path: "/var/opt/gitlabs", uploads_storage_path: "/mnt/u" },
        ...{ pages_local_store_path: "/srv/pages", encrypted_settings_path: "/srv/enc" },
        backup_upload_connection: { provider: "Local", local_root: "/srv/copies" },
      },
      gitaly: {
        configuration: {
          storage: [{ name: "default", path: "/var/opt/gitlab/x" }, { path: "/g" }],
        },
      },
    }),
    [
      place("postgresql['dir']", "/data/pg"),
      place("redis['dir']", "/var/opt/gitlab/../redis"),
      place("gitlab_rails['shared_path']", "/var/opt/gitlabs"),
      place("gitlab_rails['uploads_storage_path']", "/mnt/u"),
      place("gitlab_rails['pages_local_store_path']", "/srv/pages"),
      place("gitlab_rails['encrypted_settings_path']", "/srv/enc"),
      place("gitlab_rails['backup_upload_connection']", "/srv/copies"),
      place("gitaly['configuration']", "/g"),
    ],
  );
  assert.deepEqual(
    lost({
      postgresql: { dir: "/var/opt/gitlab/pg", unix_socket_directory: "/run/pg" },
      gitlab_rails: {
        ...{ backup_path: "/var/opt/gitlab/copies", packages_storage_path: "relative" },
        backup_gitaly_backup_path: "/opt/gitlab/embedded/bin/gitaly-backup",
        ...{ redis_tls_ca_cert_dir: "/opt/gitlab/embedded/ssl/certs/" },
        backup_upload_remote_directory: "/a-bucket",
      },
      gitaly: {
        bin_path: "/opt/other/gitaly",
        configuration: { logging: { dir: "/var/log/gitlab" } },
      },
      prometheus: { flags: { path: "/metrics" } },
    }),
    [],
  );
});
