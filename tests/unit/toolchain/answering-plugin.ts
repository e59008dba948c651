import { Server, ServerCredentials, type sendUnaryData } from "@grpc/grpc-js";
import services from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import messages from "@pulumi/pulumi/proto/plugin_pb.js";

/** A provider plugin that only tells its version: `node answering-plugin.ts <version> <engine>`. */
const info = new messages.PluginInfo();
info.setVersion(process.argv[2] ?? "");
const { getPluginInfo } = services.ResourceProviderService;
const server = new Server();
server.addService(
  { getPluginInfo },
  {
    getPluginInfo: (_call: unknown, reply: sendUnaryData<unknown>) => {
      reply(null, info);
    },
  },
);
server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  console.log(port);
});
