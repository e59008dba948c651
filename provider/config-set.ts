import type { ShellValue } from "../formats/shell.ts";
import { comparable, faults, filesOf, observed, pathFault, withDigest } from "./config-files.ts";
import { isSecret, type Properties, reveal, revealAll, text, type Value } from "./grpc/values.ts";
import { importFiles } from "./import-files.ts";
import type { Kind } from "./kind.ts";
import { saltOf } from "./secrets.ts";

const scripts = [
  "limit.sh",
  "transaction.sh",
  "space.sh",
  "owners.sh",
  "swap.sh",
  "journal.sh",
  "settle.sh",
  "leave.sh",
  "recovery.sh",
  "view.sh",
  "config-set.sh",
].map((name) => new URL(`./shell/${name}`, import.meta.url));

/** Two hours: as long as anything may take to start. */
const mostSeconds = 7200;

/**
 * `host:index:ConfigSet`: files that stand or fall together. Inputs: `files`, an object by path with `content`,
 * `mode` and `owner`; `absent`, a list of paths; `adopt`; `validate`, `activate`, `probe` and `deactivate`, lists
 * of shell commands; `commandSeconds`, how long each of these lists may take. A file with secret content is compared
 * by a salted `digest`, which is what previews show; a text of more than 64 KiB by a plain one.
 */
export const configSet: Kind = {
  inputs: [
    "files",
    "absent",
    "adopt",
    "validate",
    "activate",
    "probe",
    "deactivate",
    "commandSeconds",
  ],
  outputs: [],
  transactional: true,
  importing: importFiles,

  check(news, olds) {
    const files = Object.entries(filesOf(news));
    const failures = files.flatMap(([path, file]) => faults(path, file));
    if (!isTime(news["commandSeconds"] ?? 120)) {
      const reason = `must be a whole number of seconds, 1 to ${mostSeconds}`;
      failures.push({ property: "commandSeconds", reason });
    }
    for (const path of texts(news["absent"])) failures.push(...pathFault("absent", path));
    for (const path of texts(news["absent"]).filter((one) => one in filesOf(news))) {
      failures.push({ property: "absent", reason: `${path} is among the files, too` });
    }
    for (const [path] of files) {
      const inside = files.find(([other]) => other.startsWith(`${path}/`));
      const reason = `is a file, and ${inside?.[0] ?? ""} would lie in it`;
      if (inside) failures.push({ property: `files[${JSON.stringify(path)}]`, reason });
    }
    if (failures.length > 0) return { inputs: news, failures };
    const hidden = files.some(([, file]) => isSecret(file["content"]));
    const salt = hidden ? saltOf(olds) : "";
    const checked = files.map(([path, file]): [string, Value] => [
      path,
      withDigest(file, salt, filesOf(olds)[path]),
    ]);
    const salted: Properties = hidden ? { salt } : {};
    return { inputs: { ...news, ...salted, files: Object.fromEntries(checked) }, failures };
  },

  claims(inputs) {
    const own = [...Object.keys(filesOf(inputs)), ...texts(inputs["absent"])];
    return Object.fromEntries(own.map((path) => [`files[${JSON.stringify(path)}]`, path]));
  },

  script(inputs) {
    const seconds = secondsOf(inputs);
    const files = Object.entries(filesOf(inputs));
    const field = (name: string) => files.map(([, file]) => text(revealAll(file)[name]));
    const lines = (name: string) => texts(inputs[name]).join("\n");
    const values: Record<string, ShellValue> = {
      PATHS: files.map(([path]) => path),
      MODES: field("mode"),
      OWNERS: field("owner"),
      ABSENT: texts(inputs["absent"]),
      SECRETS: files.filter(([, { content }]) => isSecret(content)).map(([path]) => path),
      SALT: text(reveal(inputs["salt"] ?? "")),
      ADOPT: text(inputs["adopt"]),
      VALIDATE: lines("validate"),
      ACTIVATE: lines("activate"),
      PROBE: lines("probe"),
      DEACTIVATE: lines("deactivate"),
      COMMAND_SECONDS: String(seconds),
      CONTENTS: field("content"),
    };
    // An earlier way back, validate, activate, probe and the way back: each may take its whole time.
    const timeoutSeconds = Math.max(600, 5 * seconds);
    return { files: scripts, values, timeoutSeconds, backSeconds: Math.max(120, seconds) };
  },

  observe(manifest, id, state, inputs) {
    const found = manifest.sets.get(id);
    if (!found) return undefined;
    const salt = inputs["salt"] ?? state["salt"] ?? "";
    const known = Object.entries({ ...filesOf(state), ...filesOf(inputs) });
    const files = known.flatMap(([path, file]): [string, Value][] => {
      const one = found.get(path);
      return one ? [[path, observed(one, file, salt)]] : [];
    });
    const absent = texts(inputs["absent"] ?? state["absent"]).filter((path) => !found.has(path));
    const whole = Object.entries(state).filter(([name]) => name !== "unfinished");
    const broken = "a change was broken off before its service had taken it";
    const mark: Properties = manifest.broken.has(id) ? { unfinished: broken } : {};
    return { ...Object.fromEntries(whole), files: Object.fromEntries(files), absent, ...mark };
  },

  comparable(properties) {
    const files = Object.entries(filesOf(properties)).map(([path, file]) => [
      path,
      comparable(file),
    ]);
    return { ...properties, files: Object.fromEntries(files) as Properties };
  },

  effects(changes, inputs) {
    const runs = /^(?:files|absent|validate|activate|probe)\b/; // each of them runs the whole transaction
    if (!Object.keys(changes).some((path) => runs.test(path))) return {};
    const commands = texts(inputs["activate"]).map((_, index) => `activate[${index}]`);
    const silent = commands.filter((path) => !(path in changes));
    return Object.fromEntries(silent.map((path) => [path, "add"]));
  },
};

function isTime(seconds: Value): boolean {
  return (
    typeof seconds === "number" &&
    Number.isInteger(seconds) &&
    seconds >= 1 &&
    seconds <= mostSeconds
  );
}

/** How long each list of commands may take. */
function secondsOf(inputs: Properties): number {
  return Number(inputs["commandSeconds"] ?? 120);
}

/** The texts in a list of inputs. */
function texts(list: Value | undefined): string[] {
  const known = reveal(list ?? []);
  return Array.isArray(known) ? known.map(text) : [];
}
