import type { Server, UntypedServiceImplementation } from "@grpc/grpc-js";
import { configurationCalls, resourceCalls, unary, unimplemented } from "./calls.ts";
import { emptyPb, grpc, pluginPb, providerGrpc } from "./protocol.ts";
import type { Provider } from "./provider.ts";

/** Messages may be large: the state of a stack is. */
const unlimited = { "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 };

/** Answers on a free port of the loopback address; resolves to the server and that port. */
export async function listen(provider: Provider): Promise<{ server: Server; port: number }> {
  const server = new grpc.Server(unlimited);
  server.addService(providerGrpc.ResourceProviderService, service(provider));
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
  return { server, port };
}

/**
 * Runs a provider as the engine expects a plugin: the port is the first line on stdout. It ends with the engine:
 * one that was killed tells nobody, but then another process is our parent.
 */
export async function serve(provider: Provider): Promise<void> {
  const { port } = await listen(provider);
  process.stdout.write(`${port}\n`);
  const engine = process.ppid;
  setInterval(() => {
    if (process.ppid !== engine) process.exit(1);
  }, 1000).unref();
}

function service(provider: Provider): UntypedServiceImplementation {
  const cancelled = new AbortController();
  const resources = resourceCalls(provider, cancelled.signal);
  const known: UntypedServiceImplementation = {
    ...configurationCalls(provider),
    ...resources,
    cancel: unary(() => {
      cancelled.abort(new Error("cancelled by the engine"));
      return new emptyPb.Empty();
    }),
    getPluginInfo: unary(() => {
      const info = new pluginPb.PluginInfo();
      info.setVersion(provider.version);
      return info;
    }),
  };
  const names = Object.keys(providerGrpc.ResourceProviderService);
  return Object.fromEntries(
    names.map((name) => [name, known[name] ?? unimplemented(`${name} is not implemented`)]),
  );
}
