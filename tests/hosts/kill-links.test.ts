import assert from "node:assert/strict";
import { test } from "node:test";
import { heldSet, type Phase, phases, upIn } from "../support/held-set.ts";
import { type Kept, type Step, withProvider } from "../support/host-provider.ts";
import { killSshd, sshOf } from "../support/links.ts";
import { testMachine } from "../support/machine.ts";
import { providerProcess } from "../support/provider-process.ts";

const machine = await testMachine("faults");
const set = await heldSet(machine);

/** Brings the set to this word in a run of its own, until the fault in this phase is over. */
type Through = (phase: Phase, word: string, kept?: Kept) => Promise<[Kept | undefined, Step]>;

const up = (word: string, kept?: Kept) =>
  withProvider((run) => upIn(run, set, set.inputs(word), kept));

/** A run that is killed, and then the next one, which begins while the change goes on. */
const killedProvider: Through = async (phase, word, kept) => {
  const provider = await providerProcess();
  const going = await set.whileHeld(phase, async (reached) => {
    const call = upIn(provider.run, set, set.inputs(word), kept);
    await reached().finally(() => provider.kill());
    assert.equal((await call)[1].op, "failed");
    return { next: up(word, kept) }; // not awaited here, for it waits for the lock
  });
  return going.next;
};

/** A run that goes on when something of its link is killed. */
const killedLink =
  (kill: () => unknown): Through =>
  async (phase, word, kept) => {
    const going = await set.whileHeld(phase, async (reached) => {
      const call = up(word, kept);
      await reached();
      await kill();
      return { call };
    });
    return going.call;
  };

const killOwn = (what: "master" | "session") => () => {
  const all = sshOf(what);
  assert.equal(all.length, 1);
  for (const { pid } of all) process.kill(pid, "SIGKILL");
};

const faults: Record<string, { through: Through; updated: Step["op"]; at?: readonly Phase[] }> = {
  "the provider is killed": { through: killedProvider, updated: "same" },
  "the link's ssh is killed": { through: killedLink(killOwn("master")), updated: "update" },
  "the session's ssh is killed": {
    through: killedLink(killOwn("session")),
    updated: "update",
    at: ["activate"],
  },
  "the machine's sshd is killed": {
    through: killedLink(() => killSshd(machine)),
    updated: "update",
  },
};

for (const [fault, { through, updated, at = phases }] of Object.entries(faults)) {
  for (const phase of at) {
    test(`${fault} in ${phase}: the change goes on, is made once, and is known`, async () => {
      const [made, create] = await through(phase, "one");
      assert.deepEqual([create.op, create.error], ["create", ""]);
      await set.stands("one", phases);
      assert.equal(await machine.succeed("ls /var/lib/platform/sets"), `${made?.id ?? ""}\n`);
      const [changed, update] = await through(phase, "two", made);
      assert.deepEqual([update.op, update.error], [updated, ""]);
      await set.stands("two", phases);
      const [kept, again] = await up("two", changed);
      assert.equal(again.op, "same");
      assert.equal(kept?.id, made?.id);
      await withProvider((run) => set.destroyed(run, kept));
    });
  }
}
