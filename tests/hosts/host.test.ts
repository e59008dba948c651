import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ConfigSet,
  RemoteScript,
  Unit,
  type ConfigSetArgs,
  type Host,
} from "../../components/host/index.ts";
import { exampleHost } from "../support/host.ts";
import { testMachine } from "../support/machine.ts";
import { laws } from "../support/laws.ts";
import { applyOn } from "../support/scripts.ts";

const machine = await testMachine("components");
const host = (): Host => exampleHost();

const set = (change: Partial<ConfigSetArgs> = {}, on = host()) =>
  new ConfigSet("set", {
    host: on,
    files: [
      { path: "/etc/demo/deep/a.conf", content: "one\n" },
      { path: "/etc/demo.key", content: "it's $secret\n", mode: "0600", owner: "daemon:root" },
    ],
    ...change,
  });

/** Applies a set and gives the last result. */
async function apply(change: Partial<ConfigSetArgs> = {}) {
  const { results } = await applyOn(machine, () => set(change));
  return results[0] ?? assert.fail("nothing was run");
}

const remove = async () => {
  await laws(machine, () => undefined);
  await machine.succeed("rm -rf /etc/demo /etc/demo.key /etc/old.conf /var/lib/platform/sets");
};

const unitFile = (command: string) => ({
  path: "/etc/systemd/system/demo.service",
  content: `[Service]\nExecStart=${command}\n[Install]\nWantedBy=multi-user.target\n`,
});

test("a unit is enabled, runs and answers; removed, it is what it was", async () => {
  const on = () => {
    const one = host();
    set({ files: [unitFile("/bin/sleep 600")], activate: [["systemctl", "daemon-reload"]] }, one);
    new Unit("unit", { host: one, unit: "demo.service", ready: ["true"] });
  };
  await laws(machine, on, async () => {
    assert.equal(
      await machine.succeed("systemctl is-enabled demo; systemctl is-active demo"),
      "enabled\nactive\n",
    );
  });
  await machine.fail("systemctl is-active demo");
});

test("a unit that does not start is named with its last words", async () => {
  const { results } = await applyOn(machine, () => {
    const one = host();
    set({ files: [unitFile("/no/such/program")], activate: [["systemctl", "daemon-reload"]] }, one);
    new Unit("unit", { host: one, unit: "demo.service", ready: ["true"] });
  });
  assert.match(
    results[1]?.stderr ?? "",
    /components: demo\.service did not start or did not answer within a minute/,
  );
  await machine.succeed(
    "rm -rf /etc/systemd/system/demo.service /var/lib/platform/{sets,units,owners,recover} " +
      "/etc/systemd/system/platform-recovery.service /etc/systemd/system/sysinit.target.wants/platform-*",
  );
  await machine.succeed("systemctl daemon-reload; systemctl reset-failed");
});

test("a set obeys the laws and its files have mode and owner", async () => {
  await machine.succeed("echo mine > /etc/old.conf");
  await laws(
    machine,
    () => set({ absent: ["/etc/old.conf"] }),
    async () => {
      assert.equal(await machine.succeed("stat -c '%a %U:%G' /etc/demo.key"), "600 daemon:root\n");
      assert.equal(await machine.succeed("cat /etc/demo.key"), "it's $secret\n");
      await machine.fail("test -e /etc/old.conf");
    },
  );
  assert.equal(await machine.succeed("cat /etc/old.conf"), "mine\n");
  await machine.succeed("rm /etc/old.conf");
});

test("the validator sees the set in place while the live tree is untouched", async () => {
  const first = await apply({ absent: ["/etc/hostname.bak"] });
  assert.equal(first.code, 0, first.stderr);
  const look =
    "cat /etc/demo/deep/a.conf; test ! -e /etc/demo.key; test -s /etc/resolv.conf; echo seen; false";
  const refused = await apply({
    files: [{ path: "/etc/demo/deep/a.conf", content: "two\n" }],
    validate: [["bash", "-euc", look]],
  });
  assert.notEqual(refused.code, 0);
  assert.match(refused.stderr, /^two\nseen\ncomponents: set: the new files were refused/);
  assert.equal(
    await machine.succeed("cat /etc/demo/deep/a.conf /etc/demo.key"),
    "one\nit's $secret\n",
  );
  assert.equal(await machine.succeed("mount | grep -c platform-view || true"), "0\n");
  await remove();
});

