import assert from "node:assert/strict";
import { test } from "node:test";
import { canaries, stackSections } from "../support/example.ts";
import { runProgram } from "../support/fake-engine.ts";

/** The lab's configuration as the language host hands it over. */
function config(change: (forum: Record<string, unknown>) => void = () => undefined) {
  const sections = stackSections("Pulumi.lab.yaml");
  change(sections["forum"] ?? {});
  return Object.fromEntries(
    Object.entries(sections).map(([key, value]) => [`platform:${key}`, JSON.stringify(value)]),
  );
}

test("the committed program runs under Pulumi's own Node runner, as TypeScript", async () => {
  const { code, registered, errors, output } = await runProgram(config(), ["platform:forum"]);
  assert.deepEqual(errors, []);
  assert.equal(output, "");
  assert.equal(code, 0);
  assert.equal(registered.length, 32);
  assert.equal(registered[0], "pulumi:pulumi:Stack platform-lab");
});

test("mistakes end it before any resource, with one message and no stack trace", async () => {
  const wrong = config((forum) => {
    forum["uploadLimit"] = "10 MB";
    forum["smtp"] = { address: "smtp.lab.test", user: canaries.user, password: "it's wrong" };
  });
  const { code, registered, errors, output } = await runProgram(wrong, ["platform:forum"]);
  assert.notEqual(code, 0);
  assert.deepEqual(registered, ["pulumi:pulumi:Stack platform-lab"]);
  assert.equal(errors.length, 1);
  assert.equal(errors[0]?.split("\n").length, 3);
  assert.match(errors[0], /^the configuration of stack lab has 2 problems; nothing was changed:\n/);
  assert.ok(!`${errors.join("")}${output}`.includes("it's wrong"));
});
