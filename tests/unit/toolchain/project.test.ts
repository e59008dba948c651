import assert from "node:assert/strict";
import { test } from "node:test";
import { labProject, labStack, missingSecrets } from "../../../lab/project.ts";

const committed = {
  name: "platform",
  description: "A forum",
  runtime: { name: "nodejs", options: { typescript: false } },
  main: "index.ts",
  requiredPulumiVersion: ">=3.259.0 <4.0.0",
  stackConfigDir: "stacks",
  config: { hosts: { type: "object" } },
};

test("the lab's project is the committed one with its own backend and all plugins named", () => {
  const plugins = [{ name: "tls", path: "/checkout/lab/plugins/tls", version: "5.6.1" }];
  assert.deepEqual(labProject(committed, "/checkout", "file:///checkout/.lab/state", plugins), {
    name: "platform",
    description: "A forum",
    runtime: { name: "nodejs", options: { typescript: false } },
    requiredPulumiVersion: ">=3.259.0 <4.0.0",
    config: { hosts: { type: "object" } },
    backend: { url: "file:///checkout/.lab/state" },
    plugins: {
      providers: [{ name: "tls", path: "/checkout/lab/plugins/tls", version: "5.6.1" }],
    },
  });
});

test("a plugin that the project brings itself is found from the lab's folder, too", () => {
  const own = { ...committed, plugins: { providers: [{ name: "host", path: "./provider" }] } };
  const project = labProject(own, "/checkout", "file:///state", []);
  assert.deepEqual(project.plugins, {
    providers: [{ name: "host", path: "/checkout/provider" }],
  });
});

test("what the lab knows completes the committed configuration and wins over it", () => {
  const stack = {
    config: {
      "platform:hosts": { forum: { release: "bookworm", address: "127.0.0.1" } },
      "platform:forum": { hostname: "forum.lab.test", plugins: ["a", "b"] },
    },
  };
  const known = {
    "platform:hosts": { forum: { address: "127.80.0.11", port: 22 } },
    "platform:forum": { image: { name: "standin:1" }, plugins: ["c"] },
  };
  assert.deepEqual(labStack(stack, known), {
    config: {
      "platform:hosts": { forum: { release: "bookworm", address: "127.80.0.11", port: 22 } },
      "platform:forum": {
        hostname: "forum.lab.test",
        plugins: ["c"],
        image: { name: "standin:1" },
      },
    },
  });
});

test("encrypted values and their salt stay, plain values of the earlier file go", () => {
  const earlier = {
    encryptionsalt: "v1:abc",
    config: {
      "platform:forum": { language: "de", smtp: { port: 25, user: { secure: "v1:x" } } },
      "platform:old": { a: 1 },
    },
  };
  const stack = { config: { "platform:forum": { smtp: { address: "smtp.lab.test" } } } };
  assert.deepEqual(labStack(stack, {}, earlier), {
    encryptionsalt: "v1:abc",
    config: {
      "platform:forum": { smtp: { address: "smtp.lab.test", user: { secure: "v1:x" } } },
    },
  });
});

test("a secret is missing when its section is there without it", () => {
  const paths = [
    ["platform:forum", "smtp", "user"],
    ["platform:forum", "smtp", "password"],
    ["platform:gitlab", "password"],
  ] as const;
  const forum = { smtp: { user: { secure: "v1:x" } } };
  assert.deepEqual(missingSecrets({ config: { "platform:forum": forum } }, paths), [
    "platform:forum.smtp.password",
  ]);
  assert.deepEqual(missingSecrets({}, paths), []);
});
