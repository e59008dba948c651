import assert from "node:assert/strict";
import { test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { RemoteScript } from "../../../components/host/index.ts";
import { deploy } from "../../support/deploy.ts";
import { hostKey } from "../../support/example.ts";
import { exampleHost as host } from "../../support/host.ts";
import { assignmentLines } from "../../support/scripts.ts";

const script = new URL("../../../components/discourse/image-holds.sh", import.meta.url);

test("what happens once sends its values, its name, the release and the instance on stdin", async () => {
  for (const preview of [false, true]) {
    const { resource } = await deploy(
      () => new RemoteScript("once", { host: host(), script, values: { PATHS: ["x", "y z"] } }),
      preview,
    );
    const { inputs, secrets } = resource("once");
    assert.deepEqual(assignmentLines(inputs["stdin"]), [
      "PATHS=('x' 'y z')",
      "SCRIPT='once'",
      "RELEASE='bookworm'",
      "INSTANCE='7'",
    ]);
    assert.deepEqual(inputs["connection"], {
      host: "192.0.2.7",
      port: 2222,
      user: "root",
      hostKey,
      dialErrorLimit: 20,
      perDialTimeout: 15,
    });
    assert.match(String(inputs["create"]), / timeout --kill-after=30 1200 bash -s -- apply$/);
    assert.equal(inputs["delete"], undefined);
    assert.deepEqual(secrets, ["connection"]);
  }
});

test("a secret value makes the whole stdin of a script secret and nothing else", async () => {
  const values = { NAME: pulumi.secret("canary") };
  const { resource } = await deploy(
    () => new RemoteScript("once", { host: host(), script, values }),
  );
  assert.deepEqual(resource("once").secrets, ["connection", "stdin"]);
});
