import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { configSet } from "../../../provider/config-set.ts";
import { difference } from "../../../provider/difference.ts";
import { secret, type Properties, type Value } from "../../../provider/grpc/values.ts";
import { parseManifest } from "../../../provider/manifest.ts";
import { digest } from "../../../provider/secrets.ts";
import { manifest, motd } from "./fake-host.ts";

const file = { mode: "0644", owner: "root:root" };
const hex = (text: string) => Buffer.from(text).toString("hex");

/** A manifest of the set `a`, in which these words tell of the file `/f`. */
const hostSays = (...words: readonly string[]) =>
  parseManifest(
    manifest(["set", "a"], ...(words.length === 0 ? [] : [["path", "a", "/f", ...words]])),
  );

const salt = secret("5a17");
const inputsOf = (of: Properties): Properties => ({ ...motd, salt, files: { "/f": of } });

/** What is found of a set with one file. */
function observed(wanted: Properties, ...words: readonly string[]): Value | undefined {
  const inputs = inputsOf(wanted);
  const files = configSet.observe(hostSays(...words), "a", inputs, inputs)?.["files"];
  return (files as Properties)["/f"];
}

/** The paths that would change to bring the file back. */
function changes(wanted: Properties, ...words: readonly string[]) {
  const form = (properties: Properties) => configSet.comparable?.(properties) ?? {};
  const inputs = inputsOf(wanted);
  const is = configSet.observe(hostSays(...words), "a", inputs, inputs) ?? {};
  const found = Object.entries(difference(form(is), form(inputs), ["files"]));
  return Object.fromEntries(found.map(([path, kind]) => [path.replace('files["/f"]', "f"), kind]));
}

test("a file that is as it was written is no change", () => {
  const wanted = { ...file, content: "text\n" };
  assert.deepEqual(changes(wanted, "0644", "root:root", "regular file", hex("text\n")), {});
});

test("content, mode and owner are told apart", () => {
  const wanted = { ...file, content: "text\n" };
  assert.deepEqual(changes(wanted, "0600", "www-data:1234", "regular file", hex("other")), {
    "f.content": "update",
    "f.mode": "update",
    "f.owner": "update",
  });
  assert.deepEqual(changes(wanted), { f: "add" });
});

const hidden = { ...file, content: secret("KEY"), digest: digest(salt, "KEY") };

test("what is no plain file any more is told by what it is, and nothing of it is kept", () => {
  const words = ["0777", "root:root", "symbolic link", "-"];
  const link = { mode: "0777", owner: "root:root", type: "symbolic link", content: "" };
  for (const wanted of [{ ...file, content: "text" }, hidden]) {
    assert.deepEqual(observed(wanted, ...words), link);
  }
  assert.deepEqual(changes({ ...file, content: "text" }, ...words), {
    "f.content": "update",
    "f.mode": "update",
    "f.type": "delete",
  });
  assert.deepEqual(changes(hidden, "0644", "root:root", "directory", "-"), {
    "f.content": "delete",
    "f.digest": "add",
    "f.type": "delete",
  });
});

test("a file that could not be read is told as an empty one", () => {
  const wanted = { ...file, content: "text" };
  assert.deepEqual(changes(wanted, "0644", "root:root", "regular file", "-"), {
    "f.content": "update",
  });
});

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

test("a large text is compared by its digest", () => {
  const content = "x".repeat(70_000);
  const wanted = { ...file, content, digest: sha256(content).slice(0, 32) };
  const words = ["0644", "root:root", "regular file"];
  assert.deepEqual(changes(wanted, ...words, `=${sha256(content)}`), {});
  assert.deepEqual(changes(wanted, ...words, `=${sha256("other")}`), { "f.digest": "update" });
  assert.deepEqual(observed(wanted, ...words, hex("short")), {
    ...wanted,
    digest: sha256("short").slice(0, 32),
  });
  const small = { ...file, content: "x" };
  assert.deepEqual(observed(small, ...words, `=${sha256("other")}`), {
    ...small,
    content: `(too large to show, sha256 ${sha256("other")})`,
  });
});

test("a secret file is found by its digest, and its text is not read from the host", () => {
  const words = ["0644", "root:root", "regular file"];
  const same = `~${sha256("5a17\nKEY").slice(0, 32)}`;
  assert.deepEqual(observed(hidden, ...words, same), hidden);
  assert.deepEqual(changes(hidden, ...words, `~${"0".repeat(32)}`), { "f.digest": "update" });
});

