import assert from "node:assert/strict";
import { test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { sshOptions } from "../../../components/host/connection.ts";
import { ConfigSet, Packages, RemoteScript, Unit } from "../../../components/host/index.ts";
import { UNKNOWN } from "../../../provider/grpc/values.ts";
import { deploy } from "../../support/deploy.ts";
import { hostKey } from "../../support/example.ts";
import { exampleHost, hostInputs } from "../../support/host.ts";

const host = exampleHost;

const script = new URL("../../../components/discourse/image-holds.sh", import.meta.url);

test("resources of one host wait for each other, those of two do not", async () => {
  const { resource } = await deploy(() => {
    const [a, b] = [host("a"), host("b")];
    new Packages("a1", { host: a, packages: ["curl"] });
    new Unit("a2", { host: a, unit: "nginx.service", ready: ["nginx", "-t"] });
    new RemoteScript("a3", { host: a, script });
    new ConfigSet("a4", { host: a, files: [] });
    new Packages("b1", { host: b, packages: ["curl"] });
  });
  assert.deepEqual(resource("a1").dependsOn, []);
  assert.deepEqual(resource("a2").dependsOn, ["a1"]);
  assert.deepEqual(resource("a3").dependsOn, ["a2"]);
  assert.deepEqual(resource("a4").dependsOn, ["a3"]);
  assert.deepEqual(resource("b1").dependsOn, []);
});

test("state on a host goes to the host provider, and says which machine it is on", async () => {
  for (const preview of [false, true]) {
    const { list, resource } = await deploy(() => {
      const one = host();
      new ConfigSet("set", { host: one, files: [] });
      new Packages("packages", { host: one, packages: ["curl"] });
      new Unit("unit", { host: one, unit: "nginx.service", ready: ["true"] });
    }, preview);
    assert.deepEqual(list, [
      "host:index:ConfigSet set",
      "host:index:Packages packages",
      "host:index:Unit unit",
    ]);
    for (const name of ["set", "packages", "unit"]) {
      assert.equal(resource(name).options.version, "1.0.0");
      const reach = { address: "192.0.2.7", port: 2222, user: "root", hostKey };
      const machine = { name: "forum", ...reach, instance: "7", release: "bookworm" };
      assert.deepEqual(resource(name).inputs["host"], machine);
    }
  }
});

test("a machine that is made in the same run is not known in a preview, but for its name", async () => {
  const { resource } = await deploy(() => {
    const unknown = new UnknownText("machine").text;
    new ConfigSet("set", { host: { ...host(), address: unknown, hostKey: unknown }, files: [] });
  }, true);
  const { name, address, hostKey: key } = resource("set").inputs["host"] as Record<string, unknown>;
  assert.deepEqual([name, address, key], ["forum", UNKNOWN, UNKNOWN]);
});

/** A resource whose output nobody knows in a preview. */
class UnknownText extends pulumi.CustomResource {
  declare readonly text: pulumi.Output<string>;
  constructor(name: string) {
    super("test:index:Machine", name, { text: undefined });
  }
}

test("a set is its files by path, its absences and its commands as one line each", async () => {
  for (const preview of [false, true]) {
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
          adopt: "refuse",
          validate: [["nginx", "-t"]],
          activate: [
            ["systemctl", "reload", "nginx"],
            ["sync", "/etc"],
          ],
          probe: [["curl", "a b"]],
          deactivate: [["systemctl", "try-restart", "nginx"]],
          commandSeconds: 300,
        }),
      preview,
    );
    const { inputs, secrets } = resource("set");
    assert.deepEqual(inputs, {
      ...hostInputs(),
      files: {
        "/etc/a": { content: "it's\n", mode: "0644", owner: "root:root" },
        "/etc/b.key": { content: "canary", mode: "0600", owner: "www-data:root" },
      },
      absent: ["/etc/c"],
      adopt: "refuse",
      validate: ["nginx -t"],
      activate: ["systemctl reload nginx", "sync /etc"],
      probe: ["curl 'a b'"],
      deactivate: ["systemctl try-restart nginx"],
      commandSeconds: 300,
    });
    assert.deepEqual(secrets, ['files["/etc/b.key"].content']);
  }
});

test("a set that says nothing else replaces what stands there and runs no command", async () => {
  const { resource } = await deploy(
    () => new ConfigSet("set", { host: host(), files: [{ path: "/etc/a", content: "" }] }),
  );
  assert.deepEqual(resource("set").inputs, {
    ...hostInputs(),
    files: { "/etc/a": { content: "", mode: "0644", owner: "root:root" } },
    absent: [],
    adopt: "replace",
    validate: [],
    activate: [],
    probe: [],
    deactivate: [],
  });
});

