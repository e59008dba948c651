import assert from "node:assert/strict";
import { isObject, type Value } from "../../provider/grpc/values.ts";
import type { Answer } from "./plugin-answers.ts";
import type { Entry } from "./transcript.ts";

/** What may differ between a recorded answer and a stand-in's, by the name of the property. */
export interface Tolerance {
  /** Made anew in each run: ids, keys, times. Their forms have to agree. */
  byForm?: readonly string[];
  /** Lists without order. */
  unordered?: readonly string[];
}

/** Left out by the stand-ins on purpose; lab/plugins/README.md says why. */
const leftOut = (name: string, entry: Entry) =>
  name === "__pulumi_raw_state_delta" || (name === "__meta" && entry.request.preview === true);

/** Fails when an answer is not the recorded one: same keys, same secrets, same lists, same errors. */
export function assertSameAnswer(entry: Entry, answer: Answer, tolerance: Tolerance = {}): void {
  const comparable = (value: Value, by: string | undefined): Value => {
    if (Array.isArray(value)) {
      const items = value.map((item) => comparable(item, by));
      return tolerance.unordered?.includes(by ?? "") ? items.sort(byText) : items;
    }
    if (isObject(value)) {
      const members = Object.entries(value).filter(([name]) => !leftOut(name, entry));
      return Object.fromEntries(
        members
          .map(([name, member]): [string, Value] => {
            const kept = by !== undefined && tolerance.byForm?.includes(by) ? by : name;
            return [name, comparable(member, kept)];
          })
          .sort(byText),
      );
    }
    if (typeof value !== "string" || !tolerance.byForm?.includes(by ?? "")) return value;
    return formOf(value);
  };
  const told = ({ response, errors }: Answer) =>
    comparable(errors === undefined ? { response: response ?? {} } : { errors }, undefined);
  const message = `${entry.recorded} ${entry.method} ${entry.request.urn ?? ""}`;
  assert.deepEqual(told(answer), told(entry), message);
}

const forms: [name: string, form: RegExp][] = [
  ["time", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/],
  ["serial number", /^\d{20,39}$/],
  ["hexadecimal", /^[0-9a-f]{40}$/],
  ["MD5 fingerprint", /^([0-9a-f]{2}:){15}[0-9a-f]{2}$/],
  ["SHA-256 fingerprint", /^SHA256:[A-Za-z0-9+/]{43}$/],
  ["hardware address", /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/],
  ["network", /^\d+\.\d+\.\d+\.\d+\/\d+$/],
  ["address", /^\d+\.\d+\.\d+\.\d+$/],
  ["version", /^\d+\.\d+\.\d+$/],
];

/** What a value is like: the kind of a PEM or of a public key, a name before a random end. */
function formOf(value: string): string {
  const pem = /^-----BEGIN ([A-Z ]+)-----\n[^]+\n-----END \1-----\n$/.exec(value)?.[1];
  if (pem !== undefined) return `<PEM ${pem}>`;
  const key = /^((?:ssh|ecdsa)-[a-z0-9-]+) [A-Za-z0-9+/=]+\n$/.exec(value)?.[1];
  if (key !== undefined) return `<public key ${key}>`;
  const form = forms.find(([, pattern]) => pattern.test(value));
  if (form) return `<${form[0]}>`;
  return value.replace(/^([a-z-]+)[0-9a-f]{8}$/, "$1<8 hexadecimal digits>");
}

function byText(one: unknown, other: unknown): number {
  return JSON.stringify(one) < JSON.stringify(other) ? -1 : 1;
}
