import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import type { Properties } from "../../provider/grpc/values.ts";
import { type Kept, withProvider } from "../support/host-provider.ts";
import { testMachine } from "../support/machine.ts";

const machine = await testMachine("components");
const { address, port, hostKey, instance } = machine;
const host = {
  ...{ name: "web", address, port, user: "root", hostKey, instance },
  release: "bookworm",
};
const urn = "urn:pulumi:test::platform::host:index:ConfigSet::adopted";

/** What Ansible has left: two files, and none at a third path. */
const files = {
  "/etc/adopted/a": { content: "a\n", mode: "0640", owner: "root:adm" },
  "/etc/adopted/b": { content: "b\n", mode: "0644", owner: "root:root" },
};
const activate = ["sh -c 'echo x >>/run/adopted'"];
const set = (more: Properties = {}): Properties => ({
  ...{ host, files, absent: ["/etc/adopted/c"], adopt: "replace" },
  ...{ validate: ["sh -c 'echo v >>/run/validated'"], activate, probe: [], deactivate: [] },
  ...more,
});

/** All that must not change of a file that is left alone, and how often the set was activated. */
const now = () =>
  machine.succeed(
    "stat -c '%n %i %Y %a %U:%G' /etc/adopted/*; tail -n +1 /etc/adopted/*; " +
      "cat /run/adopted 2>/dev/null | wc -l; ls /run/validated 2>/dev/null || true",
  );
const activations = () => machine.succeed("cat /run/adopted 2>/dev/null | wc -l");

// Hooks of a file are those of all files of a run, so these have a suite of their own.
describe("what is identical already", () => {
  let standing = "";

  beforeEach(async () => {
    await machine.succeed(
      "mkdir -p /etc/adopted; echo a >/etc/adopted/a; echo b >/etc/adopted/b; chmod 640 /etc/adopted/a; " +
        "chgrp adm /etc/adopted/a; touch -d @1 /etc/adopted/*; rm -f /run/adopted /run/validated",
    );
    standing = await now();
  });

  afterEach(async () => {
    await machine.succeed("rm -rf /etc/adopted /run/adopted /run/validated");
    assert.equal(await machine.succeed("ls /var/lib/platform/sets 2>/dev/null || true"), "");
  });

  /** Makes a set, has it looked at, and removes it again. */
  async function live(inputs: Properties, look: (kept: Kept) => Promise<void>): Promise<void> {
    await withProvider(async (run) => {
      const [kept, { op, error }] = await run.apply(urn, inputs);
      assert.equal(op, "create", error);
      const found = (await run.refresh(kept ?? assert.fail())) ?? assert.fail("it is noted");
      assert.equal((await run.apply(urn, inputs, found))[1].op, "same");
      await look(found);
      assert.equal((await run.remove(found)).error, "");
    });
  }

  test("files that stand there as wanted are neither written nor activated when the service has them", async () => {
    await live(set({ probe: ["true"] }), async () => {
      assert.equal(await now(), standing);
    });
    const left = (text: string) =>
      text.replace(/^(\S+) \d+ /gm, "$1 ").replace(/\n\d+\n(?:\/run.*\n)?$/, "");
    assert.equal(left(await now()), left(standing)); // content, time, mode and owner
  });

  test("a set without anything to activate only takes them over", async () => {
    await live(set({ activate: [] }), async () => {
      assert.equal(await now(), standing);
    });
  });

  test("when the probe fails, or nobody can say whether the service has them, they are activated", async () => {
    await live(set({ probe: ["test -e /run/adopted"] }), async () => {
      assert.equal(await activations(), "1\n");
    });
    await machine.succeed("rm /run/adopted");
    await live(set(), async () => {
      assert.equal(await activations(), "1\n");
    });
  });

  const byHand = {
    "another line": "echo x >>/etc/adopted/b",
    "another mode": "chmod 600 /etc/adopted/b",
    "another owner": "chown daemon /etc/adopted/b",
    "a missing file": "rm /etc/adopted/b",
    "a file that shall be absent": "echo c >/etc/adopted/c",
  };

  for (const [what, command] of Object.entries(byHand)) {
    test(`${what}: the whole set is made as usual, and what stood there comes back`, async () => {
      await machine.succeed(command);
      const content = "tail -n +1 /etc/adopted/* 2>&1; stat -c '%n %a %U' /etc/adopted/*";
      const before = await machine.succeed(content);
      await live(set({ probe: ["true"] }), async () => {
        assert.equal(await activations(), "1\n");
        assert.equal(await machine.succeed("cat /etc/adopted/*"), "a\nb\n");
      });
      assert.equal(await machine.succeed(content), before);
    });
  }

  test("a later change of an adopted set is an ordinary one, and what stood there first comes back", async () => {
    await withProvider(async (run) => {
      const probe = ["true"];
      const [kept] = await run.apply(urn, set({ probe }));
      const changed = {
        ...files,
        "/etc/adopted/b": { ...files["/etc/adopted/b"], content: "c\n" },
      };
      const [next, step] = await run.apply(urn, set({ probe, files: changed }), kept);
      assert.equal(step.op, "update", step.error);
      assert.equal(await activations(), "1\n");
      assert.equal(await machine.succeed("cat /etc/adopted/b"), "c\n");
      await run.remove(next ?? assert.fail());
    });
    assert.equal(await machine.succeed("cat /etc/adopted/b"), "b\n");
  });
});
