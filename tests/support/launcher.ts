import { execFileSync } from "node:child_process";
import { join } from "node:path";
import type { ImageWanted } from "../../components/discourse-image/app.ts";
import { LauncherOptions } from "../../components/discourse-image/index.ts";
import type { TestMachine } from "./machine.ts";

/** A machine that runs commands which must succeed. */
type On = Pick<TestMachine, "succeed">;

/** A commit of discourse_docker, as options have it. */
export const commit = "e071c2c8ebf8a93c1fba4e16fbb7168a2a9201bd";

/** A plugin that is not part of Discourse. */
export const akismet = {
  repository: "https://github.com/discourse/discourse-akismet.git",
  commit: "0123456789abcdef0123456789abcdef01234567",
};

/** What an image is built from, with more options. */
export function imageWanted(
  options: object = {},
  more: Partial<Omit<ImageWanted, "options">> = {},
): ImageWanted {
  return {
    options: LauncherOptions.parse({ commit, ...options }),
    shared: "/var/discourse/shared/standalone",
    uploadLimit: "10 MiB",
    environment: { DISCOURSE_HOSTNAME: "forum.example.org", LANG: "en_US.UTF-8" },
    ...more,
  };
}

/** Where the stand-in's repository lies on a machine. */
export const standinRepository = "file:///srv/discourse_docker.git";

/**
 * Puts the stand-in for discourse_docker on a machine, as a repository there, and the base image that it builds on: that of the
 * stand-in for Discourse, with the machine's own git and Ruby. Gives the repository's commit.
 */
export async function launcherStandin(machine: On, image: string): Promise<string> {
  await machine.succeed(
    "command -v ruby && command -v git || { apt-get -qq update && " +
      "DEBIAN_FRONTEND=noninteractive apt-get -qq install --no-install-recommends ruby git; } >/dev/null 2>&1",
  );
  const folder = join(import.meta.dirname, "../../lab/discourse-docker");
  const archive = execFileSync("tar", ["-C", folder, "-c", "."]).toString("base64");
  await machine.succeed(
    "rm -rf /srv/discourse_docker.git; mkdir /srv/discourse_docker.git; cd /srv/discourse_docker.git; base64 -d | tar -x; " +
      "mkdir containers cids shared; touch containers/.gitkeep cids/.gitkeep shared/.gitkeep; " +
      "printf 'containers/*\\ncids/*\\nshared/*\\n' > .gitignore; git init -q; git add -f .",
    archive,
  );
  const put = (files: string) =>
    `{ ${files}; } | tar -c --files-from=- 2>/dev/null | docker cp - base-standin:/`;
  await machine.succeed(
    "! docker image inspect discourse-base-standin:1 >/dev/null 2>&1 || exit 0; " +
      `docker rm -f base-standin >/dev/null 2>&1; docker create --name base-standin ${image} /bin/false >/dev/null; ` +
      `${put("for package in $(dpkg-query -W -f '${Package} ' 'ruby*' 'libruby*' git libyaml-0-2 libgmp10 libssl3 libpcre2-8-0 rake); do dpkg -L $package; done | while read -r path; do [ -d $path ] || echo $path; done | grep -v /usr/share/doc")}; ` +
      "docker cp /srv/discourse_docker.git/pups.rb base-standin:/usr/local/bin/pups; " +
      "docker commit base-standin discourse-base-standin:1 >/dev/null; docker rm base-standin",
  );
  return commitStandin(machine, "true");
}

/** Changes the stand-in's repository by a command in it. Gives the new commit. */
export async function commitStandin(machine: On, change: string): Promise<string> {
  const git = "git -c user.name=t -c user.email=t@lab.test commit -q --allow-empty -a -m change";
  const id = await machine.succeed(
    `cd /srv/discourse_docker.git && ${change} && ${git} && git rev-parse HEAD`,
  );
  return id.trim();
}

/** The base of images that have a database and a Redis of their own, or work with these. */
export const storesBase = "discourse-base-standin:stores";

/** Makes that base from the stand-in's other one, with the machine's own PostgreSQL and Redis. */
export async function storesStandin(machine: On): Promise<void> {
  await machine.succeed(
    "test -e /usr/lib/postgresql/15/bin/postgres && command -v redis-server || { apt-get -qq update && " +
      "DEBIAN_FRONTEND=noninteractive apt-get -qq install --no-install-recommends postgresql redis-server; } >/dev/null 2>&1; " +
      "systemctl disable --now redis-server postgresql >/dev/null 2>&1",
  );
  // Not the libraries of libc, which go with the loader that the base has.
  const files =
    "binaries=$(ls /usr/lib/postgresql/15/bin/{postgres,initdb,pg_ctl,psql} /usr/bin/redis-{server,cli}); " +
    "{ echo \"$binaries\"; ldd $binaries | sed -n 's|.* => /lib/\\([^ ]*\\).*|/usr/lib/\\1|p' | sort -u | " +
    "grep -vE '/lib(c|m|dl|rt|pthread|resolv)\\.so'; " +
    "find /usr/share/postgresql/15 -type f; find /usr/lib/postgresql/15/lib -name '*.so' ! -name 'llvm*'; }";
  await machine.succeed(
    `! docker image inspect ${storesBase} >/dev/null 2>&1 || exit 0; docker rm -f base-stores >/dev/null 2>&1; ` +
      "docker create --name base-stores discourse-base-standin:1 /bin/false >/dev/null; " +
      `(${files}) | tar -ch --files-from=- 2>/dev/null | docker cp - base-stores:/; ` +
      "docker cp /srv/discourse_docker.git/stores.sh base-stores:/usr/local/bin/standin-stores; " +
      "docker cp /usr/lib/postgresql/15/bin/psql base-stores:/usr/bin/psql; " +
      `docker commit base-stores ${storesBase} >/dev/null; docker rm base-stores`,
  );
}
