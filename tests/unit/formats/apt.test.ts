import assert from "node:assert/strict";
import { test } from "node:test";
import { source } from "../../../formats/apt.ts";

const docker = {
  uris: "https://download.docker.com/linux/debian",
  suites: "bookworm",
  components: "stable",
  signedBy: "/etc/apt/keyrings/platform-docker.asc",
};

test("a source of packages is a stanza of deb822", () => {
  assert.equal(
    source(docker),
    "Types: deb\n" +
      "URIs: https://download.docker.com/linux/debian\n" +
      "Suites: bookworm\n" +
      "Components: stable\n" +
      "Signed-By: /etc/apt/keyrings/platform-docker.asc\n",
  );
});

test("several words stand side by side, in the order given", () => {
  assert.equal(
    source({
      types: ["deb", "deb-src"],
      uris: ["https://a.example.org/debian", "https://b.example.org/debian"],
      suites: ["bookworm", "bookworm-updates"],
      components: ["main", "contrib"],
      architectures: ["amd64", "arm64"],
      signedBy: "/etc/apt/keyrings/platform-a.asc",
    }),
    "Types: deb deb-src\n" +
      "URIs: https://a.example.org/debian https://b.example.org/debian\n" +
      "Suites: bookworm bookworm-updates\n" +
      "Components: main contrib\n" +
      "Architectures: amd64 arm64\n" +
      "Signed-By: /etc/apt/keyrings/platform-a.asc\n",
  );
});

test("a repository without releases has a path for its suite and no components", () => {
  assert.equal(
    source({ uris: "file:///srv/repository", suites: "./", components: [], signedBy: "/key.asc" }),
    "Types: deb\nURIs: file:///srv/repository\nSuites: ./\nSigned-By: /key.asc\n",
  );
});

test("a line break is refused in every field, for it could smuggle in another one", () => {
  const fields = {
    types: "Types",
    uris: "URIs",
    suites: "Suites",
    components: "Components",
    architectures: "Architectures",
    signedBy: "Signed-By",
  };
  for (const [field, name] of Object.entries(fields)) {
    for (const wrong of ["a\nTrusted: yes", "a\rb"]) {
      assert.throws(
        () => source({ ...docker, [field]: wrong }),
        new RangeError(`${name} of a package source cannot hold a line break`),
        field,
      );
    }
  }
  assert.throws(
    () => source({ ...docker, suites: ["bookworm", "a\nTrusted: yes"] }),
    new RangeError("Suites of a package source cannot hold a line break"),
  );
});
