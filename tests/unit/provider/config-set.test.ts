import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { configSet } from "../../../provider/config-set.ts";
import { difference } from "../../../provider/difference.ts";
import { secret, type Properties } from "../../../provider/grpc/values.ts";
import { parseManifest } from "../../../provider/manifest.ts";
import { digest } from "../../../provider/secrets.ts";
import { manifest, motd } from "./fake-host.ts";

const file = { mode: "0644", owner: "root:root" };
const hex = (text: string) => Buffer.from(text).toString("hex");

/** What is found of a set with one file when the host says this of the file. */
function observed(state: Properties, ...words: readonly string[]): Properties {
  const lines = words.length === 0 ? [] : [["path", "a", "/f", ...words]];
  const found = parseManifest(manifest(["set", "a"], ...lines));
  return configSet.observe(found, "a", { ...motd, files: { "/f": state } }) ?? {};
}

/** The paths that would change to bring the file back. */
function changes(state: Properties, ...words: readonly string[]): Properties {
  const form = (files: Properties) => configSet.comparable?.({ ...motd, files }) ?? {};
  const is = observed(state, ...words)["files"] as Properties;
  const found = difference(form(is), form({ "/f": state }), ["files"]);
  return Object.fromEntries(
    Object.entries(found).map(([path, kind]) => [path.replace('files["/f"]', "f"), kind]),
  );
}

test("a file that is as it was written is no change", () => {
  const state = { ...file, content: "text\n" };
  assert.deepEqual(changes(state, "0644", "root:root", "regular file", hex("text\n")), {});
});

test("content, mode and owner are told apart", () => {
  const state = { ...file, content: "text\n" };
  assert.deepEqual(changes(state, "0600", "www-data:root", "regular file", hex("other")), {
    "f.content": "update",
    "f.mode": "update",
    "f.owner": "update",
  });
  assert.deepEqual(changes(state), { f: "add" });
});

test("what is no plain file any more is told by what it is", () => {
  const state = { ...file, content: "" };
  const link = { ...file, mode: "0777", type: "symbolic link", content: "" };
  assert.deepEqual(observed(state, "0777", "root:root", "symbolic link", "-")["files"], {
    "/f": link,
  });
  assert.deepEqual(changes(state, "0777", "root:root", "symbolic link", "-"), {
    "f.mode": "update",
    "f.type": "delete",
  });
  const hidden = { ...file, content: secret("KEY"), digest: "1".repeat(32) };
  assert.deepEqual(changes(hidden, "0644", "root:root", "directory", "-"), { "f.type": "delete" });
});

test("what was found to be no plain file and is one again is told as one", () => {
  const state = { ...file, type: "symbolic link", content: "" };
  assert.deepEqual(observed(state, "0644", "root:root", "regular file", hex("text"))["files"], {
    "/f": { ...file, content: "text" },
  });
});

test("of a large file only whether it changed is known", () => {
  const content = "x".repeat(70_000);
  const sha = createHash("sha256").update(content).digest("hex");
  const state = { ...file, content };
  const found = (digestThere: string) =>
    observed(state, "0644", "root:root", "regular file", `=${digestThere}`);
  assert.deepEqual(found(sha)["files"], { "/f": state });
  const other = "0".repeat(64);
  assert.deepEqual(found(other)["files"], {
    "/f": { ...file, content: `(too large to show, sha256 ${other})` },
  });
});

const salt = secret("5a17");

test("a secret file is found by its digest, and its text is not read from the host", () => {
  const state = { ...file, content: secret("KEY"), digest: digest(salt, "KEY") };
  const same = `~${createHash("sha256").update("5a17\nKEY").digest("hex").slice(0, 32)}`;
  assert.deepEqual(changes(state, "0644", "root:root", "regular file", same), {});
  assert.deepEqual(changes(state, "0644", "root:root", "regular file", `~${"0".repeat(32)}`), {
    "f.digest": "update",
  });
});

test("a file that became secret, or none any more, outside of this state is told without its text", () => {
  const hidden = { ...file, content: secret("KEY"), digest: digest(salt, "KEY") };
  const state: Properties = { ...motd, salt, files: { "/f": hidden } };
  const words = ["path", "a", "/f", "0644", "root:root", "regular file"];
  const read = (content: string) =>
    configSet.observe(parseManifest(manifest(["set", "a"], [...words, content])), "a", state);
  assert.deepEqual(read(hex("KEY"))?.["files"], { "/f": hidden });
  assert.deepEqual(read(hex("OTHER"))?.["files"], {
    "/f": { ...hidden, digest: digest(salt, "OTHER") },
  });
  const plain = { ...file, content: "text" };
  assert.deepEqual(
    observed(plain, "0644", "root:root", "regular file", `~${"0".repeat(32)}`)["files"],
    {
      "/f": { ...file, content: "(secret)" },
    },
  );
});

test("an absent path that is there is told, and one that is not there is as it should be", () => {
  const state = { ...motd, files: {}, absent: ["/etc/a", "/etc/b"] };
  const there = ["path", "a", "/etc/a", "0644", "root:root", "regular file", ""];
  const read = (...lines: string[][]) =>
    configSet.observe(parseManifest(manifest(["set", "a"], ...lines)), "a", state)?.["absent"];
  assert.deepEqual(read(there), ["/etc/b"]);
  assert.deepEqual(read(), ["/etc/a", "/etc/b"]);
});

test("a set of which nothing is noted on the host is gone", () => {
  const found = parseManifest(manifest(["set", "b"]));
  assert.equal(configSet.observe(found, "a", motd), undefined);
});

test("the script is sent every file in one order, and which of them are secret", () => {
  const { files, values, timeoutSeconds } = configSet.script({
    ...motd,
    salt: "5a17",
    files: {
      "/z": { ...file, content: "z" },
      "/k": { mode: "0600", owner: "www-data:root", content: "KEY", digest: "1" },
    },
    absent: ["/a"],
    adopt: "refuse",
    validate: ["one", "two"],
    activate: ["three"],
  });
  assert.deepEqual(
    files.map(({ pathname }) => pathname.split("/").at(-1)),
    ["transaction.sh", "swap.sh", "view.sh", "config-set.sh"],
  );
  assert.deepEqual(values, {
    PATHS: ["/z", "/k"],
    MODES: ["0644", "0600"],
    OWNERS: ["root:root", "www-data:root"],
    ABSENT: ["/a"],
    SECRETS: ["/k"],
    SALT: "5a17",
    ADOPT: "refuse",
    VALIDATE: "one\ntwo",
    ACTIVATE: "three",
    PROBE: "",
    CONTENTS: ["z", "KEY"],
  });
  assert.equal(timeoutSeconds, 300);
});
