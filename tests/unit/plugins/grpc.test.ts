import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { suite, test } from "node:test";
import { Client, credentials } from "@grpc/grpc-js";
import grpcPb from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import pb from "@pulumi/pulumi/proto/provider_pb.js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import { toStruct } from "../../../provider/grpc/messages.ts";
import type { Provider, ResourceType } from "../../../provider/grpc/provider.ts";
import { listen } from "../../../provider/grpc/serve.ts";
import {
  hasUnknown,
  isSecret,
  reveal,
  sameValue,
  secret,
  UNKNOWN,
} from "../../../provider/grpc/values.ts";
import { calls } from "../../support/plugin-calls.ts";

const urn = "urn:pulumi:s::p::a:b:Parent$x:y:Z::name::with::colons";

/** A resource that tells what it was called with, and whose Create waits to be cancelled. */
const waiting: ResourceType = {
  check: ({ news }) => ({ inputs: news }),
  diff: () => ({ diffs: [] }),
  create: ({ signal }) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener("abort", () => {
        reject(signal.reason as Error);
      });
    }),
  read: ({ id, inputs, name }) => ({
    id,
    inputs,
    properties: { name },
    refreshBeforeUpdate: true,
  }),
  update: () => ({ properties: {}, refreshBeforeUpdate: true }),
  delete: () => undefined,
};

const provider: Provider = {
  version: "1.0.0",
  features: {},
  handshake: true,
  diffConfig: true,
  checkConfig: (news) => ({ inputs: news }),
  configure: () => undefined,
  resources: { "x:y:Z": waiting },
};

async function withClient(work: (client: Client) => Promise<void>): Promise<void> {
  const { server, port } = await listen(provider);
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  try {
    await work(client);
  } finally {
    client.close();
    server.forceShutdown();
  }
}

suite("the gRPC base", () => {
  test("hands the type of a child and a name with colons to the resource", async () => {
    await withClient(async (client) => {
      const { response } = await calls.Read(client, { urn, id: "1" });
      assert.deepEqual(response, { id: "1", properties: { name: "name::with::colons" } });
    });
  });

  test("asks for a read before every update when the resource wants it", async () => {
    await withClient(async (client) => {
      const { path, requestSerialize, responseDeserialize } = grpcPb.ResourceProviderService.update;
      const request = new pb.UpdateRequest().setUrn(urn).setNews(toStruct({}));
      const flag = await new Promise((resolve) => {
        client.makeUnaryRequest(
          path,
          requestSerialize,
          responseDeserialize,
          request,
          (_, answer) => {
            resolve(answer?.getRefreshBeforeUpdate());
          },
        );
      });
      assert.equal(flag, true);
    });
  });

  test("cancels what is under way when the engine says so", async () => {
    await withClient(async (client) => {
      const creating = calls.Create(client, { urn });
      const { path, requestSerialize, responseDeserialize } = grpcPb.ResourceProviderService.cancel;
      const request = new emptyPb.Empty();
      await new Promise((resolve) => {
        client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, resolve);
      });
      const reason = "rpc error: code = Unknown desc = cancelled by the engine";
      assert.deepEqual(await creating, { errors: [reason] });
    });
  });

  test("refuses a resource type that it does not have", async () => {
    await withClient(async (client) => {
      const { errors } = await calls.Create(client, { urn: "urn:pulumi:s::p::q:w:E::n" });
      const reason = "this provider has no resource type q:w:E";
      assert.deepEqual(errors, [`rpc error: code = Unknown desc = ${reason}`]);
    });
  });

  test("marks, finds and takes off secrets, and sees the unknown inside", () => {
    const hidden = { list: [secret("canary"), 1] };
    assert.equal(isSecret(hidden.list[0]), true);
    assert.deepEqual(secret(secret("x")), secret("x"));
    assert.deepEqual(reveal(secret(hidden)), { list: ["canary", 1] });
    assert.equal(sameValue(secret("x"), "x"), true);
    assert.equal(sameValue(undefined, null), false);
    assert.equal(hasUnknown({ a: [secret(UNKNOWN)] }), true);
    assert.equal(hasUnknown(hidden), false);
  });
});

for (const name of ["command", "docker", "tls"]) {
  test(`the executable of ${name} prints its port and answers there`, async () => {
    const folder = join(import.meta.dirname, "../../../lab/plugins", name);
    const child = spawn(join(folder, `pulumi-resource-${name}`), [], { stdio: "pipe" });
    try {
      const [port] = (await once(createInterface(child.stdout), "line")) as [string];
      const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
      const { response } = await calls.GetPluginInfo(client, {});
      client.close();
      assert.deepEqual(response, {
        version: { command: "1.2.1", docker: "5.2.0", tls: "5.6.1" }[name],
      });
    } finally {
      child.kill();
    }
  });
}
