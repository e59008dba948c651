import assert from "node:assert/strict";
import { test } from "node:test";
import { IcingaOptions } from "../../../components/icinga/index.ts";
import { masterFiles } from "../../../components/icinga/master.ts";
import { icingaSource } from "../../../components/icinga/node.ts";
import { describe as told, parse } from "../../../config.ts";
import { UNKNOWN } from "../../../provider/grpc/values.ts";
import { deploy, plainTexts } from "../../support/deploy.ts";
import { type Sections, sourceOf, stackSections } from "../../support/example.ts";
import { hostInputs } from "../../support/host.ts";
import { monitoring } from "../../support/monitoring.ts";

const standard = IcingaOptions.parse({ host: "monitor" });
const files = (options = standard) => {
  const made = masterFiles("monitor", [], options);
  return {
    ...made,
    text: (path: string) => made.files.find((one) => one.path === `/etc/icinga2/${path}`)?.content,
  };
};

/** What a stack with these sections is told, without the first line. */
function problemsOf(sections: Sections): string {
  const { problems } = parse(sourceOf(sections));
  return told(problems, "platform", "test").split("\n").slice(1).join("\n");
}

test("the master's files are exact, and leave Debian's examples out", () => {
  const { text, files: all } = files();
  assert.equal(
    text("icinga2.conf"),
    ['"constants.conf"', '"zones.conf"', "<itl>", "<plugins>", '"features-enabled/*.conf"']
      .map((one) => `include ${one}\n`)
      .join("\n"),
  );
  assert.equal(
    text("features-enabled/api.conf"),
    `object ApiListener "api" {
  bind_host = "127.0.0.1"
  bind_port = 5665
  accept_config = false
  max_anonymous_clients = 0
  tls_protocolmin = "TLSv1.2"
  accept_commands = false
}

object ApiUser "platform-deploy" {
  client_cn = "platform-deploy"
  permissions = [ "config/query", "config/modify", "status/query", "objects/query/CheckCommand", "objects/query/Host", "objects/query/Service", "objects/query/Endpoint", "objects/query/Downtime", "actions/schedule-downtime", "actions/remove-downtime", "actions/reschedule-check", "actions/process-check-result" ]
}

object ApiUser "platform-watch" {
  client_cn = "monitor"
  permissions = [ "config/query", "objects/query/CheckCommand", "objects/query/Host", "objects/query/Service" ]
}
`,
  );
  assert.equal(
    text("zones.conf"),
    'object Endpoint "monitor" {\n}\n\nobject Zone "master" {\n  endpoints = [ "monitor" ]\n}\n\n' +
      'object Zone "global-templates" {\n  global = true\n}\n',
  );
  assert.deepEqual(
    [...new Set(all.map(({ mode, owner }) => `${mode ?? ""} ${owner ?? ""}`))],
    ["0640 root:nagios"],
  );
});

test("the id changes with any file, and stands where Icinga can be asked for it", () => {
  const one = files();
  assert.match(one.id, /^[0-9a-f]{16}$/);
  assert.equal(files().id, one.id);
  assert.notEqual(files({ ...standard, log: "debug" }).id, one.id);
  assert.equal(
    one.text("features-enabled/platform.conf"),
    `object CheckCommand "platform-base" {\n  command = [ "/bin/true" ]\n  vars["id"] = "${one.id}"\n}\n`,
  );
});

