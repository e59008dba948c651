import assert from "node:assert/strict";
import { test } from "node:test";
import { difference } from "../../../provider/difference.ts";
import type { Properties } from "../../../provider/grpc/values.ts";
import { parseManifest } from "../../../provider/manifest.ts";
import { packages } from "../../../provider/packages.ts";
import { host, manifest } from "./fake-host.ts";

const fingerprint = "9DC858229FC7DD38854AE2D88D81803C0EBFCD88";
const text = "Types: deb\nSigned-By: /etc/apt/keyrings/platform-docker.asc\n";
const base64 = Buffer.from(text).toString("base64");

const state: Properties = {
  host,
  packages: { curl: "installed", "docker-ce": "5:28.5.1-1" },
  held: ["docker-ce"],
  sources: { docker: { text, keyUrl: "https://example.org/key", fingerprint } },
  changedAt: "2026-11-23T02:30:11Z",
};

const good = [
  ["packages", "a"],
  ["package", "curl", "7.88.1", "install"],
  ["package", "docker-ce", "5:28.5.1-1", "hold"],
  ["package", "jq", "1.6", "install"],
  ["source", "docker", fingerprint, base64],
];

const observe = (lines: readonly (readonly string[])[]) =>
  packages.observe(parseManifest(manifest(...lines)), "a", state, state);

/** The changes that would bring the packages back, when these lines stand in place of the good ones of their names. */
function changes(...lines: readonly (readonly string[])[]) {
  const kept = good.filter(
    ([word, name]) => !lines.some((line) => line[0] === word && line[1] === name),
  );
  return difference(observe([...kept, ...lines]) ?? {}, state, packages.inputs);
}

test("packages that are there at their versions are as they should be", () => {
  assert.deepEqual(observe(good), state);
});

test("of a package without a version only that it is there counts", () => {
  assert.deepEqual(changes(["package", "curl", "8.0", "hold"]), {});
});

test("another version, a lost hold and a missing package are told", () => {
  assert.deepEqual(changes(["package", "docker-ce", "5:29.0.0-1", "hold"]), {
    'packages["docker-ce"]': "update",
  });
  assert.deepEqual(changes(["package", "docker-ce", "5:28.5.1-1", "install"]), {
    "held[0]": "add",
  });
  const without = good.filter(([, name]) => name !== "curl");
  assert.deepEqual(difference(observe(without) ?? {}, state, packages.inputs), {
    "packages.curl": "add",
  });
});

test("a source whose text or key was changed, or that is gone, is told", () => {
  const other = Buffer.from("Types: deb-src\n").toString("base64");
  assert.deepEqual(changes(["source", "docker", fingerprint, other]), {
    "sources.docker.text": "update",
  });
  assert.deepEqual(changes(["source", "docker", "-", base64]), {
    "sources.docker.fingerprint": "update",
  });
  assert.deepEqual(changes(["source", "docker", fingerprint, "-"]), { "sources.docker": "add" });
});

test("what was missing in the last run and is there again is found", () => {
  const is = { ...state, packages: {}, held: [], sources: {} };
  const found = packages.observe(parseManifest(manifest(...good)), "a", is, state);
  assert.deepEqual(found, state);
});

test("packages that nobody noted on the host are gone", () => {
  assert.equal(observe(good.slice(1)), undefined);
  assert.equal(observe([["packages", "b"], ...good.slice(1)]), undefined);
});

test("the script is sent versions where there are some, and each source in one order", () => {
  const { files, values, timeoutSeconds } = packages.script(state);
  assert.equal(files.at(-1)?.pathname.split("/").at(-1), "packages.sh");
  assert.deepEqual(values, {
    PACKAGES: ["curl", "docker-ce"],
    VERSIONS: ["", "5:28.5.1-1"],
    HELD: ["docker-ce"],
    SOURCES: ["docker"],
    SOURCE_TEXTS: [text],
    KEY_URLS: ["https://example.org/key"],
    FINGERPRINTS: [fingerprint],
  });
  assert.equal(timeoutSeconds, 900);
});
