import { type ServiceError, status } from "@grpc/grpc-js";
import pb from "@pulumi/pulumi/proto/provider_pb.js";
import type { CheckResponse, DiffResponse } from "@pulumi/pulumi/proto/provider_pb.js";
import statusPb from "@pulumi/pulumi/proto/status_pb.js";
import { fromStruct } from "../../provider/grpc/messages.ts";
import type { Properties, Value } from "../../provider/grpc/values.ts";

/** An answer in the same form: what is empty, false or zero is not written down. */
export interface Answer {
  response?: Properties;
  errors?: string[];
  /** What a failed Create left behind; the transcripts do not show it. */
  partial?: { id: string; properties: Properties };
}

/** The answer to Check, as the transcripts have it. */
export function checked(response: CheckResponse): Properties {
  return {
    inputs: fromStruct(response.getInputs()),
    failures: response.getFailuresList().map((failure) => ({
      property: failure.getProperty(),
      reason: failure.getReason(),
    })),
  };
}

const changeNames = ["", "DIFF_NONE", "DIFF_SOME"];
const kindNames = ["ADD", "ADD_REPLACE", "DELETE", "DELETE_REPLACE", "UPDATE", "UPDATE_REPLACE"];

/** The answer to Diff, as the transcripts have it. */
export function differs(response: DiffResponse): Properties {
  const detailedDiff: Properties = {};
  response.getDetaileddiffMap().forEach((change, path) => {
    const kind = kindNames[change.getKind()] ?? "";
    detailedDiff[path] = kind === "ADD" ? {} : { kind };
  });
  return {
    changes: changeNames[response.getChanges()] ?? "",
    deleteBeforeReplace: response.getDeletebeforereplace(),
    detailedDiff,
    diffs: response.getDiffsList(),
    hasDetailedDiff: response.getHasdetaileddiff(),
    replaces: response.getReplacesList(),
    stables: response.getStablesList(),
  };
}

/** Leaves out what protobuf's JSON form leaves out; inside properties everything counts. */
export function written(answer: Properties): Properties {
  const isDefault = (value: Value) =>
    value === "" ||
    value === false ||
    (typeof value === "object" && Object.keys(value ?? {}).length === 0);
  return Object.fromEntries(Object.entries(answer).filter(([, value]) => !isDefault(value)));
}

/** An error as the transcripts have it, with what `ErrorResourceInitFailed` carries. */
export function failed(error: ServiceError): Answer {
  const code = error.code === status.UNIMPLEMENTED ? "Unimplemented" : "Unknown";
  const errors = [`rpc error: code = ${code} desc = ${error.details}`];
  const [packed] = error.metadata.get("grpc-status-details-bin");
  if (!(packed instanceof Buffer)) return { errors };
  const [any] = statusPb.Status.deserializeBinary(packed).getDetailsList();
  const detail = pb.ErrorResourceInitFailed.deserializeBinary(
    any?.getValue_asU8() ?? new Uint8Array(),
  );
  return {
    errors,
    partial: { id: detail.getId(), properties: fromStruct(detail.getProperties()) },
  };
}
