import { createHash } from "node:crypto";
import type { ShellValue } from "../formats/shell.ts";
import type { CheckFailure } from "./grpc/provider.ts";
import { isObject, isSecret, reveal, text, unwrap } from "./grpc/values.ts";
import type { Properties, Value } from "./grpc/values.ts";
import type { Kind } from "./kind.ts";
import type { FoundPath } from "./manifest.ts";
import { digest, saltOf } from "./secrets.ts";

const scripts = ["transaction.sh", "swap.sh", "view.sh", "config-set.sh"].map(
  (name) => new URL(`./shell/${name}`, import.meta.url),
);

/**
 * `host:index:ConfigSet`: files that stand or fall together. Inputs: `files`, an object by path with `content`,
 * `mode` and `owner`; `absent`, a list of paths; `adopt`; `validate`, `activate` and `probe`, lists of shell
 * commands. A file with secret content is compared by a salted `digest`, which is what previews show.
 */
export const configSet: Kind = {
  inputs: ["files", "absent", "adopt", "validate", "activate", "probe"],
  outputs: [],

  check(news, olds) {
    const files = filesOf(news);
    const failures = Object.entries(files).flatMap(([path, file]) => faults(path, file));
    for (const path of texts(news["absent"])) failures.push(...pathFault("absent", path));
    const hidden = Object.values(files).some((file) => isSecret(file["content"]));
    if (!hidden || failures.length > 0) return { inputs: news, failures };
    const salt = saltOf(olds);
    const checked = Object.entries(files).map(([path, file]): [string, Value] => {
      const content = file["content"] ?? "";
      return [path, isSecret(content) ? { ...file, digest: digest(salt, content) } : file];
    });
    return { inputs: { ...news, salt, files: Object.fromEntries(checked) }, failures };
  },

  claims(inputs) {
    const own = [...Object.keys(filesOf(inputs)), ...texts(inputs["absent"])];
    return Object.fromEntries(own.map((path) => [`files[${JSON.stringify(path)}]`, path]));
  },

  script(inputs) {
    const files = Object.entries(filesOf(inputs));
    const field = (name: string) => files.map(([, file]) => text(file[name]));
    const lines = (name: string) => texts(inputs[name]).join("\n");
    const values: Record<string, ShellValue> = {
      PATHS: files.map(([path]) => path),
      MODES: field("mode"),
      OWNERS: field("owner"),
      ABSENT: texts(inputs["absent"]),
      SECRETS: files.filter(([, file]) => "digest" in file).map(([path]) => path),
      SALT: text(inputs["salt"]),
      ADOPT: text(inputs["adopt"]),
      VALIDATE: lines("validate"),
      ACTIVATE: lines("activate"),
      PROBE: lines("probe"),
      CONTENTS: field("content"),
    };
    return { files: scripts, values, timeoutSeconds: 300 };
  },

  observe(manifest, id, state) {
    const found = manifest.sets.get(id);
    if (!found) return undefined;
    const files = Object.entries(filesOf(state)).flatMap(([path, file]): [string, Value][] => {
      const one = found.get(path);
      return one ? [[path, observed(one, file, state["salt"] ?? "")]] : [];
    });
    const absent = texts(state["absent"]).filter((path) => !found.has(path));
    return { ...state, files: Object.fromEntries(files), absent };
  },

  comparable(properties) {
    const files = Object.entries(filesOf(properties)).map(([path, file]): [string, Value] => {
      const { content = null, ...rest } = file;
      return [path, "digest" in file ? rest : { ...rest, content }];
    });
    return { ...properties, files: Object.fromEntries(files) };
  },

  effects(changes, inputs) {
    const touched = Object.keys(changes).some((path) => /^(?:files|absent)\b/.test(path));
    const commands = texts(inputs["activate"]).map((_, index) => `activate[${index}]`);
    return touched ? Object.fromEntries(commands.map((path) => [path, "add"])) : {};
  },
};

function filesOf(properties: Properties): Record<string, Properties> {
  const files = unwrap(properties["files"]);
  const entries = isObject(files) ? Object.entries(files) : [];
  return Object.fromEntries(
    entries.map(([path, file]) => [path, isObject(file) ? file : {}] as const),
  );
}

/** The texts in a list of inputs. */
function texts(list: Value | undefined): string[] {
  const known = reveal(list ?? []);
  return Array.isArray(known) ? known.map(text) : [];
}

function pathFault(property: string, path: string): CheckFailure[] {
  if (/^\/(?:[\w.@:+-]+\/)*[\w.@:+-]+$/.test(path) && !/\/\.\.?(?:\/|$)/.test(path)) return [];
  return [{ property, reason: `"${path}" is not a plain absolute path` }];
}

function faults(path: string, file: Properties): CheckFailure[] {
  const property = `files[${JSON.stringify(path)}]`;
  const wrong = pathFault(property, path);
  if (typeof reveal(file["content"] ?? null) !== "string") {
    wrong.push({ property: `${property}.content`, reason: "is missing or not text" });
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

/** A path as it was found, in the form of the inputs; `file` is how the state has it. */
function observed({ mode, owner, type, content }: FoundPath, file: Properties, salt: Value) {
  const seen: Properties = { ...file, mode, owner };
  delete seen["type"];
  const kept = file["content"] ?? "";
  if (!type.startsWith("regular")) return { ...seen, type, content: "" };
  if (content === undefined) return { ...seen, content: "" };
  if ("digest" in file) {
    return {
      ...seen,
      digest: "salted" in content ? content.salted : digest(salt, textIn(content)),
    };
  }
  if ("text" in content) return { ...seen, content: content.text };
  if ("salted" in content) return { ...seen, content: "(secret)" };
  const same = createHash("sha256").update(text(kept)).digest("hex") === content.sha256;
  return { ...seen, content: same ? kept : `(too large to show, sha256 ${content.sha256})` };
}

function textIn(content: { readonly text: string } | { readonly sha256: string }): string {
  return "text" in content ? content.text : content.sha256;
}
