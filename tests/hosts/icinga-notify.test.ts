import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { testMachine } from "../support/machine.ts";
import { asked } from "../support/monitoring.ts";
import { relay, type Sink, smtpSink } from "../support/smtp.ts";
import { quickCheck, watchedStack } from "../support/stack-checks.ts";
import { type Recorder, webhookRecorder, webhookUrl } from "../support/webhook.ts";

const machine = await testMachine("watcher");
const host = machine.name;
const password = 's3 cr"e\\t';
const mail = {
  to: ["one@lab.test", "two@lab.test"],
  from: "icinga@lab.test",
  relay: { address: relay, user: "icinga", password },
};
const notify = { mail, webhook: { url: webhookUrl } };
const { up, becomes } = await watchedStack([machine], "127.0.0.1", { notify });

const flag = "/run/platform-test-flag";
const site = { site: "forum", command: ["/usr/bin/test", "-e", flag] as const };
const checks = [quickCheck(host, "flag", site), quickCheck(host, "other")];
const deployments = "/usr/local/sbin/platform-deployments";

/** Waits until the flag's service is red or green for sure, which is when people are told. */
async function sure(state: number): Promise<void> {
  await machine.succeed(`${state === 0 ? "touch" : "rm -f"} ${flag}`);
  const attributes = "attrs=state&attrs=state_type&attrs=last_check";
  const shown = `jq -r '.results[0].attrs | "\\(.state) \\(.state_type)"'`;
  const path = `/v1/objects/services/${host}!flag?${attributes}`;
  await machine.waitUntilSucceeds(`[ "$(${asked(host, path)} | ${shown})" = "${state} 1" ]`, 60);
}

/** What was told of the flag's service, as soon as it is so much. */
async function told(count: number): Promise<string[]> {
  for (let tries = 0; ; tries++) {
    const all = (await recorder.told()).filter(({ service }) => service === "flag");
    if (all.length >= count || tries === 60)
      return all.map(({ type, state }) => `${type} ${state}`);
    await sleep(500);
  }
}

let sink: Sink;
let recorder: Recorder;

const once = ["PROBLEM WARNING", "RECOVERY OK"];

describe("people", () => {
  before(async () => {
    sink = await smtpSink(machine, `icinga:${password}`);
    recorder = await webhookRecorder(machine);
    await machine.succeed(`touch ${flag}`);
    const { code, stderr } = await up(...checks);
    assert.equal(code, 0, stderr);
    await becomes({});
    await recorder.empty();
    await sink.taken();
  });

  test("are told once of a problem, and once of its end, by each way", async () => {
    await sure(1);
    assert.deepEqual(await told(1), once.slice(0, 1));
    await sure(0);
    assert.deepEqual(await told(2), once);
    const subject = (type: string, state: string) =>
      `Subject: ${type}: flag on ${host} is ${state}\n`;
    await machine.waitUntilSucceeds(
      "[ $(grep -l '^Subject: .*: flag on' /srv/smtp-sink/*.eml | wc -l) = 2 ]",
    );
    const mails = await sink.taken();
    assert.deepEqual(mails.match(/^Subject: .*: flag on .*\n/gm), [
      subject("PROBLEM", "WARNING"),
      subject("RECOVERY", "OK"),
    ]);
    assert.match(mails, /^MAIL FROM icinga@lab\.test\nRCPT TO one@lab\.test two@lab\.test\n/);
    const [, body = ""] = /\n\n([A-Za-z0-9+/=\n]+)/.exec(mails) ?? [];
    assert.match(
      Buffer.from(body, "base64").toString(),
      /^PROBLEM: flag on watcher is WARNING\n\n[^]*\nWhat to do: Read `journalctl -u nginx`, it costs \$5\.\n$/,
    );
    assert.equal(
      await machine.succeed("stat -c '%a %U %n' /etc/platform-icinga/{mail,webhook}.conf"),
      "600 nagios /etc/platform-icinga/mail.conf\n600 nagios /etc/platform-icinga/webhook.conf\n",
    );
  });

  test("are told nothing of a deployment, and of what is red after it", async () => {
    await recorder.empty();
    await machine.succeed(`${deployments} begin forum ${host} 300`);
    await sure(1);
    await sure(0);
    await machine.succeed(`${deployments} end forum ${host}`);
    await sure(1);
    assert.deepEqual(await told(1), once.slice(0, 1));
    await sure(0);
    assert.deepEqual(await told(2), once);
  });
});
