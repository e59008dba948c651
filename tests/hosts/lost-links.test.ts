import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { test } from "node:test";
import type { Open } from "../../provider/connection.ts";
import { heldAgent } from "../support/agent.ts";
import { canary, heldSet, phases, upIn } from "../support/held-set.ts";
import { type Kept, withProvider } from "../support/host-provider.ts";
import { cut, killSshd, losing } from "../support/links.ts";
import { testMachine } from "../support/machine.ts";

const machine = await testMachine("faults");
const set = await heldSet(machine);
Object.assign(process.env, await heldAgent());

const up = (word: string, kept?: Kept, open?: Open) =>
  withProvider((run) => upIn(run, set, set.inputs(word), kept), open && { open });

const forgotten =
  `web (${machine.address}:22) was lost while a script was sent to it or ran (${cut}), ` +
  "and knows nothing of it now: it may have been restarted. Run again\n";

async function nothingCame(): Promise<void> {
  const traces = `ls /run/platform; ls /var/lib/platform; grep -rl ${canary} /run /tmp /var/lib/platform`;
  assert.equal(await machine.succeed(`${traces} || true`), "images\nlock\nowner\n");
}

/** Makes the set by an `up` that finds nothing amiss, and takes it away. */
async function converges(): Promise<void> {
  const [kept, step] = await up("one");
  assert.equal(step.op, "create", step.error);
  await set.stands("one", phases);
  await withProvider((run) => set.destroyed(run, kept));
}

const places: Record<string, (text: string) => number> = {
  "in what runs it": () => 700,
  "in a secret": (text) => text.indexOf(canary) + 12,
  "before its last byte": (text) => text.length - 1,
};

for (const [place, at] of Object.entries(places)) {
  test(`a script that is cut off ${place} does not run, and nothing of it stays`, async () => {
    await machine.succeed(
      "rm -rf /run/platform; touch /var/lib/platform/lock /var/lib/platform/owner",
    );
    const half = losing((run, command, text) => run(command, text.slice(0, at(text))));
    const [kept, step] = await up("one", undefined, half);
    assert.deepEqual([kept, step.error], [undefined, forgotten]);
    await nothingCame();
    await converges();
  });
}

test("a script whose rest comes when it was given up does not run any more", async () => {
  await machine.succeed("rm -rf /run/platform");
  let late: (() => Promise<unknown>) | undefined;
  const stuck = losing(async (_run, command, text) => {
    const [program, ...args] = machine.ssh;
    const child = spawn(program, [...args, command], { stdio: ["pipe", "ignore", "ignore"] });
    const ended = new Promise((resolve) => child.on("exit", resolve));
    child.stdin.write(text.slice(0, -1));
    late = () => {
      child.stdin.end(text.slice(-1));
      return ended;
    };
    await machine.waitUntilSucceeds(`grep -q ${canary} /run/platform/*/script`);
  });
  const [kept, step] = await up("one", undefined, stuck);
  assert.deepEqual([kept, step.error], [undefined, forgotten]);
  assert.notEqual(await late?.(), 0);
  await nothingCame();
  await converges();
});

test("an answer that is lost on its way is asked for once more, also that of a failure", async () => {
  const unheard = () => losing((run, ...sent) => run(...sent));
  const [made, create] = await up("one", undefined, unheard());
  assert.equal(create.op, "create", create.error);
  await set.stands("one", phases);
  const inputs = set.inputs("two", { probe: ["cat /etc/held/key; false"] });
  const open = unheard();
  const [kept, failed] = await withProvider((run) => upIn(run, set, inputs, made), { open });
  assert.equal(
    failed.error,
    "[secret]\n" +
      "faults: held: the service did not answer as it should with the new files (see above)\n" +
      "held: the files that stood there before are back and active\n",
  );
  await set.stands("one", ["validate", "activate", "activate"]);
  await withProvider((run) => set.destroyed(run, kept));
});

test("a machine that is not reached any more is said to go on, and the next up finds what it did", async () => {
  const gone = (word: string, kept?: Kept) =>
    set.whileHeld("activate", (reached) => {
      const dying = losing(async (run, ...sent) => {
        void run(...sent).catch(() => undefined);
        await reached();
        await killSshd(machine);
      }, "root@192.0.2.7: Permission denied (publickey).");
      return up(word, kept, dying);
    });
  const why =
    `web (${machine.address}:22) was lost while a script ran, which runs on there (${cut}); since then it accepts ` +
    "no key of the ssh-agent for root: `ssh-add -l` lists those that it has; add the right one with `ssh-add`, or " +
    "put its public half on the machine";
  const [nothing, create] = await gone("one");
  assert.deepEqual([nothing, create.error], [undefined, `${why}\n`]);
  const [made, again] = await up("one");
  assert.equal(again.op, "create", again.error);
  await set.stands("one", phases);
  const [marked, update] = await gone("two", made);
  assert.equal(update.error, `${why}\n`);
  assert.deepEqual(marked?.properties, { ...made?.properties, unfinished: why });
  const [kept, same] = await up("two", marked);
  assert.equal(same.op, "same", same.error);
  await set.stands("two", phases);
  await withProvider((run) => set.destroyed(run, kept));
});
