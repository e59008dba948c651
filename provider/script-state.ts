import { isUtf8 } from "node:buffer";
import type { FoundScript } from "./found-script.ts";
import { isObject, isSecret, type Properties, reveal, UNKNOWN, type Value } from "./grpc/values.ts";
import { allTexts, digest, redacted } from "./secrets.ts";

/** Bytes that a check may tell; check.sh passes one more, to be seen. */
const most = 65536;

/**
 * What a check told: the state and, in a last line `told {…}`, texts that are known to the machine alone; or what is wrong
 * with the answer, as the end of a sentence about it.
 */
export type Answer =
  { readonly state: Properties; readonly told?: Properties } | { readonly fault: string };

/** Whether anything in the value is secret. */
export function hasSecret(value: Value | undefined): boolean {
  if (isSecret(value)) return true;
  if (Array.isArray(value)) return value.some(hasSecret);
  return isObject(value) && Object.values(value).some(hasSecret);
}

/** The value with a digest in the place of each text, number and truth value that is secret; null members are none. */
export function withDigests(value: Value, salt: Value, hidden = isSecret(value)): Value {
  const known = isSecret(value) ? ((value as Properties)["value"] ?? null) : value;
  const inner = (one: Value) => withDigests(one, salt, hidden || isSecret(one));
  if (Array.isArray(known)) return known.map(inner);
  if (isObject(known)) return members(known, inner);
  if (!hidden || known === UNKNOWN) return known;
  return digest(salt, typeof known === "string" ? known : JSON.stringify(known));
}

/** JSON in the form that `jq -cS` prints: members sorted by name, nothing between the words. */
export function canonical(value: Value): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const sorted = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${sorted.map(([name, one]) => `${JSON.stringify(name)}:${canonical(one)}`).join(",")}}`;
}

/** Reads what a check told. `secrets` holds those of its resource: no answer may have one, and no fault repeats it. */
export function answerOf({ code, told, words }: FoundScript, secrets: Properties): Answer {
  const last = words === "" ? "" : `: ${redacted(words, secrets)}`;
  if (told.length > most) return { fault: "check told more than 64 KiB" };
  if (code === 124) return { fault: `check did not end within 20 s${last}` };
  if (Number.isNaN(code)) return { fault: "check could not be run" };
  if (code !== 0) return { fault: `check ended with ${code}${last}` };
  const all = told.toString();
  const [besides, more] = /(?:^|\n)told (.*)\n?$/.exec(all) ?? [""];
  const text = all.slice(0, all.length - besides.length);
  const state = isUtf8(told) ? parsed(text) : undefined;
  const texts = more === undefined ? {} : parsed(more);
  if (
    [all, ...allTexts([state ?? null, texts ?? null])].some((one) => redacted(one, secrets) !== one)
  ) {
    return { fault: "check told a secret as it is: let it tell what `digest` makes of it" };
  }
  if (!isObject(state)) {
    return { fault: `check told no JSON object, but ${JSON.stringify(text.slice(0, 60))}` };
  }
  if (!isObject(texts) || !Object.values(texts).every((one) => typeof one === "string")) {
    return {
      fault: `check told no JSON object of texts behind "told", but ${JSON.stringify(more?.slice(0, 60))}`,
    };
  }
  const answer = { state: members(state, withoutNull) };
  return Object.keys(texts).length === 0 ? answer : { ...answer, told: texts };
}

function parsed(text: string): Value | undefined {
  try {
    return JSON.parse(text) as Value;
  } catch {
    return undefined;
  }
}

function withoutNull(value: Value): Value {
  if (Array.isArray(value)) return value.map(withoutNull);
  return isObject(value) ? members(value, withoutNull) : value;
}

/** The members that are not null, each as `inner` makes it: the engine does not tell null from absent. */
function members(object: Properties, inner: (one: Value) => Value): Properties {
  const there = Object.entries(object).filter(([, one]) => reveal(one) !== null);
  return Object.fromEntries(there.map(([name, one]) => [name, inner(one)]));
}
