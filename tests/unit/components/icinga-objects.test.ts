import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { stackPackage } from "../../../components/icinga/objects.ts";
import { NotifyOptions } from "../../../components/icinga/notify-options.ts";
import { exampleCheck, watchedExample, watchedText } from "../../support/watched.ts";

test("a stack's checks are machines, commands of fixed words, services, and what these depend on", () => {
  const { text, id, name, marker, sum, plugins } = stackPackage(watchedExample);
  assert.equal(text.replace(id, "ID"), watchedText);
  assert.deepEqual([name, marker], ["platform-lab_test", "package.platform-lab_test"]);
  assert.match(id, /^[0-9a-f]{16}$/);
  assert.equal(sum, createHash("sha256").update(text).digest("hex").slice(0, 16));
  assert.deepEqual(plugins, [
    "/usr/lib/nagios/plugins/check_http",
    "/usr/local/sbin/platform-backup",
  ]);
});

test("the id tells one text from another", () => {
  const { id } = stackPackage(watchedExample);
  assert.equal(stackPackage({ ...watchedExample }).id, id);
  const less = { ...watchedExample, checks: watchedExample.checks.slice(0, -1) };
  assert.notEqual(stackPackage(less).id, id);
});

test("what judges deployments is marked, and tells nobody itself", () => {
  const checks = [exampleCheck(), exampleCheck({ name: "judge", site: "forum", gate: true })];
  const notify = NotifyOptions.parse({ mail: { to: ["a@example.org"], from: "b@example.org" } });
  const { text } = stackPackage({ ...watchedExample, checks, notify });
  assert.match(text, /^object Service "judge" \{\n[^}]* {2}vars\["gate"\] = true\n\}/m);
  const told = text.matchAll(/^object Notification "mail" \{\n {2}host_name = "(.*)"\n(.*)$/gm);
  assert.deepEqual(
    [...told].map(([, host, next = ""]) => [host, /service_name = "(.*)"/.exec(next)?.[1]]),
    [
      ["monitor", undefined],
      ["forum", undefined],
      ["forum", "site-forum"],
    ],
  );
});

test("two checks of one name, one of a machine or that needs what is not there, and a circle are refused", () => {
  const twice = [exampleCheck(), exampleCheck({ from: "outside" })];
  assert.throws(() => stackPackage({ ...watchedExample, checks: twice }), {
    message: "there are two objects CheckCommand platform.forum.site-forum",
  });
  const chain = (needs: string) => () =>
    stackPackage({
      ...watchedExample,
      checks: [
        exampleCheck({ name: "one", needs: "two" }),
        exampleCheck({ name: "two", needs }),
        exampleCheck({ name: "three", host: "monitor" }),
      ],
    });
  assert.throws(chain("three"), {
    message: "forum-nginx: the check one needs three, and forum has none of that name",
  });
  assert.throws(chain("one"), {
    message: "forum-nginx: the check one needs itself, by two",
  });
  const strange = [exampleCheck({ host: "web" })];
  assert.throws(() => stackPackage({ ...watchedExample, checks: strange }), {
    message: "forum-nginx: the check site-forum is about web, which is no machine",
  });
});
