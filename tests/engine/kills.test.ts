import assert from "node:assert/strict";
import { after, test } from "node:test";
import { ConfigSet } from "../../components/host/index.ts";
import { programStack } from "../support/engine.ts";
import { enginePid } from "../support/engine-process.ts";
import { heldSet, type Phase, phases } from "../support/held-set.ts";
import { testMachine } from "../support/machine.ts";

const machine = await testMachine("kills");
const set = await heldSet(machine);
const { address, port, hostKey, instance } = machine;
const host = { name: "web", address, port, user: "root", hostKey, instance } as const;

const conf = "/etc/nginx/conf.d/held.conf";
const server = (word: string) =>
  `server { listen 8080; location / { default_type text/plain; return 200 ${word}; } }\n`;
let word = "";

function program() {
  const at = (phase: Phase) => ["/run/held/run", phase] as const;
  new ConfigSet("site", {
    host: { ...host, release: "bookworm" },
    files: [
      { path: conf, content: server(word) },
      { path: "/etc/held/a", content: word },
    ],
    validate: [at("validate"), ["nginx", "-t"]],
    activate: [at("activate"), ["systemctl", "reload", "nginx"]],
    probe: [at("probe"), ["sh", "-c", answers(word)]],
  });
  return Promise.resolve();
}

/** Waits until the site says the word: a reload returns before the new workers answer. */
function answers(what: string): string {
  return `for i in $(seq 50); do [ "$(curl -sf 127.0.0.1:8080)" != ${what} ] || exit 0; sleep 0.1; done; exit 1`;
}

const { stack, up, preview, during } = await programStack("kills", program);

/** An `up` whose engine is killed in this phase, and then another one, which begins while the change goes on. */
async function killed(phase: Phase): Promise<{ changes: Record<string, number>; said: string }> {
  let next: ReturnType<typeof up> | undefined;
  const said = await during(async () => {
    await set.whileHeld(phase, async (reached) => {
      const going = assert.rejects(up(), /CommandError|code: -?\d+/);
      await reached();
      process.kill(enginePid(), "SIGKILL");
      await going;
      await stack.cancel(); // its lock
      next = up(); // waits for the machine's lock, and is not awaited here
    });
    await next;
  });
  const changes = (await next) ?? {};
  return { changes, said };
}

/** What is on the machine: the files, how many sets, what ran since this was asked last, what is left over. */
const found =
  "curl -s 127.0.0.1:8080; echo; cat /etc/held/a; echo; ls /var/lib/platform/sets | wc -l; cat /run/held/log; : >/run/held/log; " +
  "find /run/platform /var/lib/platform -name script -o -name journal -o -name committed -o -name stage";
const stands = (what: string) => `${what}\n${what}\n1\n${phases.map((one) => `${one}\n`).join("")}`;

await machine.succeed(
  "apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install nginx-light >/dev/null; touch /run/watch",
);
// At a reload nginx closes connections that have not asked yet; browsers ask again, and so does this curl.
const ask =
  "curl -s -o /dev/null -w '%{http_code}\\n' --max-time 10 --retry 2 --retry-delay 0 --retry-all-errors 127.0.0.1:80";
const watch = machine.run(`while [[ -e /run/watch ]]; do ${ask}; sleep 0.05; done | sort | uniq`);
after(() => machine.run("rm -f /run/watch"));

for (const phase of phases) {
  test(`an engine killed in ${phase} leaves the change to its end, and the next up knows it`, async () => {
    word = `one-${phase}`;
    const create = await killed(phase);
    assert.equal(create.changes["create"], 1, create.said);
    assert.equal(await machine.succeed(found), stands(word));
    assert.deepEqual(await preview(), { same: 2 });
    word = `two-${phase}`;
    const update = await killed(phase);
    // The files are there, but the state has the probe from before: it is noted, and nothing runs.
    assert.deepEqual(update.changes, { same: 1, update: 1 }, update.said);
    assert.equal(await machine.succeed(found), stands(word));
    assert.deepEqual(await preview(), { same: 2 });
    await stack.destroy({ color: "never" });
    const left = "ls /var/lib/platform; ls -d /etc/held; : >/run/held/log";
    assert.equal(await machine.succeed(`${left} 2>/dev/null`), "images\nlock\nowner\n");
  });
}

test("another site of the machine has answered all the while", async () => {
  await machine.succeed("rm /run/watch");
  assert.equal((await watch).stdout, "200\n");
});
