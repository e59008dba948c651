import { bytes, type Size, sizeOf, sizePattern } from "../formats/size.ts";
import { pathFault } from "./config-files.ts";
import { ownerLike } from "./found-directory.ts";
import type { CheckFailure } from "./grpc/provider.ts";
import { type Properties, text } from "./grpc/values.ts";
import type { Kind } from "./kind.ts";

const scripts = ["place.sh", "quota.sh", "data-directory.sh"].map(
  (name) => new URL(`./shell/${name}`, import.meta.url),
);

/**
 * Places that are not for data: the system's own, with all that is in them, or those that others share, which may
 * have data further inside. The script asks it of the path without links, in bash; so it is plain.
 */
const system =
  /^\/(bin|boot|dev|etc|lib|lib32|lib64|libx32|proc|run|sbin|sys|tmp|usr|var\/(cache|lib\/platform|lock|run|tmp))(\/|$)|^\/((home|media|mnt|opt|root|srv|var)(\/)?|var\/(backups|lib|local|log|mail|opt|spool))?$/;

/** What a read says anew: nothing of it stays from the state. */
const read = ["mode", "owner", "quota", "lost", "unfinished"];

/**
 * `host:index:DataDirectory`: a directory whose data must outlive everything. Inputs: `path`, `mode`, `owner`
 * (names or numbers) and `quota`, a size such as "50 GiB". What is found may have `lost`, a sentence: then the
 * directory is not where it was, and a change refuses to make another one.
 */
export const dataDirectory: Kind = {
  inputs: ["path", "mode", "owner", "quota", "lost"],
  outputs: [],

  check(news) {
    const path = text(news["path"]);
    const failures: CheckFailure[] = pathFault("path", path);
    if (failures.length === 0 && system.test(path)) {
      const reason = `${path} is the system's, or too broad: give the data a directory of its own, such as /srv/forum`;
      failures.push({ property: "path", reason });
    }
    if (!/^[0-7]{4}$/.test(text(news["mode"]))) {
      failures.push({ property: "mode", reason: 'must have four octal digits, as "0750"' });
    }
    if (!/^(?:[a-z_][\w-]*|\d+):(?:[a-z_][\w-]*|\d+)$/.test(text(news["owner"]))) {
      const reason = 'must be a user and a group, by name or number, as "root:root" or "1000:1000"';
      failures.push({ property: "owner", reason });
    }
    if (news["quota"] !== undefined && !sizePattern.test(text(news["quota"]))) {
      failures.push({ property: "quota", reason: 'must be a size, as "50 GiB"' });
    }
    return { inputs: news, failures };
  },

  claims: (inputs) => ({ path: text(inputs["path"]) }),

  script(inputs) {
    const quota = kib(inputs);
    const values = {
      DIRECTORY: text(inputs["path"]),
      MODE: text(inputs["mode"]),
      OWNED_BY: text(inputs["owner"]),
      QUOTA: quota === 0 ? "" : String(quota),
      SYSTEM: system.source.replaceAll("\\/", "/"),
    };
    return { files: scripts, values, timeoutSeconds: 900 };
  },

  observe(manifest, id, state, inputs) {
    const found = manifest.directories.get(id);
    if (!found) return undefined;
    const { path, is, lost, broken, quotaKib } = found;
    const limit = quotaKib === kib(inputs) ? text(inputs["quota"]) : sizeOf(quotaKib * 1024);
    const others = Object.entries(state).filter(([name]) => !read.includes(name));
    return {
      ...Object.fromEntries(others),
      path,
      ...(is ? { mode: is.mode, owner: ownerLike(text(inputs["owner"]), is) } : {}),
      ...(quotaKib === 0 ? {} : { quota: limit }),
      ...(lost === undefined ? {} : { lost }),
      ...(broken ? { unfinished: "a change was broken off before the directory stood" } : {}),
    };
  },

  replaces: (path) => path === "path",
};

/** The quota in KiB; 0 when there is none. */
function kib({ quota }: Properties): number {
  return quota === undefined ? 0 : bytes(text(quota) as Size) / 1024;
}
