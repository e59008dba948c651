import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { after, before, suite, test } from "node:test";
import { commandProvider } from "../../../lab/plugins/command/provider.ts";
import type { SshRunner } from "../../../lab/plugins/command/ssh.ts";
import { assertSameAnswer } from "../../support/transcript-form.ts";
import { byCall, type Plugin, start, transcript } from "../../support/transcript.ts";

/** In place of ssh: runs the text in a shell of this machine, as the login shell there would. */
const localShell: SshRunner = ({ args, stdin }) => {
  const done = spawnSync("bash", ["-c", args.at(-1) ?? ""], { input: stdin, encoding: "utf8" });
  const both = done.stdout + done.stderr;
  return Promise.resolve({ ...done, status: done.status ?? 255, both });
};

let plugin: Plugin;
before(async () => {
  plugin = await start(commandProvider(localShell));
});
after(() => {
  plugin.close();
});

suite("the stand-in for command answers as the real plugin did", () => {
  for (const [call, entries] of byCall(transcript("command"))) {
    test(`${call}, ${entries.length} recorded`, async () => {
      for (const entry of entries) {
        const answer = await plugin.ask(entry.method, entry.request);
        // The recorded build calls itself 1.1.3.
        const anew = { Create: ["id"], GetPluginInfo: ["version"] }[entry.method as string];
        assertSameAnswer(entry, answer, { byForm: anew ?? [] });
      }
    });
  }
});

const urn = "urn:pulumi:s::p::command:remote:Command::cmd";
const pinned = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGlQczcNg+hIt3LM2VMIoQAH2cp3mKGrtoumhqcP/++D";
const connection = {
  host: "forum.lab",
  port: 2222,
  user: "root",
  hostKey: pinned,
  dialErrorLimit: 2,
  perDialTimeout: 7,
};

type Run = Parameters<SshRunner>[0];

/** Serves the stand-in with a runner that notes its runs and ends as the list says. */
async function withRunner(
  statuses: number[],
  work: (plugin: Plugin, runs: Run[]) => Promise<void>,
): Promise<void> {
  const runs: Run[] = [];
  const noting: SshRunner = (run) => {
    runs.push(run);
    const status = statuses[runs.length - 1] ?? 0;
    const stderr = status === 255 ? "warning\r\nssh: connect to host: Connection refused\r\n" : "";
    return Promise.resolve({ status, stdout: "", stderr, both: stderr });
  };
  const noted = await start(commandProvider(noting));
  try {
    await work(noted, runs);
  } finally {
    noted.close();
  }
}

