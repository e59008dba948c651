import type { ChangeKind, DiffResult } from "./grpc/provider.ts";
import {
  isObject,
  isSecret,
  type Properties,
  sameValue,
  UNKNOWN,
  type Value,
} from "./grpc/values.ts";

/** Each changed path, in Pulumi's notation, and how it changes. */
export type Changes = Record<string, ChangeKind>;

/**
 * What separates how things are from how they are to be, down to the field. What is not known yet counts as
 * changed. A value that becomes secret, or is none any more, is changed too: the state must not keep it as it was.
 */
export function difference(is: Properties, wanted: Properties, names: readonly string[]): Changes {
  const changes: Changes = {};
  for (const name of names) compare(is[name], wanted[name], name, changes);
  return changes;
}

function compare(is: Value | undefined, wanted: Value | undefined, path: string, out: Changes) {
  if (sameValue(is, wanted) && isSecret(is) === isSecret(wanted)) return;
  if (is === undefined) out[path] = "add";
  else if (wanted === undefined) out[path] = "delete";
  else if (wanted === UNKNOWN || isSecret(is) || isSecret(wanted)) out[path] = "update";
  else if (Array.isArray(is) && Array.isArray(wanted)) {
    if (is.length < wanted.length && is.every((one) => wanted.includes(one))) {
      for (const [index, one] of wanted.entries()) {
        if (!is.includes(one)) out[`${path}[${index}]`] = "add"; // what it lacks, wherever it stands
      }
      return;
    }
    for (let index = 0; index < Math.max(is.length, wanted.length); index++) {
      compare(is[index], wanted[index], `${path}[${index}]`, out);
    }
  } else if (isObject(is) && isObject(wanted)) {
    const keys = new Set([...Object.keys(is), ...Object.keys(wanted)]);
    for (const key of [...keys].sort()) {
      const step = /^[A-Za-z_]\w*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
      compare(is[key], wanted[key], path + step, out);
    }
  } else out[path] = "update";
}

/** The answer to Diff. A path for which `replaces` is true needs a new resource. */
export function diffResult(changes: Changes, replaces: (path: string) => boolean): DiffResult {
  const paths = Object.keys(changes);
  const top = (path: string) => /^\w+/.exec(path)?.[0] ?? path;
  return {
    diffs: [...new Set(paths.map(top))],
    replaces: [...new Set(paths.filter(replaces).map(top))],
    detailed: Object.fromEntries(
      Object.entries(changes).map(([path, kind]) => [
        path,
        replaces(path) ? (`${kind}-replace` as ChangeKind) : kind,
      ]),
    ),
  };
}
