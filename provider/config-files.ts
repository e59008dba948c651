import { createHash } from "node:crypto";
import type { CheckFailure } from "./grpc/provider.ts";
import { isObject, isSecret, reveal, text, UNKNOWN, unwrap } from "./grpc/values.ts";
import type { Properties, Value } from "./grpc/values.ts";
import type { FoundPath } from "./manifest.ts";
import { digest } from "./secrets.ts";

/** Bytes of a text from which on it is compared by a digest; paths.sh has the same number. */
const large = 65536;

/** The files of a ConfigSet by their paths, each with `content`, `mode`, `owner`, and `digest` where it has one. */
export function filesOf(properties: Properties): Record<string, Properties> {
  const files = unwrap(properties["files"]);
  const entries = isObject(files) ? Object.entries(files) : [];
  return Object.fromEntries(
    entries.map(([path, file]) => [path, isObject(file) ? file : {}] as const),
  );
}

/**
 * The file with a digest, when it is secret or large: that is what is compared then, and shown. Whether a content
 * that is not known yet is secret, the engine does not always say: it is what it was, `earlier`.
 */
export function withDigest(file: Properties, salt: Value, earlier: Properties = {}): Properties {
  const content = file["content"] ?? "";
  if (isSecret(content)) return { ...file, digest: digest(salt, content) };
  if (content === UNKNOWN && "digest" in earlier) return { ...file, digest: UNKNOWN };
  const plain = text(content);
  const isLarge = plain !== UNKNOWN && Buffer.byteLength(plain) > large;
  return isLarge ? { ...file, digest: sha256(plain) } : file;
}

/** The file as it is compared: by its digest when it has one, by its content else. */
export function comparable(file: Properties): Properties {
  if (!("digest" in file)) return file;
  return Object.fromEntries(Object.entries(file).filter(([name]) => name !== "content"));
}

/** What is wrong with a path. */
export function pathFault(property: string, path: string): CheckFailure[] {
  if (/^\/(?:[\w.@:+-]+\/)*[\w.@:+-]+$/.test(path) && !/\/\.\.?(?:\/|$)/.test(path)) return [];
  return [{ property, reason: `"${path}" is not a plain absolute path` }];
}

/** What is wrong with a file of a set. */
export function faults(path: string, file: Properties): CheckFailure[] {
  const property = `files[${JSON.stringify(path)}]`;
  const wrong = pathFault(property, path);
  const content = reveal(file["content"] ?? null);
  if (typeof content !== "string" || content.includes("\0")) {
    const reason = "is missing or not text (a NUL character is none)";
    wrong.push({ property: `${property}.content`, reason });
  }
  if (!/^[0-7]{4}$/.test(text(file["mode"]))) {
    wrong.push({ property: `${property}.mode`, reason: 'must have four octal digits, as "0644"' });
  }
  if (!/^[a-z_][\w-]*:[a-z_][\w-]*$/.test(text(file["owner"]))) {
    wrong.push({
      property: `${property}.owner`,
      reason: 'must be a user and a group, as "root:root"',
    });
  }
  return wrong;
}

/** A path as it was found, in the form of the inputs; `file` is how they have it. */
export function observed(found: FoundPath, file: Properties, salt: Value): Properties {
  const { mode, owner, type, content } = found;
  const seen: Properties = { ...file, mode, owner };
  if (!type.startsWith("regular")) return { ...without(seen), type, content: "" };
  if (content === undefined) return { ...without(seen), content: "" };
  if ("digest" in file) {
    if ("salted" in content) return { ...seen, digest: content.salted };
    if ("sha256" in content) return { ...seen, digest: content.sha256.slice(0, 32) };
    const plain = content.text;
    return { ...seen, digest: isSecret(file["content"]) ? digest(salt, plain) : sha256(plain) };
  }
  if ("text" in content) return { ...seen, content: content.text };
  const shown = "salted" in content ? "(secret)" : `(too large to show, sha256 ${content.sha256})`;
  return { ...seen, content: shown };
}

function without(file: Properties): Properties {
  return Object.fromEntries(Object.entries(file).filter(([name]) => name !== "digest"));
}

function sha256(content: string): string {
  return createHash("sha256").update(content).digest("hex").slice(0, 32);
}
