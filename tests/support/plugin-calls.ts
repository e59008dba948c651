import type { Client, MethodDefinition } from "@grpc/grpc-js";
import grpcPb from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import pb from "@pulumi/pulumi/proto/provider_pb.js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import { fromStruct, toStruct } from "../../provider/grpc/messages.ts";
import type { Properties } from "../../provider/grpc/values.ts";
import { type Answer, checked, differs, failed, written } from "./plugin-answers.ts";

/** A request to a plugin, in the JSON form of the transcripts. */
export interface Request {
  urn?: string;
  id?: string;
  preview?: boolean;
  args?: Properties;
  news?: Properties;
  olds?: Properties;
  oldInputs?: Properties;
  inputs?: Properties;
  properties?: Properties;
}

/** The calls in the transcripts. */
export type Method = keyof typeof builders;

const service = grpcPb.ResourceProviderService;

const builders = {
  Handshake: call(
    service.handshake,
    () => new pb.ProviderHandshakeRequest(),
    (response) => ({
      acceptOutputs: response.getAcceptOutputs(),
      acceptResources: response.getAcceptResources(),
      acceptSecrets: response.getAcceptSecrets(),
      acceptsByteString: response.getAcceptsByteString(),
    }),
  ),
  GetPluginInfo: call(
    service.getPluginInfo,
    () => new emptyPb.Empty(),
    (response) => ({ version: response.getVersion() }),
  ),
  CheckConfig: call(service.checkConfig, checkRequest, checked),
  DiffConfig: call(service.diffConfig, diffRequest, differs),
  Configure: call(
    service.configure,
    (request) => new pb.ConfigureRequest().setArgs(toStruct(request.args ?? {})),
    (response) => ({
      acceptOutputs: response.getAcceptoutputs(),
      acceptResources: response.getAcceptresources(),
      acceptSecrets: response.getAcceptsecrets(),
      supportsAutonamingConfiguration: response.getSupportsAutonamingConfiguration(),
      supportsPreview: response.getSupportspreview(),
    }),
  ),
  Check: call(service.check, checkRequest, checked),
  Diff: call(service.diff, diffRequest, differs),
  Create: call(
    service.create,
    (request) =>
      new pb.CreateRequest()
        .setUrn(request.urn ?? "")
        .setProperties(toStruct(request.properties ?? {}))
        .setPreview(request.preview ?? false),
    (response) => ({ id: response.getId(), properties: fromStruct(response.getProperties()) }),
  ),
  Read: call(
    service.read,
    (request) =>
      new pb.ReadRequest()
        .setUrn(request.urn ?? "")
        .setId(request.id ?? "")
        .setInputs(toStruct(request.inputs ?? {}))
        .setProperties(toStruct(request.properties ?? {})),
    (response) => ({
      id: response.getId(),
      inputs: fromStruct(response.getInputs()),
      properties: fromStruct(response.getProperties()),
    }),
  ),
  Update: call(
    service.update,
    (request) =>
      new pb.UpdateRequest()
        .setUrn(request.urn ?? "")
        .setId(request.id ?? "")
        .setNews(toStruct(request.news ?? {}))
        .setOlds(toStruct(request.olds ?? {}))
        .setOldInputs(toStruct(request.oldInputs ?? {}))
        .setPreview(request.preview ?? false),
    (response) => ({ properties: fromStruct(response.getProperties()) }),
  ),
  Delete: call(
    service.delete,
    (request) =>
      new pb.DeleteRequest()
        .setUrn(request.urn ?? "")
        .setId(request.id ?? "")
        .setProperties(toStruct(request.properties ?? {}))
        .setOldInputs(toStruct(request.oldInputs ?? {})),
    () => ({}),
  ),
};

/** Sends each call over gRPC and gives the answer in the form of the transcripts. */
export const calls: Record<Method, (client: Client, request: Request) => Promise<Answer>> =
  builders;

function call<Q, R>(
  definition: MethodDefinition<Q, R>,
  build: (request: Request) => Q,
  read: (response: R) => Properties,
) {
  const { path, requestSerialize, responseDeserialize } = definition;
  return (client: Client, request: Request): Promise<Answer> =>
    new Promise((resolve) => {
      client.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        build(request),
        (error, response) => {
          if (error) resolve(failed(error));
          else resolve({ response: response === undefined ? {} : written(read(response)) });
        },
      );
    });
}

function checkRequest(request: Request) {
  return new pb.CheckRequest()
    .setUrn(request.urn ?? "")
    .setNews(toStruct(request.news ?? {}))
    .setOlds(toStruct(request.olds ?? {}));
}

function diffRequest(request: Request) {
  return new pb.DiffRequest()
    .setUrn(request.urn ?? "")
    .setId(request.id ?? "")
    .setNews(toStruct(request.news ?? {}))
    .setOlds(toStruct(request.olds ?? {}))
    .setOldInputs(toStruct(request.oldInputs ?? {}));
}
