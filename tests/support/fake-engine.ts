import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import {
  Server,
  ServerCredentials,
  type handleUnaryCall,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import structPb from "google-protobuf/google/protobuf/struct_pb.js";
import engineGrpc from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import enginePb from "@pulumi/pulumi/proto/engine_pb.js";
import resourceGrpc from "@pulumi/pulumi/proto/resource_grpc_pb.js";
import resourcePb from "@pulumi/pulumi/proto/resource_pb.js";

const root = join(import.meta.dirname, "../..");

/** How a program went under Pulumi's own Node runner. */
export interface ProgramRun {
  readonly code: number;
  /** Registered resources as `type name`, in order. */
  readonly registered: readonly string[];
  /** What the program said to the engine at level error. */
  readonly errors: readonly string[];
  readonly output: string;
}

/** A handler that answers with what `answer` makes of the request. */
function unary<Q, A>(answer: (request: Q) => A): handleUnaryCall<Q, A> {
  return (call, callback) => {
    callback(null, answer(call.request));
  };
}

/**
 * Runs the project's program as the Node language host does, through `@pulumi/pulumi/cmd/run`, in a process of
 * its own, as a preview, against an engine that registers everything and makes nothing.
 */
export async function runProgram(
  config: Readonly<Record<string, unknown>>,
  secretKeys: readonly string[],
): Promise<ProgramRun> {
  const registered: string[] = [];
  const errors: string[] = [];
  const server = new Server();
  server.addService(resourceGrpc.ResourceMonitorService, monitor(registered));
  server.addService(engineGrpc.EngineService, engine(errors));
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
  try {
    const { code, output } = await runner(port, config, secretKeys);
    return { code, registered, errors, output };
  } finally {
    server.forceShutdown();
  }
}

function monitor(registered: string[]): UntypedServiceImplementation {
  const empty = unary(() => new emptyPb.Empty());
  return {
    supportsFeature: unary(() => {
      const response = new resourcePb.SupportsFeatureResponse();
      response.setHassupport(true);
      return response;
    }),
    registerResource: unary((request: resourcePb.RegisterResourceRequest) => {
      registered.push(`${request.getType()} ${request.getName()}`);
      const response = new resourcePb.RegisterResourceResponse();
      response.setUrn(`urn:pulumi:lab::platform::${request.getType()}::${request.getName()}`);
      response.setId(request.getCustom() ? "id" : "");
      response.setObject(request.getObject() ?? new structPb.Struct());
      return response;
    }),
    registerResourceOutputs: empty,
    registerStackTransform: empty,
    registerStackInvokeTransform: empty,
    registerPackage: unary(() => new resourcePb.RegisterPackageResponse()),
    signalAndWaitForShutdown: empty,
  };
}

function engine(errors: string[]): UntypedServiceImplementation {
  return {
    log: unary((request: enginePb.LogRequest) => {
      if (request.getSeverity() === enginePb.LogSeverity.ERROR) errors.push(request.getMessage());
      return new emptyPb.Empty();
    }),
    getRootResource: unary(() => new enginePb.GetRootResourceResponse()),
    setRootResource: unary(() => new enginePb.SetRootResourceResponse()),
    requirePulumiVersion: unary(() => new enginePb.RequirePulumiVersionResponse()),
  };
}

function runner(
  port: number,
  config: Readonly<Record<string, unknown>>,
  secretKeys: readonly string[],
): Promise<{ code: number; output: string }> {
  const program = createRequire(import.meta.url).resolve("@pulumi/pulumi/cmd/run");
  const at = `127.0.0.1:${port}`;
  const args = [
    "--project",
    "platform",
    "--stack",
    "lab",
    "--pwd",
    root,
    "--parallel",
    "8",
    "--dry-run",
  ];
  const child = spawn(process.execPath, [program, "--monitor", at, "--engine", at, ...args, "."], {
    env: {
      PATH: process.env["PATH"],
      PULUMI_NODEJS_TYPESCRIPT: "false",
      PULUMI_CONFIG: JSON.stringify(config),
      PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(secretKeys),
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  }
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      resolve({ code: code ?? -1, output });
    });
  });
}
