import assert from "node:assert/strict";
import { test } from "node:test";
import * as forum from "../support/forum.ts";
import { apply, ask, machine, runForum, status } from "../support/proxy.ts";

const log = "/var/log/nginx/forum.log";

/** What is noted of the last request. */
async function noted(): Promise<Record<string, unknown>> {
  return JSON.parse(await machine.succeed(`tail -n 1 ${log}`)) as Record<string, unknown>;
}

async function applied(options: object): Promise<void> {
  const { code, stderr } = await apply(options);
  assert.equal(code, 0, stderr);
}

test("requests are noted as JSON, without what tells one visitor from another", async () => {
  await runForum();
  await applied({ trustedProxies: ["127.0.0.1"] });
  for (const [from, client] of [
    ["203.0.113.77", "203.0.113.0"],
    ["2001:db8:1:2::5", "2001:db8::"],
    ["2001::5", "2001::"],
    ["::1", "-"],
  ] as const) {
    const agent = String.raw`A "quoted" \ agent`;
    await ask("/?a=b", `-o /dev/null -A '${agent}' -H 'X-Forwarded-For: ${from}'`);
    const { client: told, agent: noted_, uri, status: code, bytes, seconds } = await noted();
    assert.deepEqual([told, noted_, uri, code], [client, agent, "/?a=b", 200], from);
    assert.deepEqual([typeof bytes, typeof seconds], ["number", "number"]);
  }
  await ask("/", "-o /dev/null", 80);
  assert.equal((await noted())["status"], 301);
  const everywhere = await machine.run(
    "grep -rlE '203\\.0\\.113\\.77|2001:db8:1:2' /var/log/nginx",
  );
  assert.equal(everywhere.stdout, "");
});

test("only a proxy that is trusted is believed about the client's address", async () => {
  const address = async (family: string, header: string) => {
    const answer = await ask("/standin/headers", `${family} -H 'X-Forwarded-For: ${header}'`);
    return (JSON.parse(answer) as Record<string, string>)["x-real-ip"];
  };
  assert.equal(await address("-4", "203.0.113.77"), "203.0.113.77");
  assert.equal(await address("-4", "198.51.100.9, 203.0.113.77"), "203.0.113.77");
  assert.equal(await address("-6", "203.0.113.77"), "::1");
});

test("the log is rotated, and goes on in the new file", async () => {
  await machine.succeed("logrotate --force /etc/logrotate.d/nginx");
  await machine.waitUntilSucceeds(`test -s ${log}.1`);
  await ask("/t/2", "-o /dev/null");
  assert.equal((await noted())["uri"], "/t/2");
  assert.equal(await machine.succeed(`stat -c '%a %U' ${log}`), "640 www-data\n");
});

test("one client that asks for too much is answered 429, and another is served meanwhile", async () => {
  await applied({ limits: { requestsPerSecond: 1, burst: 4 }, trustedProxies: ["127.0.0.1"] });
  const many = (from: string, count: number) =>
    machine.succeed(
      `for i in $(seq ${count}); do curl -s -o /dev/null -w '%{http_code}\\n' --cacert /run/ca.pem -H 'X-Forwarded-For: ${from}' ` +
        `--resolve ${forum.hostname}:443:127.0.0.1 https://${forum.hostname}/ & done; wait`,
    );
  const codes = (await many("203.0.113.1", 20)).trim().split("\n").sort();
  assert.equal(codes.length, 20);
  const served = codes.filter((code) => code === "200").length;
  assert.ok(served >= 5 && served < 20, codes.join(" "));
  assert.equal(codes.filter((code) => code === "429").length, 20 - served);
  assert.equal(await many("203.0.113.2", 1), "200\n");
});

test("connections of one client are counted", async () => {
  await applied({ limits: { connections: 1 } });
  const url = `--cacert /run/ca.pem --resolve ${forum.hostname}:443:127.0.0.1 https://${forum.hostname}`;
  await machine.succeed(
    `curl -sN --max-time 20 -o /run/stream ${url}/message-bus/x/poll >/dev/null 2>&1 & echo $! >/run/stream.pid`,
  );
  await machine.waitUntilSucceeds("test -s /run/stream");
  assert.equal(await status("/"), "429");
  await machine.succeed("kill $(cat /run/stream.pid)");
  assert.equal(
    await machine.waitUntilSucceeds(`curl -sf -o /dev/null -w '%{http_code}' ${url}/`),
    "200",
  );
});

test("an application that does not answer in time has the offline page in its place", async () => {
  await applied({ timeouts: { answerSeconds: 1 } });
  await forum.setMode(machine, "hang");
  assert.equal(await status("/", "--max-time 10"), "503");
  await forum.setMode(machine, "ok");
  await applied({ accessLog: { format: "off" } });
  const before = await machine.succeed(`cat ${log}`);
  assert.equal(await status("/"), "200");
  assert.equal(await machine.succeed(`cat ${log}`), before);
  assert.equal(await machine.succeed("nginx -t 2>&1 | grep -c warn || true"), "0\n");
  await applied({});
});
