import { bytes } from "../../formats/size.ts";
import type { Backup, Site } from "../host/index.ts";
import type { DiscourseOptions } from "./options.ts";
import { maintenance, offlinePage } from "./pages.ts";

/** Where a standalone forum keeps all that it must not lose, on the host (discourse_docker, samples). */
export const sharedDirectory = "/var/discourse/shared/standalone";

/**
 * Its mode, with root as the owner, as Docker has always made it: nginx on the host has to reach the socket in it,
 * and in the container the forum (1000), PostgreSQL and Redis, each under a number of its own, their part of it.
 */
export const sharedMode = "0755";

/** The socket that the image's inner nginx makes at each start and takes away at each stop. */
export const socketPath = `${sharedDirectory}/nginx.http.sock`;

/** Where nginx and others on the host reach the forum. */
export function upstreamOf({ port }: DiscourseOptions): string {
  return port === undefined ? `unix:${socketPath}` : `127.0.0.1:${port}`;
}

/**
 * Paths that a forum's pages cannot do without (Discourse, config/routes.rb). Its texts, such as /faq, are not among them:
 * they may stand elsewhere.
 */
export const ownPaths = [
  ...["/admin/", "/assets/", "/auth/", "/c/", "/extra-locales/", "/g/", "/images/", "/invites/"],
  ...["/letter_avatar_proxy/", "/message-bus/", "/posts/", "/session/", "/site/", "/srv/"],
  ...["/stylesheets/", "/svg-sprite/", "/t/", "/tag/", "/theme-javascripts/", "/u/", "/uploads/"],
  ...["/user_avatar/", "/users/", "/categories", "/latest", "/login", "/search", "/signup", "/top"],
] as const;

/** What the forum wants served. */
export function forumSite(name: string, options: DiscourseOptions): Site {
  return {
    name,
    hostname: options.hostname,
    aliases: options.aliases,
    upstream: upstreamOf(options),
    maxBodyBytes: bytes(options.uploadLimit),
    streaming: ["/message-bus/"],
    offline: offlinePage(options),
    maintenance: maintenance(options),
  };
}

/** Where Discourse writes its own archives (discourse_docker's volume `/shared/backups/default`). */
const archives = `${sharedDirectory}/backups/default`;

// The newest archive counts; each has the dump of the database and the uploads. `$1` is where they lie, `$3` what comes before.
const newest = `archive=$(ls -1t "$3$1/"*.tar.gz 2>/dev/null | head -n 1)
[ -n "$archive" ] || { echo "there is no archive in $3$1" >&2; exit 1; }`;

// The forum itself is asked when the copy has been put in place.
const good = `${newest}
gzip -t "$archive" || exit 1
tar -tzf "$archive" | grep -c "dump\.sql" >/dev/null || { echo "$archive holds no dump of the database" >&2; exit 1; }
case $2 in unix:*) set -- "$@" --unix-socket "\${2#unix:}" http://localhost ;; *) set -- "$@" "http://$2" ;; esac
[ "$3" != / ] || { shift 3; curl -fsS -o /dev/null --retry 30 --retry-all-errors --retry-delay 2 "$@/srv/status"; }`;

// Discourse makes the directory by its first archive, so on a machine made anew there is none.
const take = `set -e
${newest}
name=$(basename "$archive")
[ -d "$1" ] || { mkdir -p "$1" && chown --reference="$(dirname "$1")" "$1"; }
cmp -s "$archive" "$1/$name" || cp --preserve=timestamps "$archive" "$1/"
chown --reference="$1" "$1/$name"
docker exec app discourse enable_restore
docker exec app discourse restore "$name"`;

/** What the forum must not lose. Where the launcher builds its image, that is also what it was built from. */
export function forumBackup(name: string, options: DiscourseOptions): Backup {
  const files = "launcher" in options.image ? ["/var/discourse/containers"] : [];
  return {
    name,
    host: options.host,
    paths: [archives, `${sharedDirectory}/uploads`, ...files],
    prepare: ["docker", "exec", "app", "discourse", "backup"],
    maxAgeHours: 26,
    least: { files: 1, bytes: 10_000 },
    verify: ["sh", "-c", good, "verify", archives, upstreamOf(options)],
    running: ["docker", "exec", "app", "true"],
    restore: ["sh", "-c", take, "restore", archives, upstreamOf(options)],
    runbook:
      "A forum takes a copy only while it runs, so a restore always needs --over-running: it replaces all posts by the copy's.",
  };
}
