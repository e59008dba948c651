import { randomBytes } from "node:crypto";
import { type Change, change, halfDone } from "./change.ts";
import type { Claims } from "./claims.ts";
import { type Changes, difference, diffResult } from "./difference.ts";
import { Unreachable } from "./failure.ts";
import { InitFailed, type ResourceType } from "./grpc/provider.ts";
import { isObject, type Properties, text, UNKNOWN, type Value, without } from "./grpc/values.ts";
import { hostFailures, hostOf } from "./host.ts";
import type { Hosts } from "./hosts.ts";
import { found, importedAs, isImported, isNoted, readable, saysAnotherMachine } from "./import.ts";
import type { Kind } from "./kind.ts";
import { seenLive } from "./live.ts";
import { upgraded, written } from "./state.ts";

/** What all resources of a run share. */
export interface Run {
  readonly hosts: Hosts;
  readonly claims: Claims;
  /** Previews from the state, without asking any host. */
  readonly offline: boolean;
  /** The ids in the program's state that this run has met. */
  readonly known: Set<string>;
}

/** Properties of the state that are there when something is not as it should be, and go with the next change. */
const marks = ["unverified", "unfinished", "imported"];

/** A resource type of the provider: the life that all kinds have in common. */
export function resource(kind: Kind, { hosts, claims, offline, known }: Run): ResourceType {
  const changesOf = (olds: Properties, news: Properties, urn: string): Changes => {
    const is = upgraded(olds);
    const form = (all: Properties) => {
      const properties = isImported(is) ? readable(kind, all) : all;
      return withoutPatience(kind.comparable?.(properties) ?? properties);
    };
    const changes = difference(form(is), form(news), [...kind.inputs, "host"]);
    for (const mark of marks.filter((one) => one in is)) changes[mark] = "delete";
    // The host's note still has the name from before, by which a later create would take it for its own.
    if (is["notedAs"] !== undefined && is["notedAs"] !== urn) changes["notedAs"] = "delete";
    return { ...changes, ...kind.effects?.(changes, news) };
  };

  const online = () => {
    if (offline) throw new Error("PLATFORM_OFFLINE=1 is for previews: unset it to change hosts");
  };

  return {
    check({ urn, news, olds }) {
      const { inputs, failures } = kind.check(news, olds);
      const wrong = [...hostFailures(news), ...failures];
      if (wrong.length > 0) return { inputs, failures: wrong };
      return { inputs, failures: claims.claim(urn, hostOf(inputs), kind.claims(inputs)) };
    },

    async diff({ urn, id, news, olds, signal }) {
      known.add(id);
      const is = offline
        ? olds
        : await seenLive(kind, hosts, { id, state: olds, inputs: news, signal });
      const moved = isImported(olds) ? saysAnotherMachine : (path: string) => path === "host.name";
      const replaces = (path: string) => moved(path) || kind.replaces?.(path) === true;
      return diffResult(changesOf(is, news, urn), replaces);
    },

    async create({ inputs, preview, ...call }) {
      if (preview) return { id: "", ...written({ ...inputs, ...unknown(kind.outputs) }) };
      online();
      const made = { id: randomBytes(8).toString("hex"), known: [...known] };
      const what = { ...call, ...made, inputs, verb: "apply" } as const;
      const { id = what.id, ...outputs } = await tried(what);
      known.add(text(id));
      return { id: text(id), ...written({ ...inputs, ...outputs, notedAs: call.urn }) };
    },

    async read({ id, inputs, state, signal }) {
      known.add(id);
      if (Object.keys(state).length === 0) {
        if (offline) throw new Error("PLATFORM_OFFLINE=1 asks no machine: unset it to import");
        return importedAs(kind, hosts, { id, signal });
      }
      const is = without(upgraded(state), "unverified");
      const host = hostOf(is);
      if (offline) {
        hosts.warn(
          host,
          `PLATFORM_OFFLINE=1: ${host.name} was not asked; this is what the state says`,
        );
        return { id, inputs, ...written(is) };
      }
      try {
        const now = await found(kind, hosts, { id, state: is, inputs, signal });
        return now && { id, inputs, ...written(now) };
      } catch (error) {
        if (!(error instanceof Unreachable)) throw error;
        hosts.warn(host, error.message);
        return { id, inputs, ...written({ ...is, unverified: error.message }) };
      }
    },

    async update({ id, news, olds, oldInputs, preview, ...call }) {
      known.add(id);
      const kept = { ...pick(upgraded(olds), kind.outputs), notedAs: call.urn };
      if (preview) {
        const unsure = kind.unknownAfter?.(changesOf(olds, news, call.urn), olds) ?? [];
        return written({ ...news, ...kept, ...unknown(unsure) });
      }
      online();
      // A machine that says how long it boots may have been restarted in this run, by what gave it more memory; one made
      // anew boots as a new one does. Others are not waited for that long.
      const { bootSeconds, instance } = hostOf(news);
      const patience = bootSeconds ?? (instance === hostOf(olds).instance ? 30 : 90);
      const how = { verb: "apply", patience, imported: isImported(olds) } as const;
      const what = { ...call, ...how, id, inputs: news, before: { olds, oldInputs } };
      const outputs = pick(await tried(what), kind.outputs);
      return written({ ...news, ...kept, ...outputs });
    },

    async delete({ id, state, oldInputs, ...call }) {
      online();
      const is = upgraded(state);
      const { signal } = call;
      if (isImported(is) && !(await isNoted(kind, hosts, { id, state: is, signal }))) return;
      const inputs = Object.keys(oldInputs).length > 0 ? oldInputs : is;
      await change(kind, hosts, { ...call, id, inputs, verb: "remove", patience: 30 });
    },
  };

  /** Changes the host; what a failed change has left there is kept in the state. */
  async function tried(what: Change): Promise<Properties> {
    try {
      const outputs = await change(kind, hosts, what);
      if (hasInstance(outputs["told"])) hosts.reconnect(hostOf(what.inputs));
      return outputs;
    } catch (error) {
      const half = await halfDone(kind, hosts, what, error);
      if (half === undefined || !(error instanceof Error)) throw error;
      const { id, properties } = half;
      const made = written({ ...properties, notedAs: what.urn });
      throw new InitFailed(error.message, { inputs: what.inputs, id, ...made });
    }
  }
}

function unknown(names: readonly string[]): Properties {
  return Object.fromEntries(names.map((name) => [name, UNKNOWN]));
}

function pick(from: Properties, names: readonly string[]): Properties {
  return Object.fromEntries(Object.entries(from).filter(([name]) => names.includes(name)));
}

/** Whether a Script keeps a machine, which it may have made or restarted. */
function hasInstance(told: Value | undefined): boolean {
  return isObject(told) && "instance" in told;
}

/** How long one waits for a machine is no part of what is on it. */
function withoutPatience(properties: Properties): Properties {
  const { host } = properties;
  return isObject(host) ? { ...properties, host: without(host, "bootSeconds") } : properties;
}
