import assert from "node:assert/strict";
import { test } from "node:test";
import { killSteps, launched, setOf, setScript } from "../support/faults.ts";
import { testMachine } from "../support/machine.ts";

const machine = await testMachine("steps");

const server = (word: string) =>
  `server { listen 8080; location / { default_type text/plain; return 200 ${word}; } }\n`;
const site = (word: string) => ({
  validate: ["nginx -t"],
  activate: ["systemctl reload nginx"],
  // A reload returns before the new workers answer.
  probe: [`timeout 5 sh -c 'until curl -sf 127.0.0.1:8080 | grep -qx ${word}; do sleep 0.1; done'`],
});
const conf = "/etc/nginx/conf.d/steps.conf";
const paths = [conf, ...["a", "left", "came", "gone"].map((name) => `/etc/steps/${name}`)];
const old = setScript(
  setOf(
    { [conf]: server("one"), "/etc/steps/a": "one\n", "/etc/steps/left": "ours\n" },
    site("one"),
  ),
);
const next = setScript(
  setOf(
    { [conf]: server("two"), "/etc/steps/a": "two\n", "/etc/steps/came": "ours\n" },
    { ...site("two"), absent: ["/etc/steps/gone"] },
  ),
);
/** Has a change run as a session does; gives how it ended. */
function change(text: string) {
  const { command, text: sent } = launched("apply", text);
  return machine.run(command, sent);
}

/** Asks the site all the time while the work goes on, from its first answer; gives what it answered. */
async function watched(work: () => Promise<void>): Promise<string> {
  await machine.succeed("touch /run/steps/watch");
  // At a reload nginx closes connections that have not asked yet; browsers ask again, and so does this curl.
  const ask =
    "curl -s -o /dev/null -w '%{http_code} %{errormsg}\\n' --max-time 10 --retry 2 --retry-delay 0 --retry-all-errors 127.0.0.1:8080";
  const wait = "while [[ -e /run/steps/watch ]] && ! curl -so /dev/null 127.0.0.1:8080";
  const watch = machine.run(
    `${wait}; do sleep 0.1; done; while [[ -e /run/steps/watch ]]; do ${ask}; sleep 0.05; done | sort -u`,
  );
  try {
    await work();
  } finally {
    await machine.succeed("rm /run/steps/watch");
  }
  return (await watch).stdout;
}

/** Until some step the side before stands, from then on the one to come; there are so many steps at the least. */
function decidedOnce(found: readonly string[], from: string, to: string, least: number): void {
  const decided = found.indexOf(to);
  const wanted = found.map((_, index) => (index < decided ? from : to));
  assert.deepEqual(
    found.flatMap((is, step) => (is === wanted[step] ? [] : [`step ${step + 1}: ${is}`])),
    [],
  );
  assert.ok(decided > 0 && found.length >= least, `${decided} of ${found.length}`);
}

test("a machine serves a site, with files of others on it", async () => {
  await machine.succeed(
    "apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install nginx-light >/dev/null; " +
      "mkdir -p /run/steps /etc/steps; cd /etc/steps; for name in left came gone; do echo precious >$name; done",
  );
  await machine.succeed("cat >/run/steps/paths", `${paths.join("\n")}\n`);
  const { code, stderr } = await change(old); // who watches from here on finds it up
  assert.equal(code, 0, stderr);
});

test("a reload that hangs is ended and named, the site goes on as it was, and the next run converges", async () => {
  const unit = "/run/systemd/system/nginx.service.d/hang.conf";
  await machine.succeed(
    `mkdir -p ${unit.replace(/\/[^/]*$/, "")}; cat >${unit}; systemctl daemon-reload`,
    "[Service]\nExecReload=\nExecReload=/bin/sleep infinity\n",
  );
  const inputs = setOf({ [conf]: server("two") }, site("two"));
  let hung: Awaited<ReturnType<typeof change>> | undefined;
  const answers = await watched(async () => {
    // Without its other commands, which might not end in so short a time.
    const alone = setScript({ ...inputs, validate: [], probe: [] }, { COMMAND_SECONDS: "5" });
    hung = await change(alone);
  });
  await machine.succeed(
    `rm ${unit}; systemctl daemon-reload; systemctl kill --kill-who=control nginx`,
  );
  const ended =
    "steps: `systemctl reload nginx` did not end within 5 s, so it was ended: see on the machine what it waits for\n";
  assert.equal(hung?.code, 1);
  assert.equal(
    hung.stderr,
    `${ended}steps: steps: the new files could not be made active (see above)\n${ended}` +
      "steps: the files that stood there before are back, but could not be made active (see above): see to it, then run again\n",
  );
  assert.equal(answers, "200 \n");
  assert.equal(await machine.succeed(`cat ${conf}`), server("one"));
  assert.equal(await machine.succeed("curl -s 127.0.0.1:8080"), "one");
  const { code, stderr } = await change(setScript(inputs));
  assert.equal(code, 0, stderr);
  assert.equal(await machine.succeed("curl -s 127.0.0.1:8080"), "two");
});

test("a change killed at any step leaves the old files or the new ones whole, and the site up", async () => {
  let killed: Awaited<ReturnType<typeof killSteps>> | undefined;
  const answers = await watched(async () => {
    killed = await killSteps(machine, { verb: "apply", text: old }, { verb: "apply", text: next });
  });
  decidedOnce(killed?.toB ?? [], "a", "b", 20);
  decidedOnce(killed?.toA ?? [], "b", "a", 20);
  assert.equal(answers, "200 \n");
});

test("a create or a remove killed at any step leaves nothing half there", async () => {
  const sides = [
    { verb: "remove", text: old },
    { verb: "apply", text: old },
  ] as const;
  const { toA, toB } = await killSteps(machine, ...sides);
  decidedOnce(toB, "a", "b", 30);
  decidedOnce(toA, "b", "a", 5);
  const { command, text } = launched("remove", old);
  await machine.succeed(command, text);
  assert.equal(await machine.succeed("cat /etc/steps/*"), "precious\n".repeat(3));
  assert.equal(await machine.succeed("cd /var/lib/platform; ls"), "images\nlock\nowner\n");
  await machine.fail("ls /etc/systemd/system | grep platform");
});
