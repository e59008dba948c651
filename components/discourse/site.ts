import { bytes } from "../../formats/size.ts";
import type { Backup, Check, OfflineText, Site } from "../host/index.ts";
import type { DiscourseOptions } from "./options.ts";

/** Where a standalone forum keeps all that it must not lose, on the host (discourse_docker, samples). */
export const sharedDirectory = "/var/discourse/shared/standalone";

/**
 * Its mode, with root as the owner, as Docker has always made it: nginx on the host has to reach the socket in it,
 * and in the container the forum (1000), PostgreSQL and Redis, each under a number of its own, their part of it.
 */
export const sharedMode = "0755";

/** The socket that the image's inner nginx makes at each start and takes away at each stop. */
export const socketPath = `${sharedDirectory}/nginx.http.sock`;

const offlineTexts: Readonly<Record<string, Omit<OfflineText, "language">>> = {
  en: {
    title: "The forum will be back in a moment",
    message:
      "We are working on it right now. This page tries again by itself, so you can leave it open.",
  },
  de: {
    title: "Das Forum ist gleich wieder da",
    message:
      "Wir arbeiten gerade daran. Diese Seite versucht es von selbst wieder, du kannst sie also offen lassen.",
  },
};

/** What the forum wants served. */
export function forumSite(name: string, options: DiscourseOptions): Site {
  const language = options.language in offlineTexts || options.offline ? options.language : "en";
  const texts = options.offline ?? offlineTexts[language];
  if (texts === undefined) throw new RangeError(`no offline page in "${language}"`);
  return {
    name,
    hostname: options.hostname,
    aliases: options.aliases,
    socket: socketPath,
    maxBodyBytes: bytes(options.uploadLimit),
    streaming: ["/message-bus/"],
    offline: { language: language.replace("_", "-"), ...texts },
  };
}

/** How the forum wants to be watched: through TLS, up to the application. */
export function forumCheck(name: string, options: DiscourseOptions): Check {
  return {
    name: `${name}-status`,
    host: options.host,
    from: "inside",
    command: [
      ...(["check_http", "-H", options.hostname, "-I", "127.0.0.1", "-S", "--sni"] as const),
      ...["-u", "/srv/status", "-s", "ok", "-t", "10", "-w", "2", "-c", "5"],
    ],
    ...{ intervalSeconds: 60, retrySeconds: 15, timeoutSeconds: 15 },
    component: name,
    option: "forum",
    runbook:
      "Read `docker logs --tail 50 app` on the machine; visitors see the offline page meanwhile.",
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
[ "$3" != / ] || curl -fsS -o /dev/null --retry 30 --retry-all-errors --retry-delay 2 --unix-socket "$2" http://localhost/srv/status`;

const take = `set -e
${newest}
name=$(basename "$archive")
cmp -s "$archive" "$1/$name" || cp --preserve=timestamps "$archive" "$1/"
chown --reference="$1" "$1/$name"
docker exec app discourse enable_restore
docker exec app discourse restore "$name"`;

/** What the forum must not lose. */
export function forumBackup(name: string, options: DiscourseOptions): Backup {
  return {
    name,
    host: options.host,
    paths: [archives, `${sharedDirectory}/uploads`],
    prepare: ["docker", "exec", "app", "discourse", "backup"],
    maxAgeHours: 26,
    least: { files: 1, bytes: 10_000 },
    verify: ["sh", "-c", good, "verify", archives, socketPath],
    running: ["docker", "exec", "app", "true"],
    restore: ["sh", "-c", take, "restore", archives, socketPath],
    runbook:
      "A forum takes a copy only while it runs, so a restore always needs --over-running: it replaces all posts by the copy's.",
  };
}
