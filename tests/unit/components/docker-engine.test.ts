import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import * as daemon from "../../../components/docker-engine/daemon.ts";
import {
  DockerEngine,
  DockerEngineOptions,
  ImageOptions,
} from "../../../components/docker-engine/index.ts";
import { UNKNOWN } from "../../../provider/grpc/values.ts";
import { deploy } from "../../support/deploy.ts";
import { hostKey } from "../../support/example.ts";
import { exampleHost, hostInputs } from "../../support/host.ts";

const debian = DockerEngineOptions.parse({ source: "debian" });

test("the daemon rotates logs and leaves containers alive", () => {
  assert.equal(
    daemon.daemonJson(DockerEngineOptions.parse({ logMaxSize: "1 MiB", logMaxFiles: 2 })),
    `{
  "live-restore": true,
  "log-driver": "json-file",
  "log-opts": {
    "max-file": "2",
    "max-size": "1048576"
  }
}
`,
  );
});

test("an engine from Debian is a set, packages, a unit and a pinned provider", async () => {
  for (const preview of [false, true]) {
    const { list, resource } = await deploy(
      () => new DockerEngine("engine", { host: exampleHost(), options: debian }),
      preview,
      preview ? {} : { "engine-packages": { changedAt: "2026-11-23T02:30:11Z" } },
    );
    assert.deepEqual(list, [
      "host:index:ConfigSet engine-daemon",
      "host:index:Packages engine-packages",
      "host:index:Unit engine-unit",
      "platform:docker-engine:DockerEngine engine",
      "pulumi:providers:docker engine-provider",
    ]);
    for (const part of ["daemon", "packages", "unit", "provider"]) {
      assert.equal(resource(`engine-${part}`).parent, "engine");
    }
    assert.deepEqual(resource("engine-packages").inputs, {
      ...hostInputs(),
      packages: { "docker.io": "installed", apparmor: "installed" },
      held: [],
      sources: {},
    });
    assert.deepEqual(resource("engine-unit").inputs, {
      ...hostInputs(),
      unit: "docker.service",
      enabled: true,
      active: true,
      ready: "docker version",
      restartAfter: preview ? UNKNOWN : "2026-11-23T02:30:11Z",
    });
    const provider = resource("engine-provider");
    assert.equal(provider.inputs["host"], "ssh://root@192.0.2.7:2222");
    assert.ok(
      String(provider.inputs["sshOpts"]).includes(`KnownHostsCommand=/bin/echo %H ${hostKey}`),
    );
    assert.deepEqual(provider.dependsOn, ["engine-unit"]);
  }
});

test("a login that is not root is let in before the first connection to the engine", async () => {
  const host = { ...exampleHost(), user: "ops" };
  const { resource, list } = await deploy(
    () => new DockerEngine("engine", { host, options: debian }),
  );
  assert.equal(list.length, 6);
  const { inputs, parent } = resource("engine-login");
  assert.deepEqual(
    { values: inputs["values"], state: inputs["state"], parent },
    { values: { LOGIN: "ops" }, state: { member: true }, parent: "engine" },
  );
  const provider = resource("engine-provider");
  assert.equal(provider.inputs["host"], "ssh://ops@192.0.2.7:2222");
  assert.deepEqual(provider.dependsOn, ["engine-login", "engine-unit"]);
});

test("the daemon's settings are judged before, and never take the place of a person's", async () => {
  const { resource } = await deploy(
    () => new DockerEngine("engine", { host: exampleHost(), options: debian }),
  );
  const { files, adopt, validate, activate, probe } = resource("engine-daemon").inputs;
  assert.deepEqual(files, {
    "/etc/docker/daemon.json": {
      content: daemon.daemonJson(debian),
      mode: "0644",
      owner: "root:root",
    },
  });
  assert.equal(adopt, "refuse");
  assert.deepEqual(validate, [
    "sh -c '! dockerd --help 2>/dev/null | grep -q -- --validate || " +
      "dockerd --validate --config-file=/etc/docker/daemon.json'",
  ]);
  assert.deepEqual(activate, [
    "sh -c 'if ! command -v dockerd >/dev/null || ! systemctl is-enabled -q docker 2>/dev/null; then exit 0; fi; " +
      "systemctl reload docker || true; " +
      "systemctl reset-failed docker; systemctl restart docker'",
  ]);
  assert.deepEqual(probe, [
    "sh -c '! command -v dockerd >/dev/null || ! systemctl is-enabled -q docker 2>/dev/null || docker version >/dev/null'",
  ]);
});

test("an engine from Docker's repository brings the source of its release and the pinned key", async () => {
  const options = DockerEngineOptions.parse({});
  const { list, resource } = await deploy(
    () => new DockerEngine("engine", { host: exampleHost("forum", "trixie"), options }),
  );
  assert.equal(list.length, 5);
  assert.deepEqual(resource("engine-packages").inputs, {
    host: { ...exampleHost("forum", "trixie") },
    packages: {
      apparmor: "installed",
      "docker-ce": "installed",
      "docker-ce-cli": "installed",
      "containerd.io": "installed",
    },
    held: [],
    sources: {
      docker: {
        text: `Types: deb
URIs: https://download.docker.com/linux/debian
Suites: trixie
Components: stable
Signed-By: /etc/apt/keyrings/platform-docker.asc
`,
        keyUrl: "https://download.docker.com/linux/debian/gpg",
        fingerprint: "9DC858229FC7DD38854AE2D88D81803C0EBFCD88",
      },
    },
  });
});

test("Debian's command line is a package of its own after bookworm", () => {
  assert.deepEqual(daemon.enginePackages("debian", "bookworm"), ["docker.io", "apparmor"]);
  assert.deepEqual(daemon.enginePackages("debian", "trixie"), [
    "docker.io",
    "docker-cli",
    "apparmor",
  ]);
});

test("an IPv6 address is bracketed for the provider", async () => {
  const host = { ...exampleHost(), address: "2001:db8::1" };
  const { resource } = await deploy(() => new DockerEngine("engine", { host, options: debian }));
  assert.equal(resource("engine-provider").inputs["host"], "ssh://root@[2001:db8::1]:2222");
});

test("an image is kept only from an archive, before the provider looks for it", async () => {
  const { list, resource } = await deploy(() => {
    const engine = new DockerEngine("engine", { host: exampleHost(), options: debian });
    engine.loadImage("with", { name: "a:1", archive: "/srv/a.tar" }, { parent: engine });
    engine.loadImage("without", { name: "b:1" }, { parent: engine });
  });
  assert.deepEqual(
    list.filter((line) => line.startsWith("host:index:Script ")),
    ["host:index:Script with"],
  );
  const { script, ...inputs } = resource("with").inputs;
  assert.deepEqual(inputs, {
    ...hostInputs(),
    values: { IMAGE: "a:1", ARCHIVE: "/srv/a.tar" },
    state: { image: "a:1" },
    timeoutSeconds: 900,
  });
  assert.equal(script, readFileSync("components/docker-engine/load-image.sh", "utf8"));
});

test("an image without tag or digest is refused, since it would drift", () => {
  for (const name of ["local_discourse/app", "localhost:5000/app"]) {
    assert.match(
      ImageOptions.safeParse({ name }).error?.message ?? "",
      /must name a tag or a digest/,
    );
  }
  for (const name of ["a:1", "localhost:5000/app:2026.7", `a@sha256:${"0".repeat(64)}`]) {
    assert.equal(ImageOptions.parse({ name }).name, name);
  }
});