test("the comparison and packages come first, then files that Icinga judges and is asked for, then the unit", async () => {
  for (const preview of [false, true]) {
    const { list, resource, resources } = await deploy(
      monitoring("monitor", { source: "icinga" }),
      preview,
      preview ? {} : { "icinga-packages": { changedAt: "2026-11-23T02:30:11Z" } },
    );
    assert.deepEqual(list, [
      "host:index:ConfigSet icinga-deployments-files",
      "host:index:ConfigSet icinga-drift-files",
      "host:index:ConfigSet icinga-files",
      "host:index:Packages icinga-packages",
      "host:index:Unit icinga-deployments-timer",
      "host:index:Unit icinga-drift-timer",
      "host:index:Unit icinga-unit",
      "platform:icinga:Deployments icinga-deployments",
      "platform:icinga:Drift icinga-drift",
      "platform:icinga:Icinga icinga",
      "platform:icinga:MonitoringAuthority icinga-authority",
      "tls:index/certRequest:CertRequest icinga-deploy-request",
      "tls:index/certRequest:CertRequest icinga-node-request",
      "tls:index/locallySignedCert:LocallySignedCert icinga-deploy-cert",
      "tls:index/locallySignedCert:LocallySignedCert icinga-node-cert",
      "tls:index/privateKey:PrivateKey icinga-authority-key",
      "tls:index/privateKey:PrivateKey icinga-deploy-key",
      "tls:index/privateKey:PrivateKey icinga-node-key",
      "tls:index/selfSignedCert:SelfSignedCert icinga-authority-cert",
    ]);
    const { inputs, secrets, dependsOn } = resource("icinga-files");
    assert.deepEqual(inputs["validate"], ["icinga2 daemon -C"]);
    assert.deepEqual(inputs["activate"], ["systemctl reload-or-restart icinga2"]);
    assert.deepEqual(inputs["deactivate"], [
      "systemctl try-reload-or-restart icinga2",
      "rm -rf /var/lib/platform-updates",
    ]);
    assert.ok(
      String(inputs["probe"]).endsWith(
        ` probe monitor ${files().id} 127.0.0.1 /etc/platform-icinga/deploy`,
      ),
    );
    assert.deepEqual(
      dependsOn.filter((name) => name.startsWith("icinga-p")),
      ["icinga-packages"],
    );
    const keys = ["/etc/platform-icinga/deploy.key", "/var/lib/icinga2/certs/monitor.key"];
    if (!preview) {
      assert.deepEqual(
        secrets,
        keys.map((path) => `files["${path}"].content`),
      );
      assert.ok(!plainTexts(resources).join("\n").includes("KEY icinga"));
    }
    const written = inputs["files"] as Record<string, { mode: string; owner: string }>;
    assert.deepEqual(
      keys.map((path) => [written[path]?.mode, written[path]?.owner]),
      [
        ["0600", "root:root"],
        ["0600", "nagios:nagios"],
      ],
    );
    const { ready, ...unit } = resource("icinga-unit").inputs;
    assert.deepEqual(unit, {
      ...hostInputs("monitor"),
      ...{ unit: "icinga2.service", enabled: true, active: true },
      restartAfter: preview ? UNKNOWN : "2026-11-23T02:30:11Z",
    });
    assert.equal(ready, String(inputs["probe"]));
    assert.equal(resource("icinga-authority-key").options.protect, true);
  }
});

test("nodes and the platform are told apart by their common names", async () => {
  const { resource } = await deploy(monitoring("monitor"));
  for (const [name, commonName] of [
    ["icinga-node", "monitor"],
    ["icinga-deploy", "platform-deploy"],
  ] as const) {
    const { inputs } = resource(`${name}-request`);
    assert.deepEqual([inputs["dnsNames"], inputs["subject"]], [[commonName], { commonName }]);
    assert.deepEqual(resource(`${name}-cert`).inputs["allowedUses"], [
      ...["digital_signature", "server_auth", "client_auth"],
    ]);
  }
});

test("Icinga's own packages are trusted by one key alone, Debian's by none of ours", async () => {
  assert.deepEqual(icingaSource("trixie"), {
    name: "icinga",
    uris: "https://packages.icinga.com/debian",
    suites: "icinga-trixie",
    components: "main",
    key: {
      url: "https://packages.icinga.com/icinga.key",
      fingerprint: "DD3AF6198ED000B4C0B73956CC116F55AA7F2382",
    },
  });
  const { resource } = await deploy(monitoring("monitor", { source: "debian" }));
  assert.deepEqual(resource("icinga-packages").inputs["sources"], {});
});

test("a machine that is none, and an API that is open to all, are refused", () => {
  const sections = { ...stackSections("Pulumi.lab.yaml"), monitoring: { host: "x", listen: "::" } };
  assert.equal(
    problemsOf(sections),
    "  platform:monitoring.listen must be one address, that of the network which the monitored machines are in\n" +
      "  platform:monitoring.host names no machine: take one of forum",
  );
});

test("an address that no agent could reach, and a machine with the name of a zone, are refused", () => {
  const sections = stackSections("Pulumi.forum.yaml");
  const hosts = {
    ...sections["hosts"],
    master: { ...(sections["hosts"]?.["vault"] as object), port: 23 },
  };
  for (const listen of [undefined, "127.0.0.1", "::1"]) {
    const monitoring = { host: "vault", ...(listen ? { listen } : {}) };
    assert.equal(
      problemsOf({ ...sections, hosts, monitoring }),
      "  platform:monitoring.listen must be an address of vault that forum, master can reach, for their agents connect to it\n" +
        "  platform:hosts.master is what Icinga calls a zone of its own: call the machine otherwise",
    );
  }
  assert.equal(problemsOf(sections), "");
  const alone = { ...stackSections("Pulumi.lab.yaml"), monitoring: { host: "forum" } };
  assert.equal(problemsOf(alone), "");
});
