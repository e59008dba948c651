import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { commandProvider } from "../../../lab/plugins/command/provider.ts";
import type { SshRunner } from "../../../lab/plugins/command/ssh.ts";
import { bastion, hostKey } from "../../support/example.ts";
import { start } from "../../support/transcript.ts";

const urn = "urn:pulumi:s::p::command:remote:Command::cmd";
const login = { port: 2222, user: "root", hostKey, perDialTimeout: 7 };
const { address, ...rest } = bastion;
const proxy = { host: address, ...rest, dialErrorLimit: 1, perDialTimeout: 5 };
const connection = { host: "10.0.0.7", ...login, dialErrorLimit: 2, proxy };

// What the client of OpenSSH 9.2 printed, for other addresses.
const cutOff =
  "kex_exchange_identification: Connection closed by remote host\r\nConnection closed by UNKNOWN port 65535\r\n";
const refused = "ssh: connect to host gate.example.org port 2200: Connection refused\r\n" + cutOff;
const beyond =
  "channel 0: open failed: connect failed: Connection refused\r\nstdio forwarding failed\r\n" +
  cutOff;
const otherKey =
  "Host key for 10.0.0.7 has changed and you have requested strict checking.\r\nHost key verification failed.\r\n";

/** Creates a command whose dials fail with these words; gives the error, and the arguments of each dial. */
async function create(said: readonly string[], given: object = connection) {
  const dials: string[][] = [];
  const runner: SshRunner = ({ args }) => {
    dials.push(args);
    const stderr = said[dials.length - 1];
    return Promise.resolve({
      status: stderr ? 255 : 0,
      stdout: "",
      stderr: stderr ?? "",
      both: "",
    });
  };
  const plugin = await start(commandProvider(runner));
  const properties = { connection: JSON.parse(JSON.stringify(given)) as never, create: "id" };
  const { errors } = await plugin.ask("Create", { urn, properties });
  plugin.close();
  return { error: errors?.[0]?.replace("rpc error: code = Unknown desc = ", ""), dials };
}

suite("the stand-in for command, through a proxy,", () => {
  test("pins both machines and gives each its time", async () => {
    const { error, dials } = await create([]);
    assert.equal(error, undefined);
    const settings = (dials[0] ?? []).filter((_, index, all) => all[index - 1] === "-o");
    assert.deepEqual(settings.slice(8), [
      "ConnectTimeout=12",
      "HostKeyAlgorithms=ssh-ed25519",
      `KnownHostsCommand=/bin/echo %H ${hostKey}`,
      "StrictHostKeyChecking=yes",
      "ProxyCommand=ssh -F none -o BatchMode=yes -o ControlPath=none -o GlobalKnownHostsFile=/dev/null " +
        "-o UserKnownHostsFile=/dev/null -o ConnectTimeout=5 -o HostKeyAlgorithms=ssh-ed25519 " +
        `-o 'KnownHostsCommand=/bin/echo %%H ${bastion.hostKey}' -o StrictHostKeyChecking=yes ` +
        "-W '[%h]:%p' -p 2200 -l jump -- gate.example.org",
    ]);
    assert.deepEqual(dials[0]?.slice(-7), ["-p", "2222", "-l", "root", "--", "10.0.0.7", "id"]);
  });

  test("takes any key of a proxy without one, and waits for ever when one of the two may", async () => {
    const { dials } = await create([], {
      ...connection,
      proxy: { host: "gate.example.org", perDialTimeout: 0 },
    });
    const words = (dials[0] ?? []).join("\n");
    assert.match(words, /^ProxyCommand=.* -o StrictHostKeyChecking=no .* -p 22 -l root -- gate/m);
    assert.doesNotMatch(words, /ConnectTimeout/);
  });

  test("counts the dials of the proxy and of the machine apart, and tells the reason of each", async () => {
    const proxied = await create([refused, beyond, refused, beyond]);
    assert.deepEqual(
      [proxied.dials.length, proxied.error],
      [
        3,
        "proxy: after 1 failed attempts: ssh: connect to host gate.example.org port 2200: Connection refused",
      ],
    );
    for (const [said, reason] of [
      [beyond, "channel 0: open failed: connect failed: Connection refused"],
      [otherKey, "Host key verification failed."],
    ] as const) {
      const { dials, error } = await create([refused, said, said, said]);
      assert.deepEqual([dials.length, error], [4, `proxy: after 2 failed attempts: ${reason}`]);
    }
  });

  test("refuses a proxy without an address, and a key that is none", async () => {
    const plugin = await start(commandProvider());
    const news = { connection: { host: "a", proxy: { user: "jump" } }, logging: "none" };
    const { response } = await plugin.ask("Check", { urn, news });
    plugin.close();
    assert.deepEqual(response?.["failures"], [
      { property: "connection.proxy.host", reason: "missing required property 'host'" },
    ]);
    const wrong = { ...connection, proxy: { ...proxy, hostKey: "ssh-ed25519 $(id)" } };
    assert.equal(
      (await create([], wrong)).error,
      "failed to parse host key: connection.proxy.hostKey has to be `type key`",
    );
  });
});
