import { createRequire } from "node:module";

// These modules are CommonJS: an `import` of one would first search its whole text for what it exports, without
// Node's compile cache, and the engine waits for a plugin to start, twice in each preview.
const require = createRequire(import.meta.url);

/** gRPC itself: servers, clients, status codes. */
export const grpc = require("@grpc/grpc-js") as typeof import("@grpc/grpc-js");

/** A message of any type, for details of an error. */
export const anyPb =
  require("google-protobuf/google/protobuf/any_pb.js") as typeof import("google-protobuf/google/protobuf/any_pb.js");

/** The message that says nothing. */
export const emptyPb =
  require("google-protobuf/google/protobuf/empty_pb.js") as typeof import("google-protobuf/google/protobuf/empty_pb.js");

/** Plain objects as messages. */
export const structPb =
  require("google-protobuf/google/protobuf/struct_pb.js") as typeof import("google-protobuf/google/protobuf/struct_pb.js");

/** What any plugin tells of itself. */
export const pluginPb =
  require("@pulumi/pulumi/proto/plugin_pb.js") as typeof import("@pulumi/pulumi/proto/plugin_pb.js");

/** The service of a provider. */
export const providerGrpc =
  require("@pulumi/pulumi/proto/provider_grpc_pb.js") as typeof import("@pulumi/pulumi/proto/provider_grpc_pb.js");

/** The messages of a provider's service. */
export const pb =
  require("@pulumi/pulumi/proto/provider_pb.js") as typeof import("@pulumi/pulumi/proto/provider_pb.js");

/** How an error carries its details. */
export const statusPb =
  require("@pulumi/pulumi/proto/status_pb.js") as typeof import("@pulumi/pulumi/proto/status_pb.js");
