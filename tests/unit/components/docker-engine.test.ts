import assert from "node:assert/strict";
import { test } from "node:test";
import * as daemon from "../../../components/docker-engine/daemon.ts";
import {
  DockerEngine,
  DockerEngineOptions,
  ImageOptions,
} from "../../../components/docker-engine/index.ts";
import { deploy } from "../../support/deploy.ts";
import { hostKey } from "../../support/example.ts";
import { exampleHost, valuesOf } from "../../support/host.ts";

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

test("Docker's own source names the release and the verified key", () => {
  assert.equal(
    daemon.dockerSource("trixie"),
    `Types: deb
URIs: https://download.docker.com/linux/debian
Suites: trixie
Components: stable
Signed-By: /etc/apt/keyrings/platform-docker.asc
`,
  );
});

test("an engine from Debian is a set, packages, a unit and a pinned provider", async () => {
  for (const preview of [false, true]) {
    const { list, resource } = await deploy(
      () => new DockerEngine("engine", { host: exampleHost(), options: debian }),
      preview,
    );
    assert.deepEqual(list, [
      "command:remote:Command engine-daemon",
      "command:remote:Command engine-packages",
      "command:remote:Command engine-unit",
      "platform:docker-engine:DockerEngine engine",
      "pulumi:providers:docker engine-provider",
    ]);
    for (const part of ["daemon", "packages", "unit", "provider"]) {
      assert.equal(resource(`engine-${part}`).parent, "engine");
    }
    assert.deepEqual(valuesOf(resource("engine-packages")), [
      "NAME='engine-packages'",
      "PACKAGES=('docker.io')",
    ]);
    assert.deepEqual(valuesOf(resource("engine-unit")), [
      "UNIT='docker.service'",
      "READY='docker version'",
    ]);
    const provider = resource("engine-provider");
    assert.equal(provider.inputs["host"], "ssh://root@192.0.2.7:2222");
    assert.ok(
      String(provider.inputs["sshOpts"]).includes(`KnownHostsCommand=/bin/echo %H ${hostKey}`),
    );
    assert.deepEqual(provider.dependsOn, ["engine-unit"]);
  }
});

test("an engine from Docker's repository verifies the key before it adds the source", async () => {
  const options = DockerEngineOptions.parse({});
  const { list, resource } = await deploy(
    () => new DockerEngine("engine", { host: exampleHost(), options }),
  );
  assert.equal(list.length, 8);
  assert.deepEqual(resource("engine-key").dependsOn, ["engine-tools"]);
  assert.deepEqual(resource("engine-source").dependsOn, ["engine-key"]);
  assert.ok(
    valuesOf(resource("engine-key")).includes(
      "FINGERPRINT='9DC858229FC7DD38854AE2D88D81803C0EBFCD88'",
    ),
  );
  assert.ok(
    valuesOf(resource("engine-packages")).includes(
      "PACKAGES=('docker-ce' 'docker-ce-cli' 'containerd.io')",
    ),
  );
});

test("Debian's command line is a package of its own after bookworm", () => {
  assert.deepEqual(daemon.enginePackages("debian", "bookworm"), ["docker.io"]);
  assert.deepEqual(daemon.enginePackages("debian", "trixie"), ["docker.io", "docker-cli"]);
});

test("an IPv6 address is bracketed for the provider", async () => {
  const host = { ...exampleHost(), address: "2001:db8::1" };
  const { resource } = await deploy(() => new DockerEngine("engine", { host, options: debian }));
  assert.equal(resource("engine-provider").inputs["host"], "ssh://root@[2001:db8::1]:2222");
});

test("an image is loaded only from an archive, once, before the provider looks for it", async () => {
  const { list, resource } = await deploy(() => {
    const engine = new DockerEngine("engine", { host: exampleHost(), options: debian });
    engine.loadImage("with", { name: "a:1", archive: "/srv/a.tar" }, { parent: engine });
    engine.loadImage("without", { name: "b:1" }, { parent: engine });
  });
  assert.ok(!list.includes("command:remote:Command without"));
  assert.deepEqual(valuesOf(resource("with")), [
    "IMAGE='a:1'",
    "ARCHIVE='/srv/a.tar'",
    "SCRIPT='with'",
  ]);
  assert.equal(resource("with").inputs["delete"], undefined);
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
