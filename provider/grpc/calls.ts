import type { handleUnaryCall, UntypedServiceImplementation } from "@grpc/grpc-js";
import type * as rpc from "@pulumi/pulumi/proto/provider_pb.js";
import { checkResponse, diffResponse, fromStruct, grpcError, toStruct } from "./messages.ts";
import { emptyPb, grpc, pb } from "./protocol.ts";
import type { Call, Provider, ResourceType, State } from "./provider.ts";

/** Handshake, CheckConfig, DiffConfig and Configure. */
export function configurationCalls({
  features,
  ...provider
}: Provider): UntypedServiceImplementation {
  return {
    handshake:
      provider.handshake === true
        ? unary(() => {
            const response = new pb.ProviderHandshakeResponse();
            response.setAcceptSecrets(features.acceptSecrets ?? false);
            response.setAcceptResources(features.acceptResources ?? false);
            response.setAcceptOutputs(features.acceptOutputs ?? false);
            response.setAcceptsByteString(true);
            return response;
          })
        : unimplemented(provider.handshake),
    checkConfig: unary((request: rpc.CheckRequest) =>
      checkResponse(provider.checkConfig(fromStruct(request.getNews()))),
    ),
    diffConfig:
      provider.diffConfig === true
        ? unary(() => new pb.DiffResponse())
        : unimplemented(provider.diffConfig),
    configure: unary(async (request: rpc.ConfigureRequest) => {
      await provider.configure(fromStruct(request.getArgs()));
      const response = new pb.ConfigureResponse();
      response.setAcceptsecrets(features.acceptSecrets ?? false);
      response.setAcceptresources(features.acceptResources ?? false);
      response.setAcceptoutputs(features.acceptOutputs ?? false);
      response.setSupportspreview(features.supportsPreview ?? false);
      response.setSupportsAutonamingConfiguration(
        features.supportsAutonamingConfiguration ?? false,
      );
      return response;
    }),
  };
}

interface Addressed {
  getUrn(): string;
}

/** Check, Diff, Create, Read, Update and Delete, handed to the resource type in the URN. */
export function resourceCalls(
  provider: Provider,
  signal: AbortSignal,
): UntypedServiceImplementation {
  const about = (request: Addressed): Call => {
    const urn = request.getUrn();
    return { urn, name: urn.split("::").slice(3).join("::"), signal };
  };
  const of = (request: Addressed): ResourceType => {
    const type = request.getUrn().split("::")[2]?.split("$").at(-1) ?? "";
    const found = provider.resources[type];
    if (!found) throw new Error(`this provider has no resource type ${type}`);
    return found;
  };
  return {
    check: unary((request: rpc.CheckRequest) =>
      checkResponse(
        of(request).check({
          ...about(request),
          news: fromStruct(request.getNews()),
          olds: fromStruct(request.getOlds()),
        }),
      ),
    ),
    diff: unary(async (request: rpc.DiffRequest) =>
      diffResponse(await of(request).diff({ ...about(request), ...changed(request) })),
    ),
    create: unary(async (request: rpc.CreateRequest) => {
      const inputs = fromStruct(request.getProperties());
      const call = { ...about(request), inputs, preview: request.getPreview() };
      const made = await of(request).create(call);
      return withState(new pb.CreateResponse(), made).setId(made.id);
    }),
    read: unary(async (request: rpc.ReadRequest) => {
      const found = await of(request).read({
        ...about(request),
        id: request.getId(),
        inputs: fromStruct(request.getInputs()),
        state: fromStruct(request.getProperties()),
      });
      if (!found) return new pb.ReadResponse();
      const response = withState(new pb.ReadResponse(), found).setId(found.id);
      return response.setInputs(toStruct(found.inputs));
    }),
    update: unary(async (request: rpc.UpdateRequest) => {
      const call = { ...about(request), ...changed(request), preview: request.getPreview() };
      return withState(new pb.UpdateResponse(), await of(request).update(call));
    }),
    delete: unary(async (request: rpc.DeleteRequest) => {
      await of(request).delete({
        ...about(request),
        id: request.getId(),
        state: fromStruct(request.getProperties()),
        oldInputs: fromStruct(request.getOldInputs()),
      });
      return new emptyPb.Empty();
    }),
  };
}

function changed(request: rpc.DiffRequest | rpc.UpdateRequest) {
  return {
    id: request.getId(),
    news: fromStruct(request.getNews()),
    olds: fromStruct(request.getOlds()),
    oldInputs: fromStruct(request.getOldInputs()),
  };
}

function withState<R extends rpc.CreateResponse | rpc.ReadResponse | rpc.UpdateResponse>(
  response: R,
  state: State,
): R {
  response.setProperties(toStruct(state.properties));
  response.setRefreshBeforeUpdate(state.refreshBeforeUpdate ?? false);
  return response;
}

/** Errors thrown while answering become gRPC errors; nothing else escapes. */
export function unary<Q, R>(answer: (request: Q) => R | Promise<R>): handleUnaryCall<Q, R> {
  return (call, callback) => {
    void (async () => answer(call.request))().then(
      (response) => {
        callback(null, response);
      },
      (error: unknown) => {
        callback(grpcError(error));
      },
    );
  };
}

/** Answers with gRPC's "unimplemented", from which the engine knows to go without the call. */
export function unimplemented(details: string): handleUnaryCall<unknown, never> {
  return (_call, callback) => {
    callback({ code: grpc.status.UNIMPLEMENTED, details });
  };
}
