import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { Client, credentials } from "@grpc/grpc-js";
import { heldAgent } from "./agent.ts";
import { type ProviderRun, spokenTo } from "./host-provider.ts";

const program = join(import.meta.dirname, "../../provider/pulumi-resource-host");

/** The provider as a process of its own, as the engine starts it. */
export interface ProviderProcess {
  readonly run: ProviderRun;
  /** Ends it as a lack of memory does, by SIGKILL, unless it has ended. */
  kill(): Promise<void>;
}

/** Starts the provider; it answers on the port that it prints. */
export async function providerProcess(): Promise<ProviderProcess> {
  const env = { ...process.env, ...(await heldAgent()) };
  const child = spawn(program, [], { env, stdio: ["ignore", "pipe", "inherit"] });
  const [first] = (await once(child.stdout, "data")) as [Buffer];
  const client = new Client(`127.0.0.1:${first.toString().trim()}`, credentials.createInsecure());
  return {
    run: spokenTo(client, [], () => 0),
    async kill() {
      const ended = once(child, "exit");
      if (child.kill("SIGKILL")) await ended;
      client.close();
    },
  };
}
