import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test, type TestContext } from "node:test";
import { ensureToolchain } from "../../../lab/toolchain/index.ts";
import { inGoMod, providers, satisfies } from "../../../lab/toolchain/versions.ts";

const noSite = () => Promise.resolve(undefined);
const neverAsked = () => Promise.reject(new Error("the site was asked"));
const standIns = "stand-in plugins for command 1.2.1, docker 5.2.0, tls 5.6.1";

test("a pulumi on PATH that is new enough is used, and the site is asked for plugins only", async (t) => {
  const machine = fakeMachine(t);
  machine.program("bin/pulumi", "echo v3.261.0");
  const toolchain = await ensureToolchain(noSite);
  assert.equal(toolchain.cli, machine.path("bin"));
  assert.equal(toolchain.description, `Pulumi 3.261.0 from PATH, ${standIns}`);
  assert.equal(toolchain.home, machine.path("cache/community-platform/pulumi-home"));
});

test("an older pulumi on PATH is passed over for the one built earlier", async (t) => {
  const machine = fakeMachine(t);
  machine.program("bin/pulumi", "echo v3.258.9");
  machine.program("cache/community-platform/pulumi-3.259.0/pulumi", "echo v3.259.0");
  const toolchain = await ensureToolchain(neverAsked);
  assert.equal(toolchain.cli, machine.path("cache/community-platform/pulumi-3.259.0"));
  assert.equal(toolchain.description, `Pulumi 3.259.0 built from its Go module, ${standIns}`);
});

test("where Pulumi's site answers, its installer brings the CLI once", async (t) => {
  const machine = fakeMachine(t);
  const installer = `
    [ "$1 $2 $4 $5" = "--no-edit-path --install-root --version 3.259.0" ] || exit 9
    /bin/mkdir -p "$3/bin"
    printf '#!/bin/sh\\n[ "$1" = version ] && echo v3.259.0\\n' >"$3/bin/pulumi"
    /bin/chmod +x "$3/bin/pulumi"`;
  let asked = 0;
  const site = () => {
    asked += 1;
    return Promise.resolve(installer);
  };
  const toolchain = await ensureToolchain(site);
  assert.equal(toolchain.cli, machine.path("cache/community-platform/pulumi-3.259.0-official/bin"));
  assert.equal(toolchain.description, `Pulumi 3.259.0 downloaded, ${standIns}`);
  assert.equal(asked, 1);
});

test("where the site does not answer, Go builds the CLI and nothing half remains", async (t) => {
  const machine = fakeMachine(t);
  machine.program(
    "bin/go",
    `${goVersion("1.26.8")}
     printf '%s\\n' "$@" >${machine.path("arguments")}
     printf '#!/bin/sh\\necho v3.259.0\\n' >"$7"
     /bin/chmod +x "$7"`,
  );
  const toolchain = await ensureToolchain(noSite);
  const folder = machine.path("cache/community-platform/pulumi-3.259.0");
  assert.equal(toolchain.cli, folder);
  assert.deepEqual(readdirSync(folder), ["pulumi"]);
  assert.deepEqual(readFileSync(machine.path("arguments"), "utf8").trim().split("\n"), [
    "build",
    "-C",
    join(import.meta.dirname, "../../../lab/toolchain"),
    "-ldflags",
    "-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v3.259.0",
    "-o",
    join(folder, `pulumi.${process.pid}`),
    "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
  ]);
});

test("a build that fails says why and what to do, and leaves nothing behind", async (t) => {
  const machine = fakeMachine(t);
  machine.program(
    "bin/go",
    `${goVersion("1.21")}; : >"$7"; echo "go: module proxy unreachable" >&2; exit 1`,
  );
  await assert.rejects(ensureToolchain(noSite), {
    message: `the Pulumi CLI 3.259.0 could not be built from its Go module:
go: module proxy unreachable
It needs the Go of lab/toolchain/go.mod or a later one (an older Go from 1.21 on fetches
that by itself unless GOTOOLCHAIN=local) and a module proxy that it can reach (GOPROXY).
Or install Pulumi 3.259.0 or later yourself, so that \`pulumi\` is on PATH.`,
  });
  assert.deepEqual(readdirSync(machine.path("cache/community-platform/pulumi-3.259.0")), []);
});

test("without Go it says what to install when Debian's is too old", async (t) => {
  const machine = fakeMachine(t);
  machine.program("bin/apt-cache", `echo "  Candidate: 2:1.19~1"`);
  const remedy = `Where Pulumi's site cannot be reached, the lab builds the Pulumi CLI with Go: install a
current Go, so that \`go\` is on PATH, and run this again. Or install Pulumi itself,
3.259.0 or later, so that \`pulumi\` is on PATH.`;
  await assert.rejects(ensureToolchain(noSite), {
    message: `Go is missing, and Debian's 1.19.0 is too old.\n${remedy}`,
  });
  machine.program("bin/go", goVersion("1.20.14"));
  await assert.rejects(ensureToolchain(noSite), { message: `Go 1.20.14 is too old.\n${remedy}` });
});

