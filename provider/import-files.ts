import { filesOf } from "./config-files.ts";
import { isSecret, type Properties, reveal, secret, text, type Value } from "./grpc/values.ts";
import type { Importing } from "./kind.ts";
import type { FoundPath } from "./manifest.ts";

/** Files of a ConfigSet as they stand on a machine; of a secret one, the content travels over SSH this once. */
export const importFiles: Importing = {
  fields: ["file", "secret", "absent"],
  example: "&file=/etc/motd&secret=/etc/web.key&absent=/etc/motd.old",
  unread: ["adopt", "validate", "activate", "probe", "deactivate", "commandSeconds"],

  named(things) {
    const known = { mode: "0644", owner: "root:root" }; // what it is, the machine will say
    const files = (field: string, content: Value) =>
      things.flatMap(([one, path]) => (one === field ? [[path, { content, ...known }]] : []));
    return {
      files: Object.fromEntries([
        ...files("file", ""),
        ...files("secret", secret("")),
      ]) as Properties,
      absent: things.flatMap(([field, path]) => (field === "absent" ? [path] : [])),
      ...{ adopt: "replace", validate: [], activate: [], probe: [], deactivate: [] },
    };
  },

  values(state, inputs) {
    const files = Object.keys({ ...filesOf(state), ...filesOf(inputs) });
    return { PATHS: [...new Set([...files, ...absentIn(state), ...absentIn(inputs)])] };
  },

  found(manifest, id, named) {
    const found = manifest.sets.get(id);
    const refused: string[] = [];
    const files = Object.entries(filesOf(named)).map(([path, file]): [string, Value] => {
      const one = found?.get(path);
      const why = faultOf(one);
      if (why !== undefined) refused.push(`${path} ${why}`);
      const content = textOf(one) ?? "";
      const { mode = "", owner = "" } = one ?? {};
      return [
        path,
        { content: isSecret(file["content"]) ? secret(content) : content, mode, owner },
      ];
    });
    for (const path of absentIn(named).filter((path) => found?.has(path) === true)) {
      refused.push(`${path} is there, and \`absent\` says that it is not`);
    }
    return { inputs: { ...named, files: Object.fromEntries(files) }, refused };
  },
};

function absentIn(properties: Properties): string[] {
  const absent = reveal(properties["absent"] ?? []);
  return Array.isArray(absent) ? absent.map(text) : [];
}

function textOf(found: FoundPath | undefined): string | undefined {
  return found?.content && "text" in found.content ? found.content.text : undefined;
}

/** Why a path cannot be a file of a set, as it stands. */
function faultOf(found: FoundPath | undefined): string | undefined {
  if (!found) return "is not there";
  if (found.type !== "regular file") return `is a ${found.type}, and a set has plain files only`;
  const content = textOf(found);
  if (content === undefined) return "is larger than 4 MiB";
  const wrong = content.includes("\0") || (found.content && "lossy" in found.content);
  return wrong ? "is not text in UTF-8, and a set has text only" : undefined;
}
