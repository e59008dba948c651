import { Agent, request } from "node:http";
import type { Duplex } from "node:stream";
import { DialStdio } from "./dial-stdio.ts";
import type { Endpoint } from "./endpoint.ts";

/** What the daemon answered; `body` is parsed JSON, or the text if it is none. */
export interface Answer {
  status: number;
  body: unknown;
}

/** One call of Docker's API; tests put something else in its place. */
export type Daemon = (
  method: "GET" | "POST" | "DELETE",
  path: string,
  body?: object,
) => Promise<Answer>;

/** Connections at once: each one over SSH is a process here and one more login there. */
const connections = 4;

/** Docker's API at an endpoint, over connections that are kept. */
export function connect(endpoint: Endpoint): Daemon {
  const agent = agentFor(endpoint);
  const socketPath = "socket" in endpoint ? endpoint.socket : undefined;
  return (method, path, body) =>
    new Promise((resolve, reject) => {
      const content = body === undefined ? undefined : JSON.stringify(body);
      const headers = content === undefined ? {} : { "Content-Type": "application/json" };
      const call = request({ agent, socketPath, host: "docker", method, path, headers });
      call.on("error", (error) => {
        reject(new Error(`no answer from Docker at ${endpoint.name}: ${error.message}`));
      });
      call.on("response", (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => {
          const text = Buffer.concat(chunks).toString();
          resolve({ status: response.statusCode ?? 0, body: parsed(text) });
        });
      });
      call.end(content);
    });
}

/** The answer's body, or an error with the daemon's own words, after `doing` what failed. */
export function expectOk({ status, body }: Answer, doing: string): unknown {
  if (status < 400) return body;
  throw new Error(`${doing}: Error response from daemon: ${messageOf(body)}`);
}

/** The daemon's words in an answer that refuses. */
export function messageOf(body: unknown): string {
  const known = typeof body === "object" && body !== null && "message" in body;
  return known ? String(body.message) : String(body);
}

function agentFor(endpoint: Endpoint): Agent {
  const options = { keepAlive: true, maxSockets: connections };
  if ("socket" in endpoint) return new Agent(options);
  return new (class extends Agent {
    override createConnection(): Duplex {
      return new DialStdio(endpoint.ssh);
    }
  })(options);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
