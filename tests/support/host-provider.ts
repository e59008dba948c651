import { Client, credentials } from "@grpc/grpc-js";
import { type Open, openConnection } from "../../provider/connection.ts";
import { listen } from "../../provider/grpc/serve.ts";
import { isObject, type Properties, text, type Value } from "../../provider/grpc/values.ts";
import { hostProvider } from "../../provider/provider.ts";
import { heldAgent } from "./agent.ts";
import type { Answer } from "./plugin-answers.ts";
import { calls, type Method, type Request } from "./plugin-calls.ts";

/** A resource as the engine keeps it in its state. */
export interface Kept {
  readonly urn: string;
  id: string;
  inputs: Properties;
  properties: Properties;
}

/** What one step came to. */
export interface Step {
  readonly op: "create" | "update" | "same" | "delete" | "failed";
  /** The changed paths and their kinds, of an update. */
  readonly changes: Readonly<Record<string, string>>;
  readonly error: string;
}

/** One run of the provider, spoken to over gRPC as the engine does: read, check, compare, then act. */
export interface ProviderRun {
  readonly logs: readonly string[];
  /** How many connections were opened. */
  readonly connections: () => number;
  /** Sends one call and gives the answer, or the error, as the engine gets it. */
  ask(method: Method, request: Request): Promise<Answer>;
  /** What there is of a resource, after a Read; undefined when it is gone. */
  refresh(kept: Kept): Promise<Kept | undefined>;
  /** Makes a resource as it is to be; in a preview only tells. The new state, and what was done. */
  apply(
    urn: string,
    inputs: Properties,
    kept?: Kept,
    preview?: boolean,
  ): Promise<[Kept | undefined, Step]>;
  remove(kept: Kept): Promise<Step>;
}

/** Runs the provider in this process for as long as the work takes; over SSH, unless `open` is given. */
export async function withProvider<T>(
  work: (run: ProviderRun) => Promise<T>,
  { env = {}, open = openConnection }: { env?: Record<string, string>; open?: Open } = {},
): Promise<T> {
  if (open === openConnection) process.env["SSH_AUTH_SOCK"] = (await heldAgent()).SSH_AUTH_SOCK;
  const logs: string[] = [];
  const opened: Awaited<ReturnType<Open>>[] = [];
  const counted: Open = async (...args) => {
    const connection = await open(...args);
    opened.push(connection);
    return connection;
  };
  const log = (severity: string, message: string) => logs.push(`${severity}: ${message}`);
  const { server, port } = await listen(hostProvider({ log, open: counted, env }));
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), {
    "grpc.max_receive_message_length": -1,
  });
  try {
    return await work(spokenTo(client, logs, () => opened.length));
  } finally {
    for (const connection of opened) connection.close();
    client.close();
    server.forceShutdown();
  }
}

const same: Step = { op: "same", changes: {}, error: "" };

/** The verbs of a run, for a provider that answers a client. */
export function spokenTo(client: Client, logs: string[], connections: () => number): ProviderRun {
  const ask = async (method: Method, request: Request) => {
    const { response = {}, errors, partial } = await calls[method](client, request);
    if (errors === undefined) return response;
    const message = (errors[0] ?? "").replace(/^rpc error: code = Unknown desc = /, "");
    throw Object.assign(new Error(message), { partial });
  };
  const failed = (error: unknown): Step => ({
    op: "failed",
    changes: {},
    error: `${error instanceof Error ? error.message : String(error)}\n`,
  });
  return {
    logs,
    connections,
    ask: (method, request) => calls[method](client, request),
    async refresh({ urn, id, inputs, properties }) {
      const found = await ask("Read", { urn, id, inputs, properties });
      if (found["id"] === undefined) return undefined;
      return {
        urn,
        id: text(found["id"]),
        inputs: members(found, "inputs"),
        properties: members(found, "properties"),
      };
    },
    async apply(urn, news, kept, preview = false) {
      const { inputs: olds } = kept ?? { inputs: {} };
      const checked = await ask("Check", { urn, news, olds });
      const [failure] = (checked["failures"] ?? []) as { property: string; reason: string }[];
      if (failure)
        return [kept, { ...same, op: "failed", error: `${failure.property}: ${failure.reason}` }];
      const inputs = members(checked, "inputs");
      try {
        if (!kept) {
          const made = await ask("Create", { urn, properties: inputs, preview });
          const properties = members(made, "properties");
          return [
            { urn, id: text(made["id"]), inputs, properties },
            { ...same, op: "create" },
          ];
        }
        const change = {
          urn,
          id: kept.id,
          news: inputs,
          olds: kept.properties,
          oldInputs: kept.inputs,
        };
        const changes = kinds(members(await ask("Diff", change), "detailedDiff"));
        if (Object.keys(changes).length === 0) return [{ ...kept, inputs }, same];
        const { properties } = await ask("Update", { ...change, preview });
        return [
          { ...kept, inputs, properties: properties as Properties },
          { ...same, op: "update", changes },
        ];
      } catch (error) {
        const { partial } = error as { partial?: { id: string; properties: Properties } };
        return [partial ? { urn, inputs, ...partial } : kept, failed(error)];
      }
    },
    async remove({ urn, id, inputs, properties }) {
      try {
        await ask("Delete", { urn, id, properties, oldInputs: inputs });
        return { ...same, op: "delete" };
      } catch (error) {
        return failed(error);
      }
    },
  };
}

function members(of: Properties, name: string): Properties {
  const value: Value | undefined = of[name];
  return isObject(value) ? value : {};
}

/** `ADD` is the default of the protocol and so not written down. */
function kinds(detailed: Properties): Record<string, string> {
  return Object.fromEntries(
    Object.entries(detailed).map(([path, kind]) => [
      path,
      text(members({ kind }, "kind")["kind"]) || "ADD",
    ]),
  );
}
