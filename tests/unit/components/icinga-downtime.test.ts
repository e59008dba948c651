import assert from "node:assert/strict";
import { test } from "node:test";
import { platform } from "../../../stacks/platform.ts";
import { deploy } from "../../support/deploy.ts";
import { canaries, configuration, stackSections } from "../../support/example.ts";
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
  const states = { begin: { lapsed: false }, end: { ended: true } };
  for (const [name, step] of [
    ["forum-unwatched", "begin"],
    ["forum-watched", "end"],
  ] as const) {
    const { values, state } = resource(name).inputs;
    assert.deepEqual(values, {
      ...{ STEP: step, SITE: "forum", SITE_HOST: "forum", SECONDS_MAX: "960", CHANGE },
    });
    assert.deepEqual(state, states[step]); // what a run has left is begun again, and ended
  }
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
    ["forum-status", "forum-database", "forum-deployment", "site-forum", "site-forum-outside"],
  );
});
