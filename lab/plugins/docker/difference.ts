import { isDeepStrictEqual } from "node:util";
import type { ChangeKind, DiffResult } from "../../../provider/grpc/provider.ts";
import { isObject, namesOf, type Properties, type Value } from "../../../provider/grpc/values.ts";
import { type Field, type Fields, isEmpty, zero } from "./schema.ts";

type Kind = "add" | "delete" | "update";
type Change = [path: string, kind: Kind];

/** How the state differs from the inputs, path by path, as the real provider reports it. */
export function difference(fields: Fields, olds: Properties, news: Properties): DiffResult {
  const detailed: Record<string, ChangeKind> = {};
  const diffs: string[] = [];
  for (const [name, field] of Object.entries(fields)) {
    if (!field.input) continue;
    const changes = changesOf(name, field, olds[name], news[name]);
    for (const [path, kind] of changes) detailed[path] = field.replaces ? `${kind}-replace` : kind;
    if (changes.length > 0) diffs.push(name);
  }
  const replaces = diffs.filter((name) => fields[name]?.replaces);
  const stables = Object.keys(fields).filter(
    (name) => fields[name]?.replaces && !replaces.includes(name),
  );
  return { diffs: diffs.sort(), replaces: replaces.sort(), stables: stables.sort(), detailed };
}

/** The paths under a property at which its old value and the wanted one differ. */
export function changesOf(
  path: string,
  field: Field,
  old: Value | undefined,
  wanted: Value | undefined,
): Change[] {
  if (wanted === undefined && (field.computed || field.quiet)) return [];
  const before = old ?? zero(field);
  const after = wanted ?? zero(field);
  if (isDeepStrictEqual(before, after)) return [];
  if (isEmpty(before) && isEmpty(after)) return [];
  if (field.kind === "object") return memberChanges(path, field, before, after);
  if (Array.isArray(before) && Array.isArray(after)) {
    if (before.length === 0) return [[path, "add"]];
    if (after.length === 0) return [[path, "delete"]];
    return listChanges(path, field, before, after);
  }
  if (field.kind === "map" && isObject(before) && isObject(after)) {
    return mapChanges(path, before, after);
  }
  if (old === undefined || old === null) return [[path, "add"]];
  return [[path, wanted === undefined ? "delete" : "update"]];
}

function memberChanges(path: string, field: Field, before: Value, after: Value): Change[] {
  if (isEmpty(before)) return [[path, "add"]];
  if (isEmpty(after)) return [[path, "delete"]];
  const [old, wanted] = [isObject(before) ? before : {}, isObject(after) ? after : {}];
  return Object.entries(field.fields ?? {}).flatMap(([name, member]) =>
    changesOf(`${path}.${name}`, member, old[name], wanted[name]),
  );
}

/** In a list, items are compared place by place; in a set, only those that are in one side. */
function listChanges(path: string, field: Field, before: Value[], after: Value[]): Change[] {
  const item: Field = field.fields ? { kind: "object", fields: field.fields } : { kind: "string" };
  const same = (one: Value, other: Value) => changesOf("", item, one, other).length === 0;
  const isNew = (index: number, from: Value[], others: Value[]) => {
    const value = from[index];
    return value !== undefined && !(field.set && others.some((its) => same(its, value)));
  };
  return Array.from({ length: Math.max(before.length, after.length) }).flatMap((_, index) => {
    const at = `${path}[${index}]`;
    const removed = isNew(index, before, after);
    const added = isNew(index, after, before);
    if (removed && added) return changesOf(at, item, before[index], after[index]);
    return removed ? [[at, "delete"]] : added ? [[at, "add"]] : [];
  });
}

function mapChanges(path: string, before: Properties, after: Properties): Change[] {
  return namesOf(before, after).flatMap((key): Change[] => {
    const at = /^[A-Za-z_$][\w$]*$/.test(key) ? `${path}.${key}` : `${path}["${key}"]`;
    if (isDeepStrictEqual(before[key], after[key])) return [];
    return [[at, !(key in before) ? "add" : !(key in after) ? "delete" : "update"]];
  });
}
