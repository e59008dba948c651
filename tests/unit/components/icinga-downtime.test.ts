import assert from "node:assert/strict";
import { test } from "node:test";
import { assignments } from "../../../formats/shell.ts";
import { platform } from "../../../stacks/platform.ts";
import { deploy } from "../../support/deploy.ts";
import { canaries, configuration, stackSections } from "../../support/example.ts";
import { valuesOf } from "../../support/host.ts";
import { commit } from "../../support/launcher.ts";

const forum = () => configuration(stackSections("Pulumi.forum.yaml"));

test("who watches is told before the forum is closed, and after it is open again", async () => {
  for (const preview of [false, true]) {
    const { resource } = await deploy(() => platform(forum()), preview);
    const before = (name: string) => resource(name).dependsOn;
    assert.deepEqual(before("forum-unwatched"), ["forum-image", "monitoring-deployments-timer"]);
    assert.ok(before("forum-previous").includes("forum-unwatched"));
    assert.deepEqual(before("forum-watched"), ["forum-image", "forum-ready", "forum-unwatched"]);
  }
});

test("a deployment is told by its site, its machine and how long it may take, on the machine that monitors", async () => {
  const { resource } = await deploy(() => platform(forum()));
  const { CHANGE } = resource("forum-previous").inputs["values"] as { CHANGE: string };
  const expected = (step: string) => [
    `STEP='${step}'`,
    "SITE='forum'",
    "SITE_HOST='forum'",
    "SECONDS_MAX='960'",
    `CHANGE='${CHANGE}'`,
  ];
  const { values, state } = resource("forum-unwatched").inputs;
  assert.deepEqual(
    assignments(values as Record<string, string>)
      .trim()
      .split("\n"),
    expected("begin").toSorted(),
  );
  assert.deepEqual(state, { lapsed: false }); // one that a run has left is begun again
  assert.deepEqual(valuesOf(resource("forum-watched")), [
    ...expected("end"),
    "SCRIPT='forum-watched'",
  ]);
});

test("the container of a forum's database is told of by itself, for it is replaced by itself", async () => {
  const sections = stackSections("Pulumi.forum.yaml");
  sections["forum"] = {
    ...sections["forum"],
    image: { launcher: { commit } },
    ...{ layout: "two-container", data: { password: canaries.stores } },
  };
  const { resource } = await deploy(() => platform(configuration(sections)));
  const before = (name: string) => resource(name).dependsOn;
  assert.deepEqual(before("forum-stores-unwatched"), [
    ...["forum-stores-image", "monitoring-deployments-timer"],
  ]);
  assert.ok(before("forum-stores-previous").includes("forum-stores-unwatched"));
  assert.ok(before("forum-stores-watched").includes("forum-stores-ready"));
  const change = (name: string) =>
    (resource(name).inputs["values"] as Record<string, unknown>)["CHANGE"];
  assert.equal(change("forum-stores-unwatched"), change("forum-stores-previous"));
  assert.notEqual(change("forum-stores-unwatched"), change("forum-unwatched"));
});

test("without a machine that monitors, nobody is told", async () => {
  const { list } = await deploy(() => platform(configuration(stackSections("Pulumi.lab.yaml"))));
  assert.deepEqual(
    list.filter((line) => /watched/.test(line)),
    [],
  );
});

test("what a site's visitors see is known as the site's, and nothing else is", async () => {
  const { resource } = await deploy(() => platform(forum()));
  const { TEXT } = resource("monitoring-checks-package").inputs["values"] as { TEXT: string };
  const services = TEXT.split("\n\n").filter((text) => text.includes("\nobject Service "));
  const named = services.filter((text) => text.includes('vars["site"] = "forum"'));
  assert.deepEqual(
    named.map((text) => /object Service "(.*)"/.exec(text)?.[1]),
    ["forum-status", "forum-database", "site-forum", "site-forum-outside"],
  );
});
