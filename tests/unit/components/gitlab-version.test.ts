import assert from "node:assert/strict";
import { test } from "node:test";
import { since, versionOf } from "../../../components/gitlab/version.ts";

test("a tag names one release", () => {
  assert.deepEqual(versionOf("18.11.11-ee.0"), {
    major: 18,
    minor: 11,
    patch: 11,
    text: "18.11.11",
  });
  assert.equal(versionOf("17.11.0-ee.0").text, "17.11.0");
});

test("releases are compared by their numbers", () => {
  const version = versionOf("19.2.0-ee.0");
  assert.deepEqual(
    (["18.11", "19.1", "19.2", "19.3", "19.11", "20.0"] as const).map((one) => since(version, one)),
    [true, true, true, false, false, false],
  );
  assert.equal(since(versionOf("18.11.0-ee.0"), "18.2"), true);
});

const exact = "take an exact release of the Enterprise Edition, such as 18.11.11-ee.0";

test("a tag that is another image tomorrow is refused", () => {
  for (const tag of ["latest", "nightly", "rc", "18", "18.11", "18.11-ee", "18.11.0-rc42.ee.0"]) {
    assert.throws(
      () => versionOf(tag),
      new RangeError(`"${tag}" does not name one release for good: ${exact}`),
    );
  }
});

test("the Community Edition is refused", () => {
  assert.throws(
    () => versionOf("18.11.11-ce.0"),
    new RangeError(`"18.11.11-ce.0" is the Community Edition: ${exact}`),
  );
});

test("what is no tag of GitLab's image is refused", () => {
  for (const tag of ["", "18.11.11", "v18.11.11-ee.0", "18.11.11-ee.0\n", "18.11.1111-ee.0", "x"]) {
    assert.throws(
      () => versionOf(tag),
      new RangeError(`"${tag}" is no tag of GitLab's image: ${exact}`),
    );
  }
});

test("a release whose settings are not known is refused", () => {
  assert.throws(
    () => versionOf("17.10.9-ee.0"),
    new RangeError(
      "17.10.9 is older than 17.11, the oldest release whose settings are known here: take a newer one",
    ),
  );
});
