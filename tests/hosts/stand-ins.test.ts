import assert from "node:assert/strict";
import { test } from "node:test";
import { withAgent } from "../../lab/identity.ts";
import { forumMachine } from "../support/forum.ts";
import { testLab } from "../support/machine.ts";
import { replayOnMachine } from "../support/transcript-live.ts";

test("the stand-ins answer on a machine as the real plugins did", async () => {
  const { machine } = await forumMachine();
  await machine.succeed("docker rm -f app 2>/dev/null || true");
  const compared = await withAgent(testLab, async (env) => {
    process.env["SSH_AUTH_SOCK"] = env.SSH_AUTH_SOCK; // as a plugin finds it
    try {
      return await replayOnMachine({ ...machine, user: "root" });
    } finally {
      delete process.env["SSH_AUTH_SOCK"];
    }
  });
  assert.equal(compared, 42);
});
