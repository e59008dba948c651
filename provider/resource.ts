import { randomBytes } from "node:crypto";
import type { Claims } from "./claims.ts";
import { type Changes, difference, diffResult } from "./difference.ts";
import { Unreachable } from "./failure.ts";
import { type Call, InitFailed, type ResourceType } from "./grpc/provider.ts";
import { type Properties, text, UNKNOWN } from "./grpc/values.ts";
import { hostFailures, hostOf } from "./host.ts";
import type { Hosts } from "./hosts.ts";
import type { Kind } from "./kind.ts";
import { redacted } from "./secrets.ts";
import { upgraded, written } from "./state.ts";

/** What all resources of a run share. */
export interface Run {
  readonly hosts: Hosts;
  readonly claims: Claims;
  /** Previews from the state, without asking any host. */
  readonly offline: boolean;
}

/** A resource type of the provider: the life that all kinds have in common. */
export function resource(kind: Kind, { hosts, claims, offline }: Run): ResourceType {
  const changesOf = (olds: Properties, news: Properties): Changes => {
    const form = (properties: Properties) => kind.comparable?.(properties) ?? properties;
    const is = upgraded(olds);
    const changes = difference(form(is), form(news), [...kind.inputs, "host"]);
    if (is["unverified"] !== undefined) changes["unverified"] = "delete";
    return { ...changes, ...kind.effects?.(changes, news) };
  };

  const run = async (
    verb: "apply" | "remove",
    call: Call,
    id: string,
    inputs: Properties,
    patience?: number,
  ) => {
    const host = hostOf(inputs);
    if (offline) throw new Error("PLATFORM_OFFLINE=1 is for previews: unset it to change hosts");
    const script = kind.script(inputs);
    const values = { ...script.values, ID: id, NAME: call.name };
    try {
      return await hosts.change(host, verb, { ...script, values }, call.signal, patience);
    } catch (error) {
      const message = redacted(error instanceof Error ? error.message : String(error), inputs);
      throw error instanceof Unreachable && verb === "remove"
        ? new Error(`${message}; when it is gone for good: pulumi state delete '${call.urn}'`)
        : new Error(message, { cause: error });
    }
  };

  return {
    check({ urn, news, olds }) {
      const { inputs, failures } = kind.check(news, olds);
      const wrong = [...hostFailures(news), ...failures];
      if (wrong.length > 0) return { inputs, failures: wrong };
      return { inputs, failures: claims.claim(urn, hostOf(inputs).name, kind.claims(inputs)) };
    },

    diff({ news, olds }) {
      const replaces = (path: string) => path === "host.name" || kind.replaces?.(path) === true;
      return diffResult(changesOf(olds, news), replaces);
    },

    async create({ inputs, preview, ...call }) {
      if (preview) return { id: "", ...written({ ...inputs, ...unknown(kind.outputs) }) };
      const id = randomBytes(8).toString("hex");
      try {
        const said = await run("apply", call, id, inputs);
        return { id, ...written({ ...inputs, ...outputsIn(said, kind.outputs) }) };
      } catch (error) {
        const half = await leftBehind(id, inputs, call.signal);
        if (half === undefined || !(error instanceof Error)) throw error;
        throw new InitFailed(error.message, { id, inputs, ...written(half) });
      }
    },

    async read({ id, inputs, state, signal }) {
      if (Object.keys(state).length === 0) {
        throw new Error(
          "what is on a host already cannot be imported yet: declare it and run `up`",
        );
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
        const found = kind.observe(await hosts.manifest(host, signal), id, is, inputs);
        return found && { id, inputs, ...written(found) };
      } catch (error) {
        if (!(error instanceof Unreachable)) throw error;
        hosts.warn(host, error.message);
        return { id, inputs, ...written({ ...is, unverified: error.message }) };
      }
    },

    async update({ id, news, olds, preview, ...call }) {
      const kept = pick(olds, kind.outputs);
      if (preview) {
        const unsure = kind.unknownAfter?.(changesOf(olds, news)) ?? [];
        return written({ ...news, ...kept, ...unknown(unsure) });
      }
      const said = await run("apply", call, id, news, 30); // other hosts go on meanwhile
      return written({ ...news, ...kept, ...outputsIn(said, kind.outputs) });
    },

    async delete({ id, state, oldInputs, ...call }) {
      const inputs = Object.keys(oldInputs).length > 0 ? oldInputs : upgraded(state);
      await run("remove", call, id, inputs, 30);
    },
  };

  /** What a failed Create has made all the same; undefined when there is nothing, or nobody to ask. */
  async function leftBehind(id: string, inputs: Properties, signal: AbortSignal) {
    try {
      return kind.observe(await hosts.manifest(hostOf(inputs), signal), id, inputs, inputs);
    } catch {
      return undefined;
    }
  }
}

function without(properties: Properties, name: string): Properties {
  return Object.fromEntries(Object.entries(properties).filter(([key]) => key !== name));
}

function unknown(names: readonly string[]): Properties {
  return Object.fromEntries(names.map((name) => [name, UNKNOWN]));
}

function pick(from: Properties, names: readonly string[]): Properties {
  return Object.fromEntries(Object.entries(from).filter(([name]) => names.includes(name)));
}

/** Scripts tell outputs by lines `output <name> <value>`. */
function outputsIn(said: string, names: readonly string[]): Properties {
  const lines = said.split("\n").map((line) => line.split(" "));
  return Object.fromEntries(
    names.flatMap((name) => {
      const line = lines.findLast(([word, about]) => word === "output" && about === name);
      return line ? [[name, text(line.slice(2).join(" "))]] : [];
    }),
  );
}
