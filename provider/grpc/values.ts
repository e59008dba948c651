import { isDeepStrictEqual } from "node:util";

/** A property value as it travels between the engine and a provider. */
export type Value = null | boolean | number | string | Value[] | { [key: string]: Value };

/** The properties of one resource: its inputs, or its state. */
export type Properties = Record<string, Value>;

/** What the engine sends, and expects, in place of a value that is not known yet (in previews). */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

/** True for an object with named members: neither a list nor null; secrets are objects too. */
export function isObject(value: Value | undefined): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** True when the value itself (not something inside it) is marked as secret. */
export function isSecret(value: Value | undefined): boolean {
  return isObject(value) && value[SIGNATURE] === SECRET;
}

/** Marks a value as secret; a value that already is one stays as it is. */
export function secret(value: Value): Value {
  return isSecret(value) ? value : { [SIGNATURE]: SECRET, value };
}

/** The value without its own secret mark; marks further inside stay. */
export function unwrap(value: Value | undefined): Value | undefined {
  return isObject(value) && isSecret(value) ? value["value"] : value;
}

/** The value without any secret mark, at any depth. */
export function reveal(value: Value): Value {
  if (Array.isArray(value)) return value.map(reveal);
  if (!isObject(value)) return value;
  if (isSecret(value)) return reveal(value["value"] ?? null);
  return revealAll(value);
}

/** `reveal` for the properties of a resource. */
export function revealAll(properties: Properties): Properties {
  return Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, reveal(value)]));
}

/** True when two values are equal once secret marks are taken off; absent equals only absent. */
export function sameValue(one: Value | undefined, other: Value | undefined): boolean {
  return isDeepStrictEqual(
    one === undefined ? one : reveal(one),
    other === undefined ? other : reveal(other),
  );
}

/** True when the value, or anything inside it, is not known yet. */
export function hasUnknown(value: Value): boolean {
  if (value === UNKNOWN) return true;
  if (Array.isArray(value)) return value.some(hasUnknown);
  return isObject(value) && Object.values(value).some(hasUnknown);
}

/** The names in both objects, each once, sorted. */
export function namesOf(...objects: Properties[]): string[] {
  return [...new Set(objects.flatMap((object) => Object.keys(object)))].sort();
}

/** A string as it is; anything else, and absent, as the empty string. */
export function text(value: Value | undefined): string {
  return typeof value === "string" ? value : "";
}

/** The properties but for one. */
export function without(properties: Properties, name: string): Properties {
  return Object.fromEntries(Object.entries(properties).filter(([key]) => key !== name));
}