test("official plugins are used when all are there in their exact versions", async (t) => {
  const machine = fakeMachine(t);
  machine.program("bin/pulumi", "echo v3.259.0");
  for (const { name, version } of providers) machine.plugin(name, version);
  const toolchain = await ensureToolchain(neverAsked);
  assert.equal(toolchain.plugins, "official");
  assert.equal(toolchain.home, machine.path("home"));
  const tls = {
    name: "tls",
    version: "5.6.1",
    path: machine.path("home/plugins/resource-tls-v5.6.1"),
  };
  assert.deepEqual(toolchain.providers[2], tls);
});

test("one missing or other version makes all plugins stand-ins", async (t) => {
  const machine = fakeMachine(t);
  machine.program("bin/pulumi", "echo v3.259.0");
  machine.plugin("command", "1.2.1");
  machine.plugin("docker", "5.2.0");
  machine.plugin("tls", "5.6.0");
  const toolchain = await ensureToolchain(noSite);
  assert.equal(toolchain.plugins, "stand-in");
  const folder = join(import.meta.dirname, "../../../lab/plugins");
  assert.deepEqual(
    toolchain.providers.map(({ path }) => path),
    [join(folder, "command"), join(folder, "docker"), join(folder, "tls")],
  );
});

test("a plugin on PATH counts when it answers with the exact version", async (t) => {
  const machine = fakeMachine(t);
  machine.program("bin/pulumi", "echo v3.259.0");
  machine.plugin("command", "1.2.1");
  machine.plugin("docker", "5.2.0");
  const plugin = join(import.meta.dirname, "answering-plugin.ts");
  machine.program("bin/pulumi-resource-tls", `exec ${process.execPath} ${plugin} v5.6.1`);
  const toolchain = await ensureToolchain(neverAsked);
  assert.equal(toolchain.plugins, "official");
  assert.equal(toolchain.providers[2]?.path, machine.path("bin"));
  machine.program("bin/pulumi-resource-tls", `exec ${process.execPath} ${plugin} v5.6.0`);
  assert.equal((await ensureToolchain(noSite)).plugins, "stand-in");
  machine.program("bin/pulumi-resource-tls", "echo no port; exit 1");
  assert.equal((await ensureToolchain(noSite)).plugins, "stand-in");
});

test("versions are compared as numbers within one major", () => {
  assert.equal(satisfies("v3.259.0", "3.259.0"), true);
  assert.equal(satisfies("v3.1000.0", "3.259.0"), true);
  assert.equal(satisfies("v3.259.1-alpha.7", "3.259.0"), true);
  assert.equal(satisfies("v3.99.9", "3.259.0"), false);
  assert.equal(satisfies("v4.0.0", "3.259.0"), false);
  assert.equal(satisfies("", "3.259.0"), false);
});

test("the CLI's version is the one that go.mod requires", () => {
  const line = "\tgithub.com/pulumi/pulumi/pkg/v3 v3.300.1 // indirect\n";
  assert.equal(inGoMod(line), "3.300.1");
  assert.throws(() => inGoMod("module x\n"), /does not require pulumi/);
});

/** The part of a fake `go` that answers `go env GOVERSION`. */
function goVersion(version: string): string {
  return `[ "$1" != env ] || { echo go${version}; exit; }`;
}

/** An empty machine: nothing but `sh` on PATH, an empty cache and an empty PULUMI_HOME. */
function fakeMachine(t: TestContext) {
  const root = mkdtempSync(join(tmpdir(), "toolchain-"));
  const path = (part: string) => join(root, part);
  const program = (name: string, script: string) => {
    mkdirSync(dirname(path(name)), { recursive: true });
    writeFileSync(path(name), `#!/bin/sh\n${script}\n`);
    chmodSync(path(name), 0o755);
  };
  const plugin = (name: string, version: string) => {
    program(`home/plugins/resource-${name}-v${version}/pulumi-resource-${name}`, "exit 1");
  };
  mkdirSync(path("bin"));
  symlinkSync("/bin/sh", path("bin/sh"));
  const fake = { PATH: path("bin"), XDG_CACHE_HOME: path("cache"), PULUMI_HOME: path("home") };
  const real = Object.keys(fake).map((key) => [key, process.env[key]] as const);
  Object.assign(process.env, fake);
  t.mock.method(process.stderr, "write", () => true); // where progress is said
  t.after(() => {
    for (const [key, value] of real) {
      if (value === undefined) Reflect.deleteProperty(process.env, key);
      else process.env[key] = value;
    }
    rmSync(root, { recursive: true });
  });
  return { path, program, plugin };
}
