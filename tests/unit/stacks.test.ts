import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { platform } from "../../stacks/platform.ts";
import { deploy, plainTexts } from "../support/deploy.ts";
import { canaries, configuration, hostKey, stackSections } from "../support/example.ts";
import { inOrder } from "../support/scripts.ts";

const files = readdirSync(new URL("../../stacks/", import.meta.url)).filter((name) =>
  /^Pulumi\.\w+\.yaml$/.test(name),
);

test("the lab and the production example are there", () => {
  for (const file of ["Pulumi.forum.yaml", "Pulumi.lab.yaml"])
    assert.ok(files.includes(file), file);
});

for (const file of files) {
  for (const preview of [false, true]) {
    test(`${file} builds in ${preview ? "preview" : "update"} mode and shows no secret`, async () => {
      const config = configuration(stackSections(file));
      const { resources } = await deploy(() => platform(config), preview);
      const shown = plainTexts(resources).join("\n");
      for (const secret of [
        ...Object.values(canaries),
        "KEY authority-key",
        "KEY forum-certificate-key",
      ]) {
        assert.ok(!shown.includes(secret), `${secret} is in plain text`);
      }
      assert.ok(resources.length > 10);
    });
  }
}

test("the production example is whole without what README has people take out", () => {
  const { forum = {}, hosts = {}, certificates = {} } = stackSections("Pulumi.forum.yaml");
  const machine = { ...(hosts["forum"] as object), nginx: {} };
  const { forum: own, hosts: machines } = configuration({
    ...{ forum, certificates },
    hosts: { forum: machine },
  });
  assert.equal(own?.hostname, "monitoring-portal.org");
  assert.deepEqual(Object.keys(machines), ["forum"]);
});

test("the lab stack registers exactly these resources", async () => {
  const config = configuration(stackSections("Pulumi.lab.yaml"));
  const { list } = await deploy(() => platform(config));
  assert.deepEqual(list, [
    "command:remote:Command forum-image-check",
    "command:remote:Command forum-preflight",
    "docker:index/container:Container forum-app",
    "docker:index/remoteImage:RemoteImage forum-image",
    "host:index:ConfigSet forum-certificate-files",
    "host:index:ConfigSet forum-docker-daemon",
    "host:index:ConfigSet forum-nginx-files",
    "host:index:ConfigSet forum-watch",
    "host:index:DataDirectory forum-data",
    "host:index:Packages forum-docker-packages",
    "host:index:Packages forum-nginx-packages",
    "host:index:Packages forum-tools",
    "host:index:Script forum-archive",
    "host:index:Script forum-hostname",
    "host:index:Script forum-previous",
    "host:index:Script forum-ready",
    "host:index:Script forum-saved",
    "host:index:Unit forum-docker-unit",
    "host:index:Unit forum-nginx-unit",
    "host:index:Unit forum-watch-timer",
    "platform:certificate:Certificate forum-certificate",
    "platform:certificate:CertificateAuthority authority",
    "platform:discourse:Discourse forum",
    "platform:docker-engine:DockerEngine forum-docker",
    "platform:nginx:Nginx forum-nginx",
    "pulumi:providers:docker forum-docker-provider",
    "tls:index/certRequest:CertRequest forum-certificate-request",
    "tls:index/locallySignedCert:LocallySignedCert forum-certificate-cert",
    "tls:index/privateKey:PrivateKey authority-key",
    "tls:index/privateKey:PrivateKey forum-certificate-key",
    "tls:index/selfSignedCert:SelfSignedCert authority-cert",
  ]);
});

test("all that is put on a host waits for the one before it", async () => {
  const config = configuration(stackSections("Pulumi.lab.yaml"));
  const { resources } = await deploy(() => platform(config));
  assert.deepEqual(
    inOrder(resources).map(({ name }) => name),
    [
      ...["forum-docker-daemon", "forum-docker-packages", "forum-docker-unit"],
      ...[
        "forum-tools",
        "forum-data",
        "forum-hostname",
        "forum-preflight",
        "forum-archive",
        "forum-image-check",
      ],
      ...["forum-saved", "forum-previous", "forum-ready", "forum-watch", "forum-watch-timer"],
      ...[
        "forum-certificate-files",
        "forum-nginx-packages",
        "forum-nginx-files",
        "forum-nginx-unit",
      ],
    ],
  );
});

