import { Server, ServerCredentials } from "@grpc/grpc-js";
import type { UntypedServiceImplementation } from "@grpc/grpc-js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import grpcPb from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import pluginPb from "@pulumi/pulumi/proto/plugin_pb.js";
import { configurationCalls, resourceCalls, unary, unimplemented } from "./calls.ts";
import type { Provider } from "./provider.ts";

/** Messages may be large: the state of a stack is. */
const unlimited = { "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 };

/** Answers on a free port of the loopback address; resolves to the server and that port. */
export async function listen(provider: Provider): Promise<{ server: Server; port: number }> {
  const server = new Server(unlimited);
  server.addService(grpcPb.ResourceProviderService, service(provider));
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) => {
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
  const names = Object.keys(grpcPb.ResourceProviderService);
  return Object.fromEntries(
    names.map((name) => [name, known[name] ?? unimplemented(`${name} is not implemented`)]),
  );
}
