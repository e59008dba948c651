import { normalize } from "node:path/posix";
import { hash, type Ruby } from "../../formats/ruby.ts";

/** What of a container's files outlives it: the volumes of GitLab's image, each of which is a directory of the machine. */
const kept = ["/etc/gitlab", "/var/log/gitlab", "/var/opt/gitlab"];

/** What is not meant to outlive anything, and what comes with the image or from each reconfigure. */
const passing = ["/dev/shm", "/opt/gitlab/embedded", "/opt/gitlab/etc", "/run", "/tmp"];

/** Names of settings that say where data lie (gitlab.rb.template of omnibus-gitlab); other paths are of sockets and programs. */
const places =
  /(?:^|_)(?:dir|(?<!remote_)(?:root)?directory|home)$|(?:^|_)(?:storage|shared|backup|artifacts|pages|registry|uploads|lfs|repositories|local_store|encrypted_settings)_path$|^local_root$/;

/**
 * The first path in a setting where data would lie that a new container does not have, such as `postgresql['dir']` below /data;
 * undefined when there is none. What `name` says is not a place of data is not looked at, but for hashes in it.
 */
export function outside(name: string, value: Ruby): string | undefined {
  if (typeof value === "string") {
    const place = `${normalize(value)}/`;
    const lost =
      value.startsWith("/") && ![...kept, ...passing].some((one) => place.startsWith(`${one}/`));
    return lost && places.test(name) ? value : undefined;
  }
  if (Array.isArray(value)) return first(value.map((one) => outside(name, one as Ruby)));
  const inner = Object.entries(hash(value) ?? {});
  // Each of Gitaly's storages is a hash with a `path`.
  return first(
    inner.map(([key, one]) => outside(name === "storage" && key === "path" ? "dir" : key, one)),
  );
}

function first(found: readonly (string | undefined)[]): string | undefined {
  return found.find((one) => one !== undefined);
}
