import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { IcingaOptions } from "../../../components/icinga/index.ts";
import { notifications, relayWords } from "../../../components/icinga/notifications.ts";
import { render } from "../../../formats/icinga.ts";
import { deploy, plainTexts } from "../../support/deploy.ts";
import { monitoring } from "../../support/monitoring.ts";

const root = mkdtempSync(join(tmpdir(), "notify-"));
after(() => {
  rmSync(root, { recursive: true });
});

const mail = { to: ["ann@lab.test", "bob@lab.test"], from: "icinga@lab.test" };
const relay = { address: "smtp.lab.test", user: "canary-user", password: "canary-password" };
const webhook = { url: "https://chat.lab.test/canary-hook" };
const notify = (options: object) => {
  const { notify: parsed } = IcingaOptions.parse({ host: "monitor", notify: options });
  return parsed ?? assert.fail();
};

test("each host and service has one notification for each way, of problems and their ends alone", () => {
  const text = render(
    notifications(notify({ webhook }), [
      { type: "Host", name: "forum", attributes: { check_command: "x" } },
      { type: "Service", name: "site", attributes: { host_name: "forum", check_command: "x" } },
    ]),
  );
  const command = (kind: string, service: string) => `// monitoring.notify.webhook
object NotificationCommand "platform.notify.webhook.${kind}" {
  command = [ "/usr/local/lib/platform/notify", "webhook", "/etc/platform-icinga/webhook.conf" ]
  env = {
    "NOTIFY_TYPE" = "$notification.type$"
    "NOTIFY_HOST" = "$host.name$"
${service}    "NOTIFY_STATE" = "$${kind}.state$"
    "NOTIFY_OUTPUT" = "$${kind}.output$"
    "NOTIFY_RUNBOOK" = "$${kind}.notes$"
    "NOTIFY_AUTHOR" = "$notification.author$"
    "NOTIFY_COMMENT" = "$notification.comment$"
  }
  timeout = 120
}
`;
  const notification = (kind: string, service: string) => `// monitoring.notify.webhook
object Notification "webhook" {
  host_name = "forum"
${service}  command = "platform.notify.webhook.${kind}"
  users = [ "platform.webhook" ]
  types = [ "Problem", "Recovery", "Acknowledgement" ]
  interval = 0
  zone = "master"
}
`;
  assert.equal(
    text,
    [
      command("host", ""),
      command("service", '    "NOTIFY_SERVICE" = "$service.name$"\n'),
      '// monitoring.notify.webhook\nobject User "platform.webhook" {\n}\n',
      notification("host", ""),
      notification("service", '  service_name = "site"\n'),
    ].join("\n"),
  );
});

test("mail goes through a relay with TLS, or through the machine's own program", () => {
  const commands = (options: object) =>
    notifications(notify({ mail: { ...mail, ...options } }), []).flatMap((one) =>
      one.type === "NotificationCommand" ? [one.attributes.command.slice(1)] : [],
    );
  assert.deepEqual(commands({}), [["mail"], ["mail"]]);
  const relayed = ["mail", "/etc/platform-icinga/mail.conf"];
  assert.deepEqual(commands({ relay }), [relayed, relayed]);
  for (const [port, scheme] of [
    [587, "smtp"],
    [465, "smtps"],
  ] as const) {
    assert.equal(
      relayWords(mail, { address: "smtp.lab.test", port }, ["ann", 'a"b\\c d']),
      `url = "${scheme}://smtp.lab.test:${port}"\nuser = "ann:a\\"b\\\\c d"\nmail-from = "icinga@lab.test"\n` +
        'mail-rcpt = "ann@lab.test"\nmail-rcpt = "bob@lab.test"\n',
    );
  }
});

test("secrets are in files that only Icinga reads, and nowhere else", async () => {
  const options = { notify: { mail: { ...mail, relay }, webhook } };
  const { resource, resources } = await deploy(monitoring("monitor", options));
  const { inputs, secrets } = resource("icinga-notify");
  const files = inputs["files"] as Record<string, { content: string; mode: string; owner: string }>;
  assert.deepEqual(
    Object.entries(files).map(([path, { mode, owner }]) => `${path} ${mode} ${owner}`),
    [
      "/etc/platform-icinga/mail.conf 0600 nagios:nagios",
      "/etc/platform-icinga/webhook.conf 0600 nagios:nagios",
      "/usr/local/lib/platform/notify 0755 root:root",
    ],
  );
  const kept = ["mail", "webhook"].map((way) => `/etc/platform-icinga/${way}.conf`);
  assert.deepEqual(
    secrets,
    kept.map((path) => `files["${path}"].content`),
  );
  assert.equal(files[kept[1] ?? ""]?.content, 'url = "https://chat.lab.test/canary-hook"\n');
  assert.ok(!plainTexts(resources).join("\n").includes("canary"));
  assert.deepEqual(inputs["validate"], []);
  const { resource: plain } = await deploy(monitoring("monitor", { notify: { mail } }));
  assert.match(
    String(plain("icinga-notify").inputs["validate"]),
    /there is no \/usr\/sbin\/sendmail/,
  );
});

