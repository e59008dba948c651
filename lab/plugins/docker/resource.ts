import {
  type CheckFailure,
  type DiffResult,
  InitFailed,
  type ResourceType,
} from "../../../provider/grpc/provider.ts";
import { isObject, type Properties, UNKNOWN, type Value } from "../../../provider/grpc/values.ts";
import { missingInputs, unknownInputs } from "../inputs.ts";
import type { Daemon } from "./daemon.ts";
import { changesOf, difference } from "./difference.ts";
import { created, planned, refreshed, unread, updated } from "./plan.ts";
import { type Field, type Fields, inside, shapeOf, withDefaults } from "./schema.ts";

/** What the daemon has under an id; `values` holds only what is read back. */
export interface Found {
  id: string;
  values: Properties;
}

/** One resource type: its table, and the calls of the daemon's API behind it. */
export interface DockerType {
  fields: Fields;
  required: readonly string[];
  /** What the provider's framework keeps in the state. */
  meta: Value;
  /** True for a type of which two of the same name cannot be: the old one goes first. */
  oneByName: boolean;
  make(daemon: Daemon, plan: Properties): Promise<{ id: string; failure?: string }>;
  /** Undefined only when the daemon says that there is no such thing. */
  find(daemon: Daemon, id: string, state: Properties): Promise<Found | undefined>;
  change(daemon: Daemon, id: string, state: Properties, olds: Properties): Promise<void>;
  remove(daemon: Daemon, id: string, state: Properties): Promise<void>;
}

/** How the provider treats a type. The daemon is asked for only when a call needs it. */
export function dockerResource(type: DockerType, daemon: () => Daemon): ResourceType {
  const { fields, meta } = type;
  return {
    check({ news }) {
      const failures: CheckFailure[] = [
        ...unknownInputs("docker", shapeOf(fields), news),
        ...missingInputs(type.required, news),
      ];
      return { inputs: withDefaults(fields, news), failures };
    },
    diff({ news, olds }): DiffResult {
      const result = difference(fields, olds, news);
      const replaced = (result.replaces ?? []).length > 0;
      return {
        ...result,
        deleteBeforeReplace: replaced && type.oneByName && olds["name"] === news["name"],
      };
    },
    async create({ urn, inputs, preview }) {
      const plan = planned(fields, inputs);
      if (preview) return { id: "", properties: { ...plan, id: UNKNOWN } };
      const { id, failure } = await named(`creating ${urn}`, type.make(daemon(), plan));
      if (failure !== undefined) {
        const state = { __meta: meta, ...unread(fields, plan), id };
        throw new InitFailed(sentence(`creating ${urn}`, failure), {
          id,
          properties: state,
          inputs,
        });
      }
      const found = await named(`creating ${urn}`, type.find(daemon(), id, plan));
      const state = created(fields, plan, found?.values ?? {});
      return { id, properties: { __meta: meta, ...state, id } };
    },
    async read({ urn, id, inputs, state }) {
      const found = await named(`refreshing ${urn}`, type.find(daemon(), id, state));
      if (!found) return undefined;
      const properties = refreshed(fields, state, found.values);
      return {
        id: found.id,
        inputs: inputsFrom(fields, inputs, properties),
        properties: { __meta: meta, ...properties, id: found.id },
      };
    },
    async update({ urn, id, news, olds, preview }) {
      const state = updated(fields, olds, news);
      if (!preview) await named(`updating ${urn}`, type.change(daemon(), id, state, olds));
      return { properties: { __meta: meta, ...state, id } };
    },
    delete: ({ urn, id, state }) => named(`deleting ${urn}`, type.remove(daemon(), id, state)),
  };
}

/** Puts the frame of the real provider around an error. */
async function named<T>(doing: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw new Error(sentence(doing, error instanceof Error ? error.message : String(error)), {
      cause: error,
    });
  }
}

function sentence(doing: string, problem: string): string {
  return `${doing}: 1 error occurred:\n\t* ${problem}\n\n`;
}

/** The inputs that would give this state: those that it contradicts are taken from it. */
function inputsFrom(fields: Fields, inputs: Properties, state: Properties): Properties {
  const entries = Object.entries(inputs).map(([name, value]): [string, Value] => {
    const field = fields[name];
    const found = state[name] ?? null;
    if (!field || changesOf(name, field, found, value).length === 0) return [name, value];
    return [name, asInput(field, value, found)];
  });
  const next = Object.fromEntries(entries);
  const defaults = inputs["__defaults"];
  if (!Array.isArray(defaults)) return next;
  const kept = defaults.filter((name) => {
    const field = typeof name === "string" ? fields[name] : undefined;
    return field && typeof name === "string" && next[name] === field.default;
  });
  return { ...next, __defaults: kept };
}

function asInput(field: Field, input: Value, found: Value): Value {
  if (field.kind === "object" && isObject(input) && isObject(found)) {
    return inputsFrom(field.fields ?? {}, input, found);
  }
  return field.fields ? inside(found, (object) => ({ __defaults: [], ...object })) : found;
}
