import { assignments, type ShellValue } from "../formats/shell.ts";
import { difference } from "./difference.ts";
import { scriptOf } from "./found-script.ts";
import type { CheckFailure } from "./grpc/provider.ts";
import {
  hasUnknown,
  isObject,
  type Properties,
  reveal,
  sameValue,
  text,
  UNKNOWN,
  type Value,
  without,
} from "./grpc/values.ts";
import type { HostScript } from "./hosts.ts";
import type { Kind } from "./kind.ts";
import { answerOf, canonical, hasSecret, withDigests } from "./script-state.ts";
import { saltOf } from "./secrets.ts";

const files = ["check.sh", "script.sh"].map((name) => new URL(`./shell/${name}`, import.meta.url));

/** Names that mean something to the shell, or to what a script is given. */
const taken = /^(?:BASH\w*|EUID|HOME|IFS|LC_ALL|PATH|PPID|SALT|SECONDS|SHELLOPTS|STATE|UID)$/;

/** Seconds besides those that `apply` may take: for its check before and after, and the rest. */
const besides = 90;

/**
 * `host:index:Script`: state that only a program can make and tell. Inputs: `script`, a bash text with the verbs
 * `apply`, `check` and perhaps `remove`; `values` of its variables; `state`, what the JSON of `check` shall be;
 * `timeoutSeconds` of `apply` and `remove`. A secret in `state` is replaced by a salted digest, which `check` tells.
 * Output: `told`, texts that `check` tells besides in a last line `told {…}`: absent when it tells none.
 */
export const script: Kind = {
  inputs: ["script", "values", "state", "timeoutSeconds"],
  outputs: ["told"],

  check(news, olds) {
    const { state = {}, values = {} } = news;
    const failures = [...textFaults(text(news["script"])), ...valueFaults(values)];
    if (!isObject(reveal(state)) && reveal(state) !== UNKNOWN) {
      failures.push({ property: "state", reason: "must be an object, as `check` tells one" });
    }
    const { timeoutSeconds } = news;
    if (typeof timeoutSeconds !== "number" || !(timeoutSeconds >= 1)) {
      failures.push({ property: "timeoutSeconds", reason: "must be a number of seconds" });
    }
    if (failures.length > 0) return { inputs: news, failures };
    const hidden = hasSecret(state) || hasSecret(values) || "salt" in olds;
    const salt = hidden ? saltOf(olds) : "";
    const digested = { ...news, values, state: withDigests(state, salt) };
    return { inputs: hidden ? { ...digested, salt } : digested, failures };
  },

  claims: () => ({}),

  script(inputs) {
    const seconds = Number(inputs["timeoutSeconds"]);
    const values = {
      SCRIPT: text(inputs["script"]),
      VALUES: assignments(reveal(inputs["values"] ?? {}) as Record<string, ShellValue>),
      SALT: text(reveal(inputs["salt"] ?? "")),
      WANTED: canonical(reveal(inputs["state"] ?? {})),
      TIMEOUT: String(seconds),
    };
    return { files, values, timeoutSeconds: seconds + besides };
  },

  observe(manifest, id, state, inputs) {
    const found = manifest.scripts.get(id);
    if (!found) return undefined;
    const broken = "a change was broken off before its script had ended";
    const mark: Properties = found.whole ? {} : { unfinished: state["unfinished"] ?? broken };
    const answer = answerOf(found, { state, inputs });
    if ("fault" in answer) return { ...state, ...mark, unverified: answer.fault };
    const { told, state: is } = answer; // what is not told any more is not known
    return { ...without(state, "told"), state: is, ...(told ? { told } : {}), ...mark };
  },

  live(state, inputs): HostScript | undefined {
    const program = ["script", "values", "salt"];
    if (program.every((name) => sameValue(state[name], inputs[name]))) return undefined;
    if (program.some((name) => hasUnknown(inputs[name] ?? null))) return undefined;
    return { ...script.script(inputs), timeoutSeconds: 60 };
  },

  /** What only the machine knows, such as an address that it was given, is not known before it is there. */
  unknownAfter: (changes, olds) => {
    const paths = Object.keys(changes);
    const anew = !("told" in olds) || paths.some((path) => path.startsWith("host."));
    return paths.length > 0 && anew ? ["told"] : [];
  },

  told(said, inputs): Properties {
    const answer = answerIn(said, inputs);
    return "told" in answer && answer.told ? { told: answer.told } : {};
  },

  objection(said, inputs) {
    const answer = answerIn(said, inputs);
    if ("fault" in answer) return answer.fault;
    const wrong = Object.keys(difference(answer, inputs, ["state"]));
    if (wrong.length === 0) return undefined;
    return `check says ${canonical(answer.state).slice(0, 500)}, and that is not as wanted: ${wrong.join(", ")}`;
  },
};

/** What the check of a change that came to its end told. */
function answerIn(said: string, inputs: Properties) {
  const told = /^output state (.*)$/m.exec(said)?.[1] ?? "";
  return answerOf(scriptOf(["whole", "0", told]), { inputs });
}

function textFaults(script: string): CheckFailure[] {
  const verbs = ["apply", "check"].filter(
    (verb) => !new RegExp(`^${verb}\\(\\) *[{(]`, "m").test(script),
  );
  const reasons = verbs.map((verb) => `does not define \`${verb}() { … }\``);
  if (!script.endsWith('\n"$@" </dev/null\n')) {
    reasons.push('does not end with the line `"$@" </dev/null`, which runs its verb');
  }
  if (script.includes("\0")) reasons.push("is no text, for it has a NUL character");
  return reasons.map((reason) => ({ property: "script", reason }));
}

function valueFaults(values: Value): CheckFailure[] {
  const known = reveal(values);
  if (!isObject(known)) return [{ property: "values", reason: "must be an object, by variable" }];
  return Object.entries(known).flatMap(([name, value]) => {
    const reason = valueFault(name, value);
    return reason === undefined ? [] : [{ property: `values.${name}`, reason }];
  });
}

function valueFault(name: string, value: Value): string | undefined {
  if (!/^[A-Z][A-Z0-9_]*$/.test(name)) {
    return "is not a variable's name: it has upper case letters, digits and underscores";
  }
  if (taken.test(name)) return "means something else already: choose another name";
  const words = [value].flat();
  if (words.every((one) => typeof one === "string" && !one.includes("\0"))) return undefined;
  return "must be a text or a list of texts (a NUL character is none)";
}
