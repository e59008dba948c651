import assert from "node:assert/strict";
import { test } from "node:test";
import { chosen, type Outputs } from "../../components/backup/command/stack.ts";
import { readOutputs } from "../../components/host/command/outputs.ts";
import type { Host } from "../../components/host/index.ts";
import { exampleHost } from "../support/host.ts";
import { programStack } from "../support/engine.ts";
import { bastion } from "../support/example.ts";
import * as pulumi from "@pulumi/pulumi";

test("npm run backup finds a machine in the outputs of a real stack, with its pin and its bastion", async () => {
  const host: Host = { ...exampleHost("saved"), instance: pulumi.output("7"), bastion };
  const { stack, up } = await programStack("backup-outputs", () =>
    Promise.resolve({
      hosts: { saved: host },
      backups: [{ name: "notes", host: "saved" }],
      copies: { saved: { repository: "/srv/copies/saved", publicKey: undefined } },
    }),
  );
  await up();
  Object.assign(process.env, stack.workspace.envVars);
  process.chdir(stack.workspace.workDir);
  const outputs = await readOutputs<Outputs>("lab");
  assert.deepEqual(chosen(outputs, "saved", "notes"), { ...exampleHost("saved"), bastion });
  assert.throws(() => chosen(outputs, "saved", "wiki"), /it keeps those of: saved notes$/);
  await assert.rejects(readOutputs("nowhere"), /no stack named 'nowhere' found/);
});
