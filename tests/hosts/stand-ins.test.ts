import assert from "node:assert/strict";
import { test } from "node:test";
import { withAgent } from "../../lab/identity.ts";
import { Packages } from "../../components/host/index.ts";
import { exampleHost } from "../support/host.ts";
import { testLab, testMachine } from "../support/machine.ts";
import { applyOn, runOn } from "../support/scripts.ts";
import { replayOnMachine } from "../support/transcript-live.ts";

test("the stand-ins answer on a machine as the real plugins did", async () => {
  const machine = await testMachine("components");
  const build = () => new Packages("docker", { host: exampleHost(), packages: ["docker.io"] });
  const { commands, results } = await applyOn(machine, build); // as the recorded machine: no options
  assert.equal(results[0]?.code, 0, results[0]?.stderr);
  const compared = await withAgent(testLab, async (env) => {
    process.env["SSH_AUTH_SOCK"] = env.SSH_AUTH_SOCK; // as a plugin finds it
    try {
      return await replayOnMachine({ ...machine, user: "root" });
    } finally {
      delete process.env["SSH_AUTH_SOCK"];
    }
  });
  assert.equal(compared, 44);
  for (const command of commands) await runOn(machine, command, "delete");
});