test("what tells nobody, or would tell in plain text, is refused", () => {
  const problems = (options: object) =>
    IcingaOptions.safeParse({ host: "monitor", notify: options }).error?.issues.map(
      ({ path, message }) => `${path.join(".")} ${message}`,
    );
  assert.deepEqual(problems({}), ["notify must have `mail`, `webhook`, or both"]);
  assert.deepEqual(problems({ webhook: { url: "http://chat.lab.test/" } }), [
    "notify.webhook.url must be an https address, or an http one of the machine itself, such as http://127.0.0.1:8080/",
  ]);
  assert.deepEqual(problems({ mail: { ...mail, to: [], relay: { ...relay, user: "a:b" } } }), [
    "notify.mail.to must have at least one address",
    "notify.mail.relay.user must be 1 to 256 letters, digits and signs of ASCII, without blanks, colons and semicolons",
  ]);
});

const program = new URL("../../../components/icinga/programs/notify.sh", import.meta.url);
const place = (name: string) => join(root, name);

/** Runs the program with these ways out, which write down their words and what they are given. */
function tell(words: readonly string[], env: Readonly<Record<string, string>>, fails = 0) {
  const out = `#!/bin/sh\necho "$0 $*" >>${place("words")}\ncat >${place("given")}\n[ "$(wc -l <${place("words")})" -gt ${fails} ]\n`;
  for (const name of ["curl", "sendmail"]) {
    writeFileSync(place(name), out);
    chmodSync(place(name), 0o755);
  }
  for (const name of ["words", "given"]) rmSync(place(name), { force: true });
  const text = readFileSync(program, "utf8")
    .replace(/^PATH=/m, `PATH=${root}:`)
    .replace("/usr/sbin/sendmail", place("sendmail"))
    .replace('sleep "$pause"', ":");
  const { status, stderr } = spawnSync("bash", ["--norc", "-c", text, "notify", ...words], {
    env: { NOTIFY_HOST: "forum", NOTIFY_STATE: "CRITICAL", NOTIFY_TYPE: "PROBLEM", ...env },
    encoding: "utf8",
  });
  const read = (name: string) =>
    existsSync(place(name)) ? readFileSync(place(name), "utf8").replaceAll(`${root}/`, "") : "";
  return { status, stderr, words: read("words"), given: read("given") };
}

const said = { NOTIFY_OUTPUT: 'it "fails"; $5 ü', NOTIFY_RUNBOOK: "Look." };

test("a webhook gets all of it as data, and what people read as one text", () => {
  const { status, words, given } = tell(["webhook", "/x.conf"], {
    ...said,
    ...{ NOTIFY_SERVICE: "site", NOTIFY_TYPE: "ACKNOWLEDGEMENT" },
    ...{ NOTIFY_AUTHOR: "ann", NOTIFY_COMMENT: "I am at it" },
  });
  assert.equal(status, 0);
  assert.equal(
    words,
    "curl -q -sS --fail --max-time 15 --config /x.conf -o /dev/null -H Content-Type: application/json --data-binary @-\n",
  );
  assert.deepEqual(JSON.parse(given), {
    text: 'ACKNOWLEDGEMENT: site on forum is CRITICAL\n\nit "fails"; $5 ü\n\nWhat to do: Look.\n\nann: I am at it',
    ...{ type: "ACKNOWLEDGEMENT", host: "forum", service: "site", state: "CRITICAL" },
    ...{ output: 'it "fails"; $5 ü', runbook: "Look.", author: "ann", comment: "I am at it" },
  });
});

test("a mail is one that no line of a plugin can break, by either way", () => {
  const addresses = { NOTIFY_FROM: mail.from, NOTIFY_TO: mail.to.join(", ") };
  const output = { NOTIFY_OUTPUT: `.\n${"x".repeat(2000)}` };
  for (const [way, words] of [
    [["mail"], "sendmail -i -t -f icinga@lab.test\n"],
    [
      ["mail", "/m.conf"],
      "curl -q -sS --fail --max-time 15 --config /m.conf --ssl-reqd --crlf --upload-file -\n",
    ],
  ] as const) {
    const sent = tell(way, { ...addresses, ...output });
    assert.deepEqual([sent.status, sent.words], [0, words]);
    const [head = "", body = ""] = sent.given.split("\n\n");
    assert.match(
      head,
      /^From: icinga@lab\.test\nTo: ann@lab\.test, bob@lab\.test\nSubject: PROBLEM: forum is CRITICAL\nDate: .* \+0000\nMessage-ID: <[0-9a-f-]{36}@lab\.test>\n/,
    );
    assert.ok(body.split("\n").every((line) => /^[A-Za-z0-9+/=]{0,76}$/.test(line)));
    assert.equal(
      Buffer.from(body, "base64").toString(),
      `PROBLEM: forum is CRITICAL\n\n${output.NOTIFY_OUTPUT}\n`,
    );
  }
});

test("it is tried three times, and then said that nobody could be told", () => {
  assert.equal(tell(["webhook", "/x.conf"], said, 2).status, 0);
  const { status, stderr, words } = tell(["webhook", "/x.conf"], said, 3);
  assert.deepEqual(
    [status, stderr],
    [1, "PROBLEM: forum is CRITICAL: nobody could be told by webhook\n"],
  );
  assert.equal(words.split("\n").length - 1, 3);
});