test("two resources cannot claim one path or unit of one host, and no set a path twice", async () => {
  await deploy(() => {
    const one = host();
    const set = (name: string, path: string, absent: string[] = [], on = one) =>
      new ConfigSet(name, { host: on, files: [{ path, content: "" }], absent });
    const unit = (name: string) =>
      new Unit(name, { host: one, unit: "a.service", ready: ["true"] });
    set("first", "/etc/a", ["/etc/b"]);
    unit("runs");
    const taken = (thing: string, owner: string) =>
      `second: ${thing} on forum belongs to ${owner} already: take it out of one of the two`;
    for (const path of ["/etc/a", "/etc/b"]) {
      assert.throws(() => set("second", path), { message: taken(path, "first") });
    }
    assert.throws(() => set("second", "/etc/c", ["/etc/c"]), {
      message: taken("/etc/c", "second"),
    });
    assert.throws(() => unit("second"), {
      message: taken("unit a.service", "runs"),
      name: "Error",
      __pulumiRunError: true,
    });
    set("elsewhere", "/etc/a", [], host("other"));
  });
});

test("packages are versions by name, what is held, and sources with the key that signs them", async () => {
  const { resource } = await deploy(
    () =>
      new Packages("packages", {
        host: host(),
        packages: ["curl", { name: "jq", version: "1.6-2.1", held: true }, { name: "nano" }],
        sources: [
          {
            name: "example",
            uris: "https://packages.example.org/debian",
            suites: "stable",
            components: "main",
            key: { url: "https://packages.example.org/key", fingerprint: "A".repeat(40) },
          },
        ],
      }),
  );
  const { sources, ...rest } = resource("packages").inputs;
  assert.deepEqual(rest, {
    ...hostInputs(),
    packages: { curl: "installed", jq: "1.6-2.1", nano: "installed" },
    held: ["jq"],
  });
  const { text, ...source } = (sources as Record<string, Record<string, unknown>>)["example"] ?? {};
  assert.deepEqual(source, {
    keyUrl: "https://packages.example.org/key",
    fingerprint: "A".repeat(40),
  });
  assert.match(String(text), /^Signed-By: \/etc\/apt\/keyrings\/platform-example\.asc$/m);
});

test("a unit is started anew after its packages changed; which time that is, no preview knows", async () => {
  const build = () => {
    const one = host();
    const packages = new Packages("packages", { host: one, packages: ["nginx"] });
    const ready = ["nginx", "-t", "a b"] as const;
    new Unit("unit", { host: one, unit: "nginx.service", ready, packages });
    new Unit("other", { host: one, unit: "a.timer", enabled: false, active: false, ready });
  };
  const more = { packages: { changedAt: "2026-11-23T02:30:11Z" } };
  const { resource } = await deploy(build, false, more);
  assert.deepEqual(resource("unit").inputs, {
    ...hostInputs(),
    unit: "nginx.service",
    enabled: true,
    active: true,
    ready: "nginx -t 'a b'",
    restartAfter: "2026-11-23T02:30:11Z",
  });
  assert.deepEqual(resource("other").inputs, {
    ...hostInputs(),
    unit: "a.timer",
    enabled: false,
    active: false,
    ready: "nginx -t 'a b'",
  });
  const preview = await deploy(build, true);
  assert.equal(preview.resource("unit").inputs["restartAfter"], UNKNOWN);
});

test("Docker's ssh pins the host key and reads no file of the operator", () => {
  assert.deepEqual(sshOptions("ssh-ed25519 AAAA", "1"), [
    ...["-F", "none", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=yes"],
    ...["-o", "UserKnownHostsFile=/dev/null", "-o", "GlobalKnownHostsFile=/dev/null"],
    ...["-o", "ConnectTimeout=15", "-o", "ServerAliveInterval=15", "-o", "ServerAliveCountMax=4"],
    ...["-o", "KnownHostsCommand=/bin/echo %H ssh-ed25519 AAAA", "-o", "ControlMaster=auto"],
    ...["-o", "ControlPath=%d/.ssh/p-c00ce04e-%C", "-o", "ControlPersist=60s"],
  ]);
  assert.notDeepEqual(sshOptions("ssh-ed25519 AAAA", "2"), sshOptions("ssh-ed25519 AAAA", "1"));
});