test("when activation or probe refuses, the old files come back and are made active again", async () => {
  const serve = { activate: [["sh", "-c", "cat /etc/demo/deep/a.conf >>/run/demo.log"]] } as const;
  assert.equal((await apply(serve)).code, 0);
  for (const refusal of [{ probe: [["grep", "-q", "one", "/etc/demo/deep/a.conf"]] }] as const) {
    const files = [{ path: "/etc/demo/deep/a.conf", content: "two\n" }];
    const { code, stderr } = await apply({ ...serve, ...refusal, files });
    assert.notEqual(code, 0);
    assert.match(stderr, /the service did not answer as it should with the new files/);
    assert.match(stderr, /the files that stood there before are back and active/);
  }
  assert.equal(
    await machine.succeed("cat /etc/demo/deep/a.conf /etc/demo.key"),
    "one\nit's $secret\n",
  );
  assert.equal(await machine.succeed("cat /run/demo.log"), "one\ntwo\none\n");
  assert.equal((await apply(serve)).code, 0);
  await remove();
  await machine.succeed("rm /run/demo.log");
});

test("a file that leaves the set goes, and what it had replaced comes back", async () => {
  await machine.succeed("mkdir -p /etc/demo/deep; echo mine > /etc/demo/deep/a.conf");
  assert.equal((await apply()).code, 0);
  const { stdout } = await apply({ files: [{ path: "/etc/demo.key", content: "k\n" }] });
  assert.match(stdout, /^update /);
  assert.equal(await machine.succeed("cat /etc/demo/deep/a.conf"), "mine\n");
  await remove();
});

test("what was changed by hand is put right by the next apply", async () => {
  assert.equal((await apply()).code, 0);
  for (const drift of ["echo x >> /etc/demo.key", "chmod 644 /etc/demo.key", "rm /etc/demo.key"]) {
    await machine.succeed(drift);
    assert.match((await apply()).stdout, /^update /, drift);
    assert.equal((await apply()).stdout, "unchanged\n", drift);
  }
  await remove();
});

test("no process's arguments or environment and no log ever hold a file's content", async () => {
  const look =
    'grep -la "canary[-]in-a-file" /proc/[0-9]*/cmdline /proc/[0-9]*/environ >>/run/seen || true; echo >>/run/looks';
  await machine.succeed("cat >/run/look.sh", `${look}\n`);
  const watch = [["sh", "/run/look.sh"]] as const;
  const files = [{ path: "/etc/demo.key", content: "canary-in-a-file\n", mode: "0600" }];
  const { code, stderr } = await apply({ files, validate: watch, activate: watch, probe: watch });
  assert.equal(code, 0, stderr);
  assert.equal(await machine.succeed("cat /run/seen; wc -l </run/looks"), "3\n");
  await machine.fail("journalctl --no-pager | grep canary-in-a-file");
  await machine.succeed("rm /run/seen /run/looks /run/look.sh");
  await remove();
});

test("a second run waits for the lock of the first, and the wrong release is refused", async () => {
  const holder = machine.run("mkdir -p /var/lib/platform; flock /var/lib/platform/lock sleep 3");
  const start = performance.now();
  await machine.waitUntilSucceeds("! flock -n /var/lib/platform/lock true");
  assert.equal((await apply()).code, 0);
  assert.ok(performance.now() - start > 1000);
  await holder;
  const wrong = { ...host(), release: "trixie" } as const;
  const { results } = await applyOn(machine, () => set({}, wrong));
  assert.equal(
    results[0]?.stderr,
    "components: the machine runs Debian bookworm but `release` says trixie: correct the option\n",
  );
  await remove();
});

test("what happens once is not done again until its text changes", async () => {
  const script = new URL("./once.sh", import.meta.url);
  const once = (word: string) => async () => {
    const build = () => new RemoteScript("once", { host: host(), script, values: { WORD: word } });
    return (await applyOn(machine, build)).results[0]?.stdout;
  };
  assert.equal(await once("a")(), "did a\n");
  assert.equal(await once("a")(), "unchanged\n");
  assert.equal(await once("b")(), "did b\n");
  await machine.succeed("rm -r /var/lib/platform/done");
});
