import assert from "node:assert/strict";
import { test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { IcingaOptions } from "../../../components/icinga/index.ts";
import { reachedChecks } from "../../../components/icinga/checks.ts";
import { agentFiles } from "../../../components/icinga/remote.ts";
import { platform } from "../../../stacks/platform.ts";
import { deploy, plainTexts } from "../../support/deploy.ts";
import { configuration, stackSections } from "../../support/example.ts";
import { exampleHost } from "../../support/host.ts";
import { exampleCheck } from "../../support/watched.ts";

const options = IcingaOptions.parse({ host: "monitor", listen: "10.20.0.9" });
const agent = { node: "forum", monitor: "monitor", options, checks: [exampleCheck()] };

test("an agent connects to the master, takes nothing from it, and runs for it the words in its own files", () => {
  const { files } = agentFiles(agent);
  const texts = Object.fromEntries(
    files.map(({ path, content }) => [path.replace("/etc/icinga2/", ""), content]),
  );
  assert.equal(
    texts["icinga2.conf"],
    'include "constants.conf"\n\ninclude "zones.conf"\n\ninclude "features-enabled/*.conf"\n',
  );
  assert.equal(
    texts["zones.conf"],
    `object Endpoint "monitor" {
  host = "10.20.0.9"
  port = 5665
  log_duration = 0
}

object Zone "master" {
  endpoints = [ "monitor" ]
}

object Endpoint "forum" {
  log_duration = 0
}

object Zone "forum" {
  parent = "master"
  endpoints = [ "forum" ]
}
`,
  );
  assert.equal(
    texts["features-enabled/api.conf"],
    `object ApiListener "api" {
  bind_host = "127.0.0.1"
  bind_port = 5665
  accept_config = false
  max_anonymous_clients = 0
  tls_protocolmin = "TLSv1.2"
  accept_commands = true
}

object ApiUser "platform-probe" {
  client_cn = "forum"
  permissions = [ "objects/query/CheckCommand" ]
}
`,
  );
  assert.equal(
    texts["features-enabled/platform-checks.conf"],
    `// forum-nginx, hosts.forum.nginx
object CheckCommand "platform.forum.site-forum" {
  command = [ "/usr/lib/nagios/plugins/check_http", "-H", "forum.example.org", "-s", "costs $$5" ]
  timeout = 20
}
`,
  );
  assert.notEqual(agentFiles({ ...agent, checks: [] }).id, agentFiles(agent).id);
});

const forum = () => configuration(stackSections("Pulumi.forum.yaml"));

test("a stack's machines get agents with what is to be watched inside of them, and only that", async () => {
  for (const preview of [false, true]) {
    const { resource, list, resources } = await deploy(() => platform(forum()), preview);
    assert.ok(!list.some((line) => line.includes("vault-agent")));
    const { inputs, secrets } = resource("forum-agent-files");
    const files = inputs["files"] as Record<string, { content: string; mode: string }>;
    const text = files["/etc/icinga2/features-enabled/platform-checks.conf"]?.content ?? "";
    const commands = [...text.matchAll(/^object CheckCommand "platform\.forum\.(.*)"/gm)];
    assert.deepEqual(
      commands.map(([, name]) => name),
      resourceChecks(platformChecks, "forum").filter(
        (name) =>
          !["site-forum-outside", "https-forum", "hsts-forum", "ssh", "latency"].includes(name),
      ),
    );
    assert.deepEqual(inputs["absent"], [
      "/etc/icinga2/features-enabled/checker.conf",
      "/etc/icinga2/features-enabled/notification.conf",
    ]);
    const [daemon, plugins] = inputs["validate"] as string[];
    assert.equal(daemon, "icinga2 daemon -C");
    assert.match(String(plugins), / plugins \/usr\/lib\/nagios\/plugins\/check_disk .*check_procs/);
    assert.match(String(inputs["probe"]), / 127\.0\.0\.1 \/var\/lib\/icinga2\/certs\/forum$/);
    const key = "/var/lib/icinga2/certs/forum.key";
    assert.equal(files[key]?.mode, "0600");
    if (preview) continue;
    assert.deepEqual(secrets, [`files["${key}"].content`]);
    assert.ok(!plainTexts(resources).join("\n").includes("KEY forum-agent-node-key"));
  }
});

const plugins = (...names: string[]) => names.map((name) => `/usr/lib/nagios/plugins/${name}`);

const platformChecks = (
  await deploy(() => platform(forum()).checks.map(({ host, name }) => ({ host, name })))
).result;

function resourceChecks(checks: readonly { host: string; name: string }[], host: string) {
  return checks.filter((one) => one.host === host).map(({ name }) => name);
}

test("the master knows the agents, and gets the package when they have their commands", async () => {
  const { resource } = await deploy(() => platform(forum()));
  const zones = resource("monitoring-files").inputs["files"] as Record<string, { content: string }>;
  assert.match(
    zones["/etc/icinga2/zones.conf"]?.content ?? "",
    /\nobject Endpoint "forum" \{\n {2}log_duration = 0\n\}\n\nobject Zone "forum" \{\n {2}parent = "master"\n/,
  );
  const { inputs, dependsOn, secrets } = resource("monitoring-checks-package");
  assert.ok(dependsOn.includes("forum-agent-unit"), dependsOn.join(" "));
  assert.deepEqual(secrets, []);
  const { PLUGINS, AGENTS, ...texts } = inputs["values"] as Record<string, string>;
  const { TEXT = "", ID, ...values } = texts;
  assert.deepEqual(values, {
    ...{ NODE: "vault", ADDRESS: "10.20.0.9", DIRECTORY: "/etc/platform-icinga" },
    ...{ PACKAGE: "platform-test", MARKER: "package.platform-test" },
  });
  const names = [...TEXT.matchAll(/^object Service "(.*)" \{\n {2}host_name = "(.*)"$/gm)];
  assert.deepEqual(
    names.map(([, name, host]) => ({ host, name })),
    platformChecks,
  );
  assert.deepEqual(AGENTS, ["forum"]);
  assert.deepEqual(PLUGINS, [
    ...plugins("check_disk", "check_http", "check_load", "check_ssh", "check_tcp"),
    ...["clock", "icinga-config", "memory", "units", "updates"].map(
      (name) => `/usr/local/lib/platform/check-${name}`,
    ),
    "/usr/local/sbin/platform-deployments",
    "/usr/local/sbin/platform-drift",
  ]);
  const { file, ...state } = inputs["state"] as Record<string, unknown>;
  assert.deepEqual(state, { id: ID, live: true });
  assert.match(String(file), /^[0-9a-f]{16}$/);
});

test("the monitor knocks at a machine's sshd where it can know the address and reach it", () => {
  const host = exampleHost();
  assert.deepEqual(
    reachedChecks("forum-agent", host).map(({ name, from, needs, command, option }) => [
      ...[name, from, needs, command.join(" "), option],
    ]),
    [
      ["ssh", "outside", undefined, "check_ssh -t 10 -p 2222 192.0.2.7", "hosts.forum"],
      [
        ...["latency", "outside", "ssh"],
        ...["check_tcp -H 192.0.2.7 -p 2222 -t 10 -w 1 -c 5", "hosts.forum"],
      ],
    ],
  );
  const { port, user, hostKey } = host;
  for (const more of [
    { address: "127.85.3.4" },
    { address: pulumi.output("192.0.2.7") },
    { bastion: { address: "192.0.2.1", port, user, hostKey } },
  ]) {
    assert.deepEqual(reachedChecks("forum-agent", { ...host, ...more }), []);
  }
});
