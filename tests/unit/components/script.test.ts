import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { Script } from "../../../components/host/index.ts";
import { deploy } from "../../support/deploy.ts";
import { exampleHost, hostInputs } from "../../support/host.ts";

const script = new URL("../../hosts/object.sh", import.meta.url);

test("a script sends its text, its values and the state that its check shall tell", async () => {
  for (const preview of [false, true]) {
    const { list, resource } = await deploy(() => {
      const host = exampleHost();
      new Script("plain", { host, script, state: { open: true } });
      const values = { TAGS: ["a", "b"], TOKEN: pulumi.secret("canary") };
      const state = { more: { token: pulumi.secret("canary"), rank: pulumi.output(3) } };
      new Script("other", { host, script, values, state, timeoutSeconds: 20 });
    }, preview);
    assert.deepEqual(list, ["host:index:Script other", "host:index:Script plain"]);
    const text = readFileSync(script, "utf8");
    assert.deepEqual(resource("plain").inputs, {
      ...hostInputs(),
      script: text,
      values: {},
      state: { open: true },
      timeoutSeconds: 300,
    });
    const { inputs, secrets, dependsOn } = resource("other");
    assert.deepEqual(inputs, {
      ...hostInputs(),
      script: text,
      values: { TAGS: ["a", "b"], TOKEN: "canary" },
      state: { more: { token: "canary", rank: 3 } },
      timeoutSeconds: 20,
    });
    assert.deepEqual(secrets, ["state.more.token", "values.TOKEN"]);
    assert.deepEqual(dependsOn, ["plain"]);
  }
});
