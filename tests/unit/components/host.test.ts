import assert from "node:assert/strict";
import { test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { remoteCommand, scriptText } from "../../../components/host/carrier.ts";
import { sshOptions } from "../../../components/host/connection.ts";
import { ConfigSet, Packages, RemoteScript, Script, Unit } from "../../../components/host/index.ts";
import { deploy } from "../../support/deploy.ts";
import { hostKey } from "../../support/example.ts";
import { exampleHost } from "../../support/host.ts";
import { assignmentLines } from "../../support/scripts.ts";

const host = exampleHost;

const script = new URL("../../../components/host/packages.sh", import.meta.url);

test("the command line of a verb is constant and starts a clean bash", () => {
  assert.equal(
    remoteCommand("remove", 60),
    "exec env -i HOME=/root LC_ALL=C.UTF-8 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin " +
      "timeout --kill-after=30 360 bash -s -- remove",
  );
});

test("the content id covers values and text", () => {
  const id = (value: string) => scriptText([script], { NAME: value }).slice(0, 78);
  assert.equal(id("a"), id("a"));
  assert.notEqual(id("a"), id("b"));
});

test("a script sends its values, the release and the instance on stdin", async () => {
  for (const preview of [false, true]) {
    const { resource } = await deploy(
      () => new Script("one", { host: host(), script, values: { NAME: "x" } }),
      preview,
    );
    const { inputs, secrets } = resource("one");
    assert.deepEqual(assignmentLines(inputs["stdin"]), [
      "NAME='x'",
      "RELEASE='bookworm'",
      "INSTANCE='7'",
    ]);
    assert.deepEqual(inputs["connection"], {
      host: "192.0.2.7",
      port: 2222,
      user: "root",
      hostKey,
      dialErrorLimit: 20,
      perDialTimeout: 15,
    });
    assert.equal(inputs["create"], remoteCommand("apply", 900));
    assert.equal(inputs["delete"], remoteCommand("remove", 900));
    assert.deepEqual(secrets, ["connection"]);
  }
});

test("a secret value makes the whole stdin secret and nothing else", async () => {
  const values = { NAME: pulumi.secret("canary") };
  const { resource } = await deploy(() => new Script("one", { host: host(), script, values }));
  assert.deepEqual(resource("one").secrets, ["connection", "stdin"]);
});

test("what happens once has no remove and knows its own name", async () => {
  const { resource } = await deploy(() => new RemoteScript("once", { host: host(), script }));
  assert.equal(resource("once").inputs["delete"], undefined);
  assert.deepEqual(assignmentLines(resource("once").inputs["stdin"]), [
    "SCRIPT='once'",
    "RELEASE='bookworm'",
    "INSTANCE='7'",
  ]);
});

test("resources of one host wait for each other, those of two do not", async () => {
  const { resource } = await deploy(() => {
    const [a, b] = [host("a"), host("b")];
    new Packages("a1", { host: a, packages: ["curl"] });
    new Unit("a2", { host: a, unit: "nginx.service", ready: ["nginx", "-t"] });
    new Packages("b1", { host: b, packages: ["curl"] });
  });
  assert.deepEqual(resource("a1").dependsOn, []);
  assert.deepEqual(resource("a2").dependsOn, ["a1"]);
  assert.deepEqual(resource("b1").dependsOn, []);
  assert.ok(assignmentLines(resource("a2").inputs["stdin"]).includes("READY='nginx -t'"));
});

test("a set sends files, absences and its three commands", async () => {
  const { resource } = await deploy(
    () =>
      new ConfigSet("set", {
        host: host(),
        files: [
          { path: "/etc/a", content: "it's\n" },
          {
            path: "/etc/b.key",
            content: pulumi.secret("canary"),
            mode: "0600",
            owner: "www-data:root",
          },
        ],
        absent: ["/etc/c"],
        validate: [["nginx", "-t"]],
        activate: [["systemctl", "reload", "nginx"]],
        probe: [["curl", "a b"]],
      }),
  );
  const { inputs, secrets } = resource("set");
  assert.deepEqual(secrets, ["connection", "stdin"]);
  assert.equal(
    assignmentLines(inputs["stdin"]).join("\n"),
    String.raw`NAME='set'
PATHS=('/etc/a' '/etc/b.key')
MODES=('0644' '0600')
OWNERS=('root:root' 'www-data:root')
ABSENT=('/etc/c')
ADOPT='replace'
VALIDATE='nginx -t'
ACTIVATE='systemctl reload nginx'
PROBE='curl '\''a b'\'''
CONTENTS=('it'\''s
' 'canary')
RELEASE='bookworm'
INSTANCE='7'`,
  );
});

test("two sets cannot claim one path of one host, and paths are plain", async () => {
  await deploy(() => {
    const one = host();
    const files = [{ path: "/etc/a", content: "" }];
    new ConfigSet("first", { host: one, files });
    assert.throws(() => new ConfigSet("second", { host: one, files }), {
      message: "second: /etc/a on forum belongs to first already; give one of them another path",
    });
    for (const path of ["etc/a", "/etc/../a", "/etc/a b", "/etc/"]) {
      assert.throws(() => new ConfigSet("bad", { host: one, files: [{ path, content: "" }] }), {
        message: `bad: "${path}" on forum is not a plain absolute path`,
      });
    }
    new ConfigSet("elsewhere", { host: host("other"), files });
  });
});

test("Docker's ssh pins the host key and reads no file of the operator", () => {
  assert.deepEqual(sshOptions("ssh-ed25519 AAAA", "1"), [
    ...["-F", "none", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=yes"],
    ...["-o", "UserKnownHostsFile=/dev/null", "-o", "GlobalKnownHostsFile=/dev/null"],
    ...["-o", "KnownHostsCommand=/bin/echo %H ssh-ed25519 AAAA", "-o", "ConnectTimeout=15"],
    ...["-o", "ServerAliveInterval=15", "-o", "ServerAliveCountMax=4", "-o", "ControlMaster=auto"],
    ...["-o", "ControlPath=%d/.ssh/p-c00ce04e-%C", "-o", "ControlPersist=60s"],
  ]);
  assert.notDeepEqual(sshOptions("ssh-ed25519 AAAA", "2"), sshOptions("ssh-ed25519 AAAA", "1"));
});
