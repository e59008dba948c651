import type { Struct } from "google-protobuf/google/protobuf/struct_pb.js";
import type { ServiceError } from "@grpc/grpc-js";
import type {
  CheckResponse,
  DiffResponse,
  PropertyDiff,
} from "@pulumi/pulumi/proto/provider_pb.js";
import { anyPb, grpc, pb, statusPb, structPb } from "./protocol.ts";
import { type ChangeKind, type CheckResult, type DiffResult, InitFailed } from "./provider.ts";
import type { Properties } from "./values.ts";

/** A protobuf struct as plain properties; absent is empty. */
export function fromStruct(struct: Struct | undefined): Properties {
  return struct?.toJavaScript() ?? {};
}

/** Plain properties as a protobuf struct. */
export function toStruct(properties: Properties): Struct {
  return structPb.Struct.fromJavaScript(properties);
}

/** The answer to Check and CheckConfig. */
export function checkResponse(result: CheckResult): CheckResponse {
  const response = new pb.CheckResponse();
  response.setInputs(toStruct(result.inputs));
  for (const { property, reason } of result.failures ?? []) {
    const failure = new pb.CheckFailure();
    failure.setProperty(property);
    failure.setReason(reason);
    response.addFailures(failure);
  }
  return response;
}

const { Kind } = pb.PropertyDiff;

const kinds: Record<ChangeKind, PropertyDiff.Kind> = {
  add: Kind.ADD,
  "add-replace": Kind.ADD_REPLACE,
  delete: Kind.DELETE,
  "delete-replace": Kind.DELETE_REPLACE,
  update: Kind.UPDATE,
  "update-replace": Kind.UPDATE_REPLACE,
};

/** The answer to Diff. */
export function diffResponse(result: DiffResult): DiffResponse {
  const { DIFF_SOME, DIFF_NONE } = pb.DiffResponse.DiffChanges;
  const response = new pb.DiffResponse();
  response.setChanges(result.diffs.length > 0 ? DIFF_SOME : DIFF_NONE);
  response.setDiffsList(result.diffs);
  response.setReplacesList(result.replaces ?? []);
  response.setStablesList(result.stables ?? []);
  response.setDeletebeforereplace(result.deleteBeforeReplace ?? false);
  response.setHasdetaileddiff(result.detailed !== undefined);
  for (const [path, kind] of Object.entries(result.detailed ?? {})) {
    const change = new pb.PropertyDiff();
    change.setKind(kinds[kind]);
    response.getDetaileddiffMap().set(path, change);
  }
  return response;
}

/** An error as gRPC carries it; `InitFailed` takes the half-made resource along. */
export function grpcError(error: unknown): Partial<ServiceError> {
  const message = error instanceof Error ? error.message : String(error);
  const metadata = new grpc.Metadata();
  if (error instanceof InitFailed) {
    const detail = new pb.ErrorResourceInitFailed();
    detail.setId(error.id);
    detail.setProperties(toStruct(error.properties));
    detail.setInputs(toStruct(error.inputs));
    detail.setReasonsList([message]);
    detail.setRefreshBeforeUpdate(error.refreshBeforeUpdate);
    const packed = new anyPb.Any();
    packed.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
    const answer = new statusPb.Status();
    answer.setCode(grpc.status.UNKNOWN);
    answer.setMessage(message);
    answer.addDetails(packed);
    metadata.add("grpc-status-details-bin", Buffer.from(answer.serializeBinary()));
  }
  return { code: grpc.status.UNKNOWN, details: message, metadata };
}
