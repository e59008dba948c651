import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { isSecret, reveal, secret, text, UNKNOWN } from "../../../provider/grpc/values.ts";
import { digest, redacted, saltOf } from "../../../provider/secrets.ts";

test("the digest is the first half of that of the salt's line and the text", () => {
  const command = "{ printf '%s\\n' 5a17; printf secret; } | sha256sum";
  const printed = execFileSync("bash", ["-c", command], { encoding: "utf8" });
  assert.equal(digest("5a17", "secret"), printed.slice(0, 32));
});

test("another salt or another text is another digest; what is not known has none yet", () => {
  assert.notEqual(digest("a", "x"), digest("b", "x"));
  assert.notEqual(digest("a", "x"), digest("a", "y"));
  assert.equal(digest("a", secret(UNKNOWN)), UNKNOWN);
});

test("a salt is made once, and is a secret", () => {
  const salt = saltOf({});
  assert.ok(isSecret(salt));
  assert.match(text(reveal(salt)), /^[0-9a-f]{32}$/);
  assert.deepEqual(saltOf({ salt }), salt);
  assert.notDeepEqual(saltOf({}), salt);
});

test("no line of a secret stays in a message, wherever it stood in the properties", () => {
  const properties = {
    files: { "/k": { content: secret("-----BEGIN-----\nline-one\nline-two\n") } },
    list: [secret(["first-word", { deep: "second-word" }])],
    plain: "visible-word",
  };
  assert.equal(
    redacted(
      "line-two, then first-word and second-word; visible-word\n-----BEGIN-----",
      properties,
    ),
    "[secret], then [secret] and [secret]; visible-word\n[secret]",
  );
});

test("a secret that holds another one is taken out as a whole", () => {
  const properties = { a: secret("canary"), b: secret("canary-and-more") };
  assert.equal(redacted("canary-and-more, canary", properties), "[secret], [secret]");
});

test("what is as short as a common word stays, for else messages would be full of holes", () => {
  const properties = { a: secret("admin"), b: secret("line\n  \nyes\n}\n") };
  assert.equal(redacted("admin said yes, and a line", properties), "admin said yes, and a line");
});
