import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { credentials, Metadata } from "@grpc/grpc-js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import services from "@pulumi/pulumi/proto/provider_grpc_pb.js";

const patience = 10_000;

/**
 * The version of a plugin whose folder does not tell it, for example `1.2.1`; undefined when
 * the program does not answer as a plugin does. It is started, asked and ended.
 */
export async function pluginVersion(program: string): Promise<string | undefined> {
  const nobody = "127.0.0.1:1"; // a plugin wants the engine's address, but does not call it here
  const plugin = spawn(program, [nobody], {
    stdio: ["ignore", "pipe", "ignore"],
    timeout: patience,
  });
  try {
    const port = await firstLine(plugin);
    return port === undefined ? undefined : await ask(port);
  } finally {
    plugin.kill();
  }
}

/** The first line that a plugin prints: the port it serves. */
function firstLine(plugin: ReturnType<typeof spawn>): Promise<string | undefined> {
  return new Promise((resolve) => {
    plugin.on("error", () => {
      resolve(undefined);
    });
    plugin.on("exit", () => {
      resolve(undefined);
    });
    if (plugin.stdout) createInterface(plugin.stdout).once("line", resolve);
  });
}

function ask(port: string): Promise<string | undefined> {
  const insecure = credentials.createInsecure();
  const client = new services.ResourceProviderClient(`127.0.0.1:${port}`, insecure);
  return new Promise((resolve) => {
    const deadline = Date.now() + patience;
    client.getPluginInfo(new empty.Empty(), new Metadata(), { deadline }, (error, info) => {
      client.close();
      resolve(error ? undefined : info.getVersion().replace(/^v/, ""));
    });
  });
}
