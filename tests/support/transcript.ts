import { readFileSync } from "node:fs";
import { Client, credentials } from "@grpc/grpc-js";
import type { Provider } from "../../provider/grpc/provider.ts";
import { listen } from "../../provider/grpc/serve.ts";
import type { Answer } from "./plugin-answers.ts";
import { calls, type Method, type Request } from "./plugin-calls.ts";

/** One call that the real plugin answered; `recorded` is transcript and line. */
export interface Entry extends Answer {
  recorded: string;
  method: Method;
  request: Request;
}

/** What was recorded with one real plugin, in order. */
export function transcript(plugin: "command" | "docker" | "tls"): Entry[] {
  const file = new URL(`../fixtures/transcripts/${plugin}.jsonl`, import.meta.url);
  const lines = readFileSync(file, "utf8").trim().split("\n");
  return lines.map((line) => JSON.parse(line) as Entry);
}

/** A plugin behind real gRPC, to be asked as the engine asks. */
export interface Plugin {
  ask(method: Method, request: Request): Promise<Answer>;
  close(): void;
}

/** Serves a provider on the loopback address and connects to it. */
export async function start(provider: Provider): Promise<Plugin> {
  const { server, port } = await listen(provider);
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  return {
    ask: (method, request) => calls[method](client, request),
    close() {
      client.close();
      server.forceShutdown();
    },
  };
}

/** The entries by what they ask for: "Check tls:index/privateKey:PrivateKey", "Configure". */
export function byCall(entries: Entry[]): Map<string, Entry[]> {
  return Map.groupBy(entries, ({ method, request }) => {
    const type = request.urn?.split("::")[2] ?? "";
    return type.startsWith("pulumi:") ? method : `${method} ${type}`.trim();
  });
}