test("every command is silent, pinned, bounded in time and free of triggers", async () => {
  const config = configuration(stackSections("Pulumi.lab.yaml"));
  const { resources } = await deploy(() => platform(config));
  for (const { name, type, inputs, options } of resources) {
    if (type !== "command:remote:Command") continue;
    assert.equal(inputs["logging"], "none", name);
    assert.equal(inputs["addPreviousOutputInEnv"], false, name);
    assert.equal(inputs["triggers"], undefined, name);
    assert.equal(inputs["environment"], undefined, name);
    assert.match(
      String(inputs["create"]),
      /^exec env -i .* timeout --kill-after=30 \d+ bash -s -- apply$/,
    );
    assert.deepEqual(options.additionalSecretOutputs, ["stdout", "stderr", "connection"], name);
    const connection = inputs["connection"] as Record<string, unknown>;
    assert.equal(connection["hostKey"], hostKey, name);
    assert.deepEqual(Object.keys(connection).toSorted(), [
      "dialErrorLimit",
      "host",
      "hostKey",
      "perDialTimeout",
      "port",
      "user",
    ]);
  }
});

test("all state on a host is pinned to its key and carried by one provider", async () => {
  const config = configuration(stackSections("Pulumi.lab.yaml"));
  const { resources } = await deploy(() => platform(config));
  const onHost = resources.filter(({ type }) => type.startsWith("host:"));
  assert.equal(onHost.length, 16);
  for (const { name, inputs, options, custom } of onHost) {
    const host = inputs["host"] as Record<string, unknown>;
    assert.deepEqual([custom, options.version, host["hostKey"]], [true, "1.0.0", hostKey], name);
  }
});

test("on a host, only the contents of keys are secret, and what tells of the container's environment", async () => {
  const config = configuration(stackSections("Pulumi.lab.yaml"));
  const { resources } = await deploy(() => platform(config));
  assert.deepEqual(
    resources.filter(({ type }) => type.startsWith("host:")).flatMap(({ secrets }) => secrets),
    [...["values.CHANGE", "values.CHANGE"], 'files["/etc/ssl/platform/forum/privkey.pem"].content'],
  );
});

test("a stack with backups tells where the copies of each machine are, and adds their checks", async () => {
  const sections = stackSections("Pulumi.forum.yaml");
  const shown = (config = configuration(sections)) =>
    deploy(() => {
      const { copies, checks, backups, hosts } = platform(config);
      const known: Record<string, unknown> = {};
      pulumi.output(copies).apply((value) => (known["copies"] = value));
      return { known, checks: checks.map(({ name }) => name), backups, hosts };
    });
  const { result, list } = await shown();
  assert.deepEqual(Object.keys(result.hosts), ["forum", "vault"]);
  assert.deepEqual(
    result.backups.map(({ name }) => name),
    ["forum"],
  );
  assert.deepEqual(result.known["copies"], {
    forum: {
      repository: "sftp:backup-forum@vault.monitoring-portal.org:/repository",
      publicKey: `ssh-ed25519 AAAA${Buffer.from("forum-backups-key").toString("base64")}`,
    },
  });
  assert.ok(result.checks.includes("backup-forum-age"));
  assert.ok(list.includes("platform:backup:BackupPlace forum-backups-place"));
  delete sections["backups"];
  const none = await shown(configuration(sections));
  assert.deepEqual(none.result.known["copies"], {});
  assert.ok(!none.list.some((line) => line.includes("backup")));
});

test("a customer's own certificate is for the customer's names, and the provider's name leads there with another", async () => {
  const sections = stackSections("Pulumi.gitlab.yaml");
  const { instances } = sections["gitlab"] as {
    instances: Record<string, Record<string, unknown>>;
  };
  Object.assign(instances["acme"] ?? {}, { certificate: { kind: "authority" } });
  sections["certificates"] = {};
  const config = configuration(sections);
  const { resource, result } = await deploy(() => platform(config).sites);
  assert.deepEqual(
    result.map(({ name, hostname }) => `${name} ${hostname}`).filter((line) => /acme/.test(line)),
    [
      "gitlab-acme git.acme.example",
      "gitlab-acme-registry registry.acme.example",
      "gitlab-acme-provider acme.hosting.example.net",
    ],
  );
  const names = (of: string) => resource(`${of}-certificate-request`).inputs["dnsNames"];
  assert.deepEqual(names("gitlab-acme"), ["git.acme.example", "registry.acme.example"]);
  assert.deepEqual(names("gitlab-acme-provider"), ["acme.hosting.example.net"]);
});