suite("the stand-in for command", () => {
  test("pins the host key and keeps the operator's configuration out", async () => {
    await withRunner([0], async (noted, runs) => {
      await noted.ask("Create", { urn, properties: { connection, create: "id", stdin: "x" } });
      const [run] = runs;
      const args = run?.args.map((arg) => arg.replace(/'.*\/connected'/, "'…/connected'"));
      const settings = [
        ...["BatchMode=yes", "ClearAllForwardings=yes", "ControlPath=none"],
        ...["GlobalKnownHostsFile=/dev/null", "LocalCommand=: > '…/connected'", "LogLevel=ERROR"],
        ...["PermitLocalCommand=yes", "UserKnownHostsFile=/dev/null", "ConnectTimeout=7"],
        ...["HostKeyAlgorithms=ssh-ed25519", `KnownHostsCommand=/bin/echo %H ${pinned}`],
        "StrictHostKeyChecking=yes",
      ];
      const options = settings.flatMap((setting) => ["-o", setting]);
      const target = ["-p", "2222", "-l", "root", "--", "forum.lab", "id"];
      assert.deepEqual(args, ["-F", "none", "-T", ...options, ...target]);
      assert.equal(run?.stdin, "x");
    });
  });

  test("dials as often as the limit forgives, then tells the last reason", async () => {
    await withRunner([255, 255, 255, 0], async (noted, runs) => {
      const { errors } = await noted.ask("Create", {
        urn,
        properties: { connection, create: "id" },
      });
      const reason = "after 2 failed attempts: ssh: connect to host: Connection refused";
      assert.deepEqual(errors, [`rpc error: code = Unknown desc = ${reason}`]);
      assert.equal(runs.length, 3);
    });
  });

  test("does not dial again for a command that was reached and ended with 255", async () => {
    let runs = 0;
    const reached: SshRunner = ({ args }) => {
      runs += 1;
      const marker = args.map((arg) => /^LocalCommand=: > '(.*)'$/.exec(arg)?.[1]).find(Boolean);
      writeFileSync(marker ?? "", "");
      return Promise.resolve({ status: 255, stdout: "", stderr: "", both: "half\n" });
    };
    const noted = await start(commandProvider(reached));
    const { errors } = await noted.ask("Create", { urn, properties: { connection, create: "id" } });
    noted.close();
    const reason = 'Process exited with status 255: running "id":\nhalf\n';
    assert.deepEqual([runs, errors], [1, [`rpc error: code = Unknown desc = ${reason}`]]);
  });

  test("lends a private key to ssh as a file of its own, and takes it away again", async () => {
    let file = "";
    let seen: unknown;
    const looking: SshRunner = ({ args }) => {
      file = args[args.indexOf("-i") + 1] ?? "";
      seen = [readFileSync(file, "utf8"), statSync(file).mode & 0o777];
      return Promise.resolve({ status: 0, stdout: "", stderr: "", both: "" });
    };
    const noted = await start(commandProvider(looking));
    const withKey = { ...connection, privateKey: "KEY\n\n" };
    await noted.ask("Create", { urn, properties: { connection: withKey, create: "id" } });
    noted.close();
    assert.deepEqual(seen, ["KEY\n", 0o600]);
    assert.equal(existsSync(file), false);
  });

  test("goes on when a later dial succeeds", async () => {
    await withRunner([255, 255, 0], async (noted, runs) => {
      const { errors } = await noted.ask("Create", {
        urn,
        properties: { connection, create: "id" },
      });
      assert.equal(errors, undefined);
      assert.equal(runs.length, 3);
    });
  });

  test("sends the previous output along unless told not to", async () => {
    await withRunner([], async (noted, runs) => {
      const olds = { connection, create: "id", stdout: "before", stderr: "" };
      const news = { connection, create: "id" };
      await noted.ask("Update", { urn, id: "cmd1", olds, news });
      await noted.ask("Update", {
        urn,
        id: "cmd1",
        olds,
        news: { ...news, addPreviousOutputInEnv: false },
      });
      assert.deepEqual(
        runs.map(({ environment }) => environment),
        [{ PULUMI_COMMAND_STDOUT: "before" }, {}],
      );
      assert.ok(runs[0]?.args.includes("SendEnv=PULUMI_COMMAND_STDOUT"));
    });
  });

  test("runs update, else create, on a change, and delete at the end if there is one", async () => {
    await withRunner([], async (noted, runs) => {
      const olds = { connection, create: "c", stdout: "", stderr: "" };
      await noted.ask("Update", {
        urn,
        id: "cmd1",
        olds,
        news: { connection, create: "c", update: "u" },
      });
      await noted.ask("Update", { urn, id: "cmd1", olds, news: { connection, create: "c" } });
      await noted.ask("Delete", { urn, id: "cmd1", properties: { ...olds, delete: "d" } });
      await noted.ask("Delete", { urn, id: "cmd1", properties: olds });
      assert.deepEqual(
        runs.map(({ args }) => args.at(-1)),
        ["u", "c", "d"],
      );
    });
  });

  test("replaces when triggers change, and only then", async () => {
    const oldInputs = { connection, create: "c", triggers: ["1"] };
    const news = { connection, create: "d", triggers: ["2"] };
    const { response } = await plugin.ask("Diff", {
      urn,
      id: "cmd1",
      olds: oldInputs,
      oldInputs,
      news,
    });
    assert.deepEqual(response, {
      changes: "DIFF_SOME",
      detailedDiff: { create: { kind: "UPDATE" }, triggers: { kind: "UPDATE_REPLACE" } },
      diffs: ["create", "triggers"],
      hasDetailedDiff: true,
      replaces: ["triggers"],
    });
  });

  test("refuses a host key that is more than a type and a key", async () => {
    const bad = { ...connection, hostKey: "ssh-ed25519 $(id)" };
    const { errors } = await plugin.ask("Create", {
      urn,
      properties: { connection: bad, create: "id" },
    });
    const reason = "failed to parse host key: connection.hostKey has to be `type key`";
    assert.deepEqual(errors, [`rpc error: code = Unknown desc = ${reason}`]);
  });

  test("refuses what it does not know by name, without showing the connection", async () => {
    const proxy = { host: "b", privateKey: "canary" };
    const secretive = { host: "a", privateKey: "canary", proxy };
    const news = { connection: secretive, create: "id", environment: { A: "b" } };
    const { response } = await plugin.ask("Check", { urn, news });
    const unknown = "the stand-in for command does not know this input; use the official plugin";
    const logging = 'the stand-in for command does not print output: set logging to "none"';
    assert.deepEqual(response?.["failures"], [
      { property: "connection.proxy.privateKey", reason: unknown },
      { property: "environment", reason: unknown },
      { property: "logging", reason: logging },
    ]);
  });
});
