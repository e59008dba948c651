import assert from "node:assert/strict";
import { basename, join } from "node:path";
import { test } from "node:test";
import { sources } from "../../lab/checks/sources.ts";

const files = sources(join(import.meta.dirname, "../.."));

test("every script ends by running its verb, and reads no other input", () => {
  const libraries = [
    "answers.sh",
    "api.sh",
    "apt.sh",
    "boot.sh",
    "bootstrap.sh",
    "challenge.sh",
    "check.sh",
    "container.sh",
    "deploy.sh",
    "detached.sh", // its stdin goes on with the script that it runs
    "disk.sh",
    "domain.sh",
    "downtimes.sh",
    "first.sh",
    "hypervisor.sh",
    "image.sh",
    "instance.sh",
    "journal.sh",
    "leave.sh",
    "limit.sh",
    "notes.sh",
    "obtain.sh",
    "once.sh",
    "outcome.sh",
    "owners.sh",
    "paths.sh",
    "place.sh",
    "postgres.sh",
    "prelude.sh",
    "quota.sh",
    "records.sh",
    "recovery.sh",
    "relay.sh",
    "services.sh",
    "serving.sh",
    "settle.sh",
    "sources.sh",
    "space.sh",
    "stage.sh",
    "stores-answer.sh",
    "swap.sh",
    "telling.sh",
    "token.sh",
    "transaction.sh",
    "twin.sh",
    "unpacked.sh",
    "view.sh",
  ];
  const scripts = files.filter(
    ({ path }) => /^(?:components|provider)\/(?!.*programs\/).*\.sh$/.test(path), // those are put on a machine as they are
  );
  const found = scripts.map(({ path }) => basename(path));
  assert.deepEqual(
    libraries.filter((name) => !found.includes(name)),
    [],
  );
  assert.ok(
    scripts.every(({ path }) =>
      /^(?:components\/[\w-]+(?:\/command)?|provider\/shell)\/[\w-]+\.sh$/.test(path),
    ),
  );
  for (const { path, text } of scripts) {
    const runs = text.endsWith('\n"$@" </dev/null\n');
    assert.equal(runs, !libraries.includes(basename(path)), path);
    const verb = ["look.sh", "survey.sh"].includes(basename(path)) ? "look" : "apply";
    assert.equal(
      new RegExp(`^${verb}\\(\\) \\{$`, "m").test(text),
      runs,
      `${path} defines ${verb}`,
    );
  }
});
