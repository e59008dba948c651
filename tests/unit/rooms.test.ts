import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { hostProvider } from "../../provider/provider.ts";
import { sources } from "../../lab/checks/sources.ts";

const root = join(import.meta.dirname, "../..");
const files = sources(root);
const components = readdirSync(join(root, "components")).toSorted();

/** A room: the files in it, and what they may import beside what lies in the same folder or below it. */
interface Room {
  readonly files: RegExp;
  readonly imports: RegExp;
}

// docs/architecture.md has the same table for people, with the reasons.
const publicIndexes = /^components\/[\w-]+\/index\.ts$/;
const rooms: Record<string, Room> = {
  "the entry": { files: /^index\.ts$/, imports: /^(?:config|stacks\/platform)\.ts$/ },
  configuration: {
    files: /^config\.ts$/,
    imports: either(
      publicIndexes,
      /^stacks\/(?:contradictions|problems|secrets|warnings)\.ts$/,
      /^(?:@pulumi\/pulumi|zod)$/,
    ),
  },
  stacks: { files: /^stacks\//, imports: either(publicIndexes, /^config\.ts$/) },
  "a component's renderer": {
    files:
      /^components\/(?!host\/)[\w-]+\/(?!index|acme|agent|authority|container\.|deployment|drift|environment|hypervisor|layout|machine|package|place|preflight)[\w-]+\.ts$/,
    imports: either(
      /^components\/(?:host|docker-engine|discourse-image)\/index\.ts$/,
      /^formats\//,
      /^(?:node:|zod$)/,
    ),
  },
  "a component's wiring": {
    files:
      /^components\/(?!host\/)[\w-]+\/(?:index|acme|agent|authority|container|deployment|drift|environment|hypervisor|layout|machine|package|place|preflight)\.ts$/,
    imports: either(
      /^components\/(?:host|docker-engine|discourse-image)\/index\.ts$/,
      /^formats\//,
      /^@pulumi\//,
    ),
  },
  "a proxy's routes": {
    files: /^components\/nginx\/routes\//,
    imports: either(
      /^components\/host\/index\.ts$/,
      /^formats\//,
      /^(?:node:|zod$|csv-parse\/sync$)/,
    ),
  },
  "a component's command": {
    files: /^components\/[\w-]+\/command\/[\w-]+\.ts$/,
    imports: either(
      /^(?:formats|components\/host\/command)\//,
      /^provider\/(?:connection|failure|host|hosts|link)\.ts$/,
      /^node:/,
    ),
  },
  "the host": {
    files: /^components\/host\/(?!command\/)/,
    imports: either(
      /^formats\//,
      /^provider\/shell\/text\.ts$/,
      /^(?:node:|zod$|@pulumi\/(?:pulumi|command|docker)$)/,
    ),
  },
  formats: { files: /^formats\//, imports: /^yaml$/ },
  provider: {
    files: /^provider\//,
    imports: /^(?:formats\/|node:|@grpc\/|google-protobuf\/|@pulumi\/pulumi\/proto\/)/,
  },
  lab: { files: /^lab\//, imports: /^(?!tests\/|bench\/)/ },
  docs: {
    files: /^docs\//,
    imports:
      /^(?:config\.ts$|components\/host\/index\.ts$|formats\/|node:|zod$|prettier$|@pulumi\/(?:pulumi|tls)$)/,
  },
  services: { files: /^services\//, imports: /^(?!@pulumi\/|components\/|stacks\/|config\.ts)/ },
  "the outside": { files: /^(?:tests|bench)\//, imports: /^/ },
};

function either(...patterns: readonly RegExp[]): RegExp {
  return new RegExp(patterns.map(({ source }) => `(?:${source})`).join("|"));
}

/** What a file imports: packages by name, files by their path from the root. */
function importsOf(path: string, text: string): string[] {
  const statements = /^(?:import|export)\b(?:[^;"=(]*\bfrom)? ?"([^"]+)"|\bimport\("([^"]+)"\)/gm;
  return [...text.matchAll(statements)].map(([, one, other]) => {
    const name = one ?? other ?? "";
    return name.startsWith(".") ? join(dirname(path), name) : name;
  });
}

/** The imports of these files that their rooms do not allow, one line each. */
function trespasses(of: readonly { readonly path: string; readonly text: string }[]): string[] {
  return of.flatMap(({ path, text }) => {
    const own = Object.entries(rooms).filter(([, room]) => room.files.test(path));
    if (own.length !== 1)
      return [`${path} is in ${own.length} rooms: docs/architecture.md lists them`];
    const [[name, { imports }]] = own as [[string, Room]];
    const here = dirname(path) === "." ? "\0" : `${dirname(path)}/`;
    return importsOf(path, text)
      .filter((imported) => !imported.startsWith(here) && !imports.test(imported))
      .map((imported) => `${path} imports ${imported}, which ${name} may not`);
  });
}

const typescript = files.filter(({ path }) => path.endsWith(".ts"));

test("every file imports only what its room may", () => {
  assert.ok(typescript.length > 100);
  assert.deepEqual(trespasses(typescript), []);
});

test("a forbidden import is found and named", () => {
  const text = (name: string) => `import {\n  a,\n} from "${name}";\n`;
  const cases = [
    ["formats/ini.ts", "node:fs", "formats"],
    ["components/nginx/render.ts", "@pulumi/pulumi", "a component's renderer"],
    ["components/nginx/index.ts", "../discourse/index.ts", "a component's wiring"],
    ["components/nginx/site.ts", "../host/chain.ts", "a component's renderer"],
    ["stacks/platform.ts", "../components/nginx/site.ts", "stacks"],
    ["components/host/unit.ts", "../../provider/unit.ts", "the host"],
    ["provider/unit.ts", "../components/host/index.ts", "provider"],
    ["provider/unit.ts", "@pulumi/pulumi", "provider"],
    ["lab/main.ts", "../tests/support/machine.ts", "lab"],
  ] as const;
  for (const [path, name, room] of cases) {
    const imported = name.startsWith(".") ? join(dirname(path), name) : name;
    const expected = [`${path} imports ${imported}, which ${room} may not`];
    assert.deepEqual(trespasses([{ path, text: text(name) }]), expected);
  }
  assert.deepEqual(trespasses([{ path: "utils/a.ts", text: "" }]), [
    "utils/a.ts is in 0 rooms: docs/architecture.md lists them",
  ]);
});

test("every component has options, an index, a unit test and a host test of its name", () => {
  assert.deepEqual(components, [
    "backup",
    "certificate",
    "container-machine",
    "discourse",
    "discourse-image",
    "docker-engine",
    "gitlab",
    "host",
    "icinga",
    "nginx",
    "vm",
  ]);
  for (const name of components) {
    for (const path of [
      `components/${name}/options.ts`,
      `components/${name}/index.ts`,
      `tests/unit/components/${name}.test.ts`,
      `tests/hosts/${name}.test.ts`,
    ]) {
      assert.ok(existsSync(join(root, path)), `${path} is missing`);
    }
  }
});

test("the configuration is read in config.ts alone", () => {
  const readers = typescript
    .filter(({ path }) => !path.startsWith("tests/"))
    .filter(({ text }) => /\b(?:pulumi\.Config|new Config|allConfig|PULUMI_CONFIG)\b/.test(text));
  assert.deepEqual(
    readers.map(({ path }) => path),
    ["config.ts"],
  );
});

test("versions are exact, and command is the real 1.2.1", () => {
  const { dependencies, devDependencies } = JSON.parse(
    readFileSync(join(root, "package.json"), "utf8"),
  ) as Record<"dependencies" | "devDependencies", Record<string, string>>;
  for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
    assert.match(version, /^\d+\.\d+\.\d+$/, name);
  }
  assert.equal(dependencies["@pulumi/command"], "1.2.1");
  const installed = join(root, "node_modules/@pulumi/command/package.json");
  assert.equal(
    (JSON.parse(readFileSync(installed, "utf8")) as { version: string }).version,
    "1.2.1",
  );
});

test("the committed project names our own provider, at the version that all say, and no other", () => {
  const project = parse(readFileSync(join(root, "Pulumi.yaml"), "utf8")) as Record<string, unknown>;
  const version = "1.0.0";
  assert.deepEqual(project["plugins"], {
    providers: [{ name: "host", path: "provider", version }],
  });
  assert.equal(project["backend"], undefined);
  assert.equal(hostProvider({ log: () => undefined }).version, version);
  const { text = "" } = files.find(({ path }) => path === "components/host/resource.ts") ?? {};
  assert.equal(/^const version = "(.*)";$/m.exec(text)?.[1], version);
});

test("the provider's launcher can be run, and holds nothing but the way to node", () => {
  const launcher = join(root, "provider/pulumi-resource-host");
  assert.equal(statSync(launcher).mode & 0o111, 0o111);
  const lines = readFileSync(launcher, "utf8").split("\n");
  assert.equal(lines[0], "#!/bin/sh");
  assert.deepEqual([lines.length, lines[2]], [3, ""]);
});