test("of a file whose secrecy the host does not know yet, the text is not kept either", () => {
  const words = ["0644", "root:root", "regular file"];
  assert.deepEqual(observed(hidden, ...words, hex("KEY")), hidden);
  assert.deepEqual(observed(hidden, ...words, hex("OTHER")), {
    ...hidden,
    digest: digest(salt, "OTHER"),
  });
  const plain = { ...file, content: "text" };
  assert.deepEqual(observed(plain, ...words, `~${"0".repeat(32)}`), {
    ...file,
    content: "(secret)",
  });
});

test("an absent path that is there is told, and one that is not there is as it should be", () => {
  const inputs = { ...motd, files: {}, absent: ["/f", "/etc/b"] };
  const absent = (...words: string[]) =>
    configSet.observe(hostSays(...words), "a", inputs, inputs)?.["absent"];
  assert.deepEqual(absent("0644", "root:root", "regular file", ""), ["/etc/b"]);
  assert.deepEqual(absent(), ["/f", "/etc/b"]);
});

test("what was missing in the last run and is there again is found", () => {
  const inputs = { ...inputsOf(hidden), absent: ["/etc/b"] };
  const is = { ...inputs, files: {}, absent: [] };
  const same = `~${sha256("5a17\nKEY").slice(0, 32)}`;
  const found = hostSays("0644", "root:root", "regular file", same);
  assert.deepEqual(configSet.observe(found, "a", is, inputs), inputs);
});

test("a set of which nothing is noted on the host is gone", () => {
  assert.equal(
    configSet.observe(parseManifest(manifest(["set", "b"])), "a", motd, motd),
    undefined,
  );
});

test("each command has two minutes, or as long as is said, and the whole script time for the way back", () => {
  const times = (more: Properties) => {
    const { values, timeoutSeconds, backSeconds } = configSet.script({ ...motd, ...more });
    return [values["COMMAND_SECONDS"], timeoutSeconds, backSeconds];
  };
  assert.deepEqual(times({}), ["120", 600, 120]);
  assert.deepEqual(times({ commandSeconds: 3 }), ["3", 600, 120]);
  assert.deepEqual(times({ commandSeconds: 1800 }), ["1800", 9000, 1800]);
});

test("another time for commands is a change, but none that runs them", () => {
  const of = (more: Properties) => ({ ...motd, activate: ["systemctl reload demo"], ...more });
  const changed = (is: Properties, wanted: Properties) => {
    const found = configSet.observe(parseManifest(manifest(["set", "a"])), "a", is, is) ?? {};
    const changes = difference(found, { ...wanted, files: {} }, configSet.inputs);
    return { ...changes, ...configSet.effects?.(changes, wanted) };
  };
  assert.deepEqual(changed(of({}), of({})), {});
  assert.deepEqual(changed(of({}), of({ commandSeconds: 9 })), { commandSeconds: "add" });
  const [nine, ten] = [of({ commandSeconds: 9 }), of({ commandSeconds: 10 })];
  assert.deepEqual(changed(nine, ten), { commandSeconds: "update" });
  assert.deepEqual(changed(nine, of({})), { commandSeconds: "delete" });
});

test("the script is sent every file in one order, and which of them are secret", () => {
  const { files, values, timeoutSeconds } = configSet.script({
    ...motd,
    salt,
    files: {
      "/z": { ...file, content: "z" },
      "/k": { mode: "0600", owner: "www-data:root", content: secret("KEY"), digest: "1" },
      "/l": { ...file, content: "large", digest: "2" },
    },
    absent: ["/a"],
    adopt: "refuse",
    validate: ["one", "two"],
    activate: ["three"],
    deactivate: ["four"],
  });
  assert.deepEqual(
    files.map(({ pathname }) => pathname.split("/").at(-1)),
    [
      "limit.sh",
      "transaction.sh",
      "space.sh",
      "owners.sh",
      "swap.sh",
      "journal.sh",
      "settle.sh",
      "leave.sh",
      "recovery.sh",
      "view.sh",
      "config-set.sh",
    ],
  );
  assert.deepEqual(values, {
    PATHS: ["/z", "/k", "/l"],
    MODES: ["0644", "0600", "0644"],
    OWNERS: ["root:root", "www-data:root", "root:root"],
    ABSENT: ["/a"],
    SECRETS: ["/k"],
    SALT: "5a17",
    ADOPT: "refuse",
    VALIDATE: "one\ntwo",
    ACTIVATE: "three",
    PROBE: "",
    DEACTIVATE: "four",
    COMMAND_SECONDS: "120",
    CONTENTS: ["z", "KEY", "large"],
  });
  assert.equal(timeoutSeconds, 600);
});
