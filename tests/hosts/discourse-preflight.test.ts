import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, beforeEach, describe, test } from "node:test";
import { Discourse } from "../../components/discourse/index.ts";
import { DockerEngine, DockerEngineOptions } from "../../components/docker-engine/index.ts";
import type { Result } from "../../lab/process.ts";
import { deploy } from "../support/deploy.ts";
import { forumMachine, forumOptions } from "../support/forum.ts";
import { exampleHost } from "../support/host.ts";
import { inOrder, runOn } from "../support/scripts.ts";
import { relay, smtpSink, type Sink } from "../support/smtp.ts";

const { machine, image } = await forumMachine();
const password = "p+/=1%,:@";

/** Runs one of the forum's scripts, after the tools that it needs. */
async function ask(name: "forum-preflight" | "forum-mail", more: object = {}): Promise<Result> {
  const { resources, resource } = await deploy(() => {
    const host = exampleHost();
    const options = DockerEngineOptions.parse({ source: "debian" });
    const engine = new DockerEngine("engine", { host, options });
    const given = { skipPreflight: [], ...more };
    new Discourse("forum", { host, engine, options: forumOptions(image, given) });
  });
  for (const one of inOrder(resources)) {
    const { stderr } = one.name === "forum-tools" ? await runOn(machine, one) : { stderr: "" };
    assert.equal(stderr, "");
  }
  return runOn(machine, resource(name));
}

describe("the preflight", () => {
  test("asks a machine for what is not there, and what is in the way", async () => {
    const { stderr } = await ask("forum-preflight", { cores: 200 });
    assert.match(stderr, /^- cores: it has \d+, but `forum\.cores` says 200: correct the one or/m);
    assert.match(stderr, /^- dns: forum\.lab\.test has no address: add an A or AAAA record/m);
    // Files before this one may have left a proxy.
    await machine.run("systemctl is-active nginx && systemctl stop nginx && touch /run/stopped");
    await machine.succeed(
      "systemd-run --collect --unit=in-the-way systemd-socket-activate -l 443 true",
    );
    await machine.waitUntilSucceeds("ss -Hltn 'sport = :443' | grep -q .");
    const taken = await ask("forum-preflight", { skipPreflight: ["dns"] });
    await machine.succeed(
      "systemctl stop in-the-way; [ ! -e /run/stopped ] || { rm /run/stopped; systemctl start nginx; }",
    );
    assert.match(taken.stderr, /^- ports: 443 is taken by systemd-socket-: stop that, and see/);
  });

  test("lets a machine through that is fit, also while the proxy has its ports", async () => {
    await machine.succeed("echo 127.0.0.1 forum.lab.test >>/etc/hosts");
    const { code, stderr } = await ask("forum-preflight");
    await machine.succeed(
      "grep -v ' forum.lab.test$' /etc/hosts >/run/hosts; cat /run/hosts >/etc/hosts",
    );
    assert.deepEqual([code, stderr], [0, ""]);
  });
});

describe("the relay of a forum", () => {
  let sink: Sink;

  const mail = (more: object = {}) =>
    ask("forum-mail", { smtp: { address: relay, user: "canary", password, ...more } });

  before(async () => {
    sink = await smtpSink(machine, `canary:${password}`);
    await machine.succeed("echo 127.0.0.1 other.lab.test >>/etc/hosts"); // not in the certificate
  });

  beforeEach(async () => {
    await sink.setMode("");
    await sink.taken();
  });

  after(async () => {
    await machine.run("systemctl stop smtp-sink");
  });

  test("takes a mail for the first administrator by the forum's login, over STARTTLS and over TLS", async () => {
    for (const port of [587, 465]) {
      assert.deepEqual(await mail({ port }), { code: 0, stdout: "", stderr: "" });
      const taken = await sink.taken();
      assert.match(taken, /^MAIL FROM noreply@forum\.lab\.test\nRCPT TO admin@lab\.test\n/);
      assert.match(taken, /^Subject: forum\.lab\.test can send mail$/m);
      assert.equal(taken.match(/^MAIL FROM/gm)?.length, 1);
    }
  });

  test("is watched by a plugin, which needs no login and sends nothing", async () => {
    await machine.succeed(
      "cat >/usr/local/bin/check-mail; chmod 0755 /usr/local/bin/check-mail",
      readFileSync("services/checks/check-mail.sh", "utf8"),
    );
    const cases = [
      ["", `${relay} 587`, `MAIL OK: ${relay}:587 takes mail over TLS | time=MS`],
      ["", `${relay} 465`, `MAIL OK: ${relay}:465 takes mail over TLS | time=MS`],
      ["refuse", `${relay} 587`, `MAIL OK: ${relay}:587 takes mail over TLS | time=MS`],
      ["no-plain", `${relay} 587`, `MAIL CRITICAL: ${relay}:587 offers no login by PLAIN`],
      ["no-starttls", `${relay} 587`, `MAIL CRITICAL: ${relay}:587: it offers no STARTTLS`],
      ["", "elsewhere.invalid 587", "MAIL CRITICAL: elsewhere.invalid:587: it has no address"],
      [
        ...["", "other.lab.test 587"],
        "MAIL CRITICAL: other.lab.test:587: its certificate or TLS is not to be trusted",
      ],
      ["", `${relay} 2525`, `MAIL CRITICAL: ${relay}:2525: it does not answer`],
    ] as const;
    for (const [mode, at, expected] of cases) {
      await sink.setMode(mode);
      const plugin = `runuser -u nobody -- /usr/local/bin/check-mail --timeout 20 ${at}`;
      const { code, stdout } = await machine.run(plugin);
      assert.equal(stdout.replace(/time=\d+ms/, "time=MS"), `${expected}\n`);
      assert.equal(code, expected.includes(" OK: ") ? 0 : 2);
    }
    assert.equal(await sink.taken(), "");
  });

  test("that does not take it is told apart by what is to be done, and no secret is said", async () => {
    const cases = [
      ["", { password: "wrong" }, "it refuses the login: correct `user` and `password`"],
      [
        "no-plain",
        {},
        "it refuses the login: correct `user` and `password`, and see that it offers a",
      ],
      ["no-starttls", {}, "it offers no STARTTLS, without which the password would be readable"],
      ["refuse", {}, "it takes the login and refuses the mail: see that it lets this login send"],
      ["", { address: "elsewhere.invalid" }, "it has no address: correct `address`"],
      ["", { address: "other.lab.test" }, "its certificate or TLS is not to be trusted"],
      ["", { port: 2525 }, "it does not answer: see whether a firewall is between"],
    ] as const;
    for (const [mode, more, expected] of cases) {
      await sink.setMode(mode);
      const { code, stderr } = await mail(more);
      assert.equal(code, 1);
      assert.ok(stderr.includes(`(\`forum.smtp\`): ${expected}`), stderr);
      assert.ok(!stderr.includes("canary") && !stderr.includes(password), stderr);
      assert.equal(await sink.taken(), "");
    }
  });
});
