import { createRequire } from "node:module";
import type { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import { grpc } from "./protocol.ts";

/** Says something to the person in front of the terminal; without a URN it is about the whole stack. */
export type Log = (severity: "info" | "warning", message: string, urn?: string) => void;

/**
 * Speaks through the engine that started this plugin; `address` is the plugin's first argument. Without one,
 * as when a person runs the plugin by hand, it speaks on stderr.
 */
export function engineLog(address: string | undefined): Log {
  if (address === undefined) {
    return (severity, message) => {
      process.stderr.write(`${severity}: ${message}\n`);
    };
  }
  let connected:
    | undefined
    | {
        client: EngineClient;
        engine: typeof import("@pulumi/pulumi/proto/engine_pb.js");
      };
  return (severity, message, urn = "") => {
    connected ??= connect(address);
    const severities = connected.engine.LogSeverity;
    const request = new connected.engine.LogRequest()
      .setSeverity(severity === "info" ? severities.INFO : severities.WARNING)
      .setMessage(message)
      .setUrn(urn);
    connected.client.log(request, () => undefined);
  };
}

/** Loaded when there is something to say: most runs say nothing, and each module costs time at the start. */
function connect(address: string) {
  const require = createRequire(import.meta.url);
  const rpc = require("@pulumi/pulumi/proto/engine_grpc_pb.js") as {
    EngineClient: typeof EngineClient;
  };
  const engine =
    require("@pulumi/pulumi/proto/engine_pb.js") as typeof import("@pulumi/pulumi/proto/engine_pb.js");
  return { client: new rpc.EngineClient(address, grpc.credentials.createInsecure()), engine };
}
