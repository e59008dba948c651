import { randomBytes } from "node:crypto";
import type { DiffResult, ResourceType } from "../../../provider/grpc/provider.ts";
import {
  isObject,
  namesOf,
  type Properties,
  reveal,
  revealAll,
  sameValue,
  text,
  UNKNOWN,
  type Value,
} from "../../../provider/grpc/values.ts";
import { checkInputs, connectionDefaults } from "./inputs.ts";
import type { Connection, Dial } from "./options.ts";
import { type Output, type RemoteCommand, runRemote } from "./remote.ts";
import type { SshRunner } from "./ssh.ts";

const unknownOutput = { stderr: UNKNOWN, stdout: UNKNOWN };

/** `command:remote:Command`; the runner is the OpenSSH client unless a test gives another. */
export function remoteCommand(runner?: SshRunner): ResourceType {
  const run = (verb: Value | undefined, inputs: Properties, olds: Output, signal: AbortSignal) => {
    const plain = revealAll(inputs);
    return runRemote(
      connectionOf(plain),
      commandOf(reveal(verb ?? null), plain, olds),
      signal,
      runner,
    );
  };
  return {
    check: ({ news }) => checkInputs(news),
    diff: ({ news, oldInputs }) => difference(news, oldInputs),
    async create({ name, inputs, preview, signal }) {
      const id = `${name}${randomBytes(4).toString("hex")}`;
      if (preview) return { id, properties: { ...inputs, ...unknownOutput } };
      const nothing = { stdout: "", stderr: "" };
      const verb = inputs["create"];
      const output = verb === undefined ? nothing : await run(verb, inputs, nothing, signal);
      return { id, properties: { ...inputs, ...output } };
    },
    // The real provider has no Read: what the state says is taken for true.
    read: ({ id, inputs, state }) => ({ id, inputs, properties: state }),
    async update({ news, olds, preview, signal }) {
      if (preview) return { properties: { ...news, ...unknownOutput } };
      const verb = news["update"] ?? news["create"];
      const output =
        verb === undefined ? outputOf(olds) : await run(verb, news, outputOf(olds), signal);
      return { properties: { ...news, ...output } };
    },
    async delete({ state, signal }) {
      const verb = state["delete"];
      if (verb !== undefined) await run(verb, state, outputOf(state), signal);
    },
  };
}

/** Any changed input is an update; only `triggers` make a new resource. */
function difference(news: Properties, oldInputs: Properties): DiffResult {
  const diffs = namesOf(news, oldInputs).filter((name) => !sameValue(news[name], oldInputs[name]));
  const kinds = diffs.map((name) => {
    const change = !(name in oldInputs) ? "add" : !(name in news) ? "delete" : "update";
    return [name, name === "triggers" ? (`${change}-replace` as const) : change] as const;
  });
  return {
    diffs,
    replaces: diffs.filter((name) => name === "triggers"),
    detailed: Object.fromEntries(kinds),
  };
}

function outputOf(state: Properties): Output {
  const { stdout, stderr } = revealAll(state);
  return { stdout: text(stdout), stderr: text(stderr) };
}

function commandOf(verb: Value, inputs: Properties, { stdout, stderr }: Output): RemoteCommand {
  const previous = inputs["addPreviousOutputInEnv"] !== false;
  return {
    command: text(verb),
    stdin: text(inputs["stdin"]),
    environment: {
      ...(previous && stdout !== "" ? { PULUMI_COMMAND_STDOUT: stdout } : {}),
      ...(previous && stderr !== "" ? { PULUMI_COMMAND_STDERR: stderr } : {}),
    },
  };
}

function connectionOf(inputs: Properties): Connection {
  const given = inputs["connection"];
  const connection = isObject(given) ? given : {};
  const { privateKey, proxy } = connection;
  return {
    ...dialOf(connection),
    privateKey: privateKey === undefined ? undefined : text(privateKey),
    proxy: isObject(proxy) ? dialOf(proxy) : undefined,
  };
}

function dialOf(given: Properties): Dial {
  const all: Properties = { ...connectionDefaults, ...given };
  return {
    host: text(all["host"]),
    hostKey: "hostKey" in all ? text(all["hostKey"]) : undefined,
    port: Number(all["port"]),
    user: text(all["user"]),
    dialErrorLimit: Number(all["dialErrorLimit"]),
    perDialTimeout: Number(all["perDialTimeout"]),
  };
}
