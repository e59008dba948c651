import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { DiscourseImage } from "../../components/discourse-image/index.ts";
import { sharedDirectory, socketPath } from "../../components/discourse/site.ts";
import { forumMachine } from "../support/forum.ts";
import { exampleHost } from "../support/host.ts";
import { withProvider } from "../support/host-provider.ts";
import { imageWanted, launcherStandin, standinRepository } from "../support/launcher.ts";
import { applyOn, stateOf } from "../support/scripts.ts";

const { machine, image } = await forumMachine();
const version = `${sharedDirectory}/postgres_data/PG_VERSION`;

describe("PostgreSQL's major version", () => {
  let commit = "";

  /** Builds the forum's image; gives the error of the build, and what it did. */
  async function build(options: object) {
    const wanted = imageWanted({ repository: standinRepository, commit, ...options });
    const { results } = await applyOn(machine, () => {
      const args = { host: exampleHost(), options: wanted.options };
      new DiscourseImage("forum-build", args).build({ container: "app", wanted });
    });
    return results.at(-1) ?? assert.fail("nothing was run");
  }

  /** What a plain preview would find of the data's version. */
  async function found(): Promise<unknown> {
    const kept = stateOf(machine).get("forum-build-image") ?? assert.fail("it is there");
    const read = await withProvider((run) => run.refresh(kept));
    return (read?.properties["state"] as Record<string, unknown>)["postgres"];
  }

  before(async () => {
    commit = await launcherStandin(machine, image.name);
    await machine.succeed(
      `docker rm -f app >/dev/null 2>&1; rm -rf ${sharedDirectory}/postgres_data ${socketPath}`,
    );
  });

  after(async () => {
    await machine.run(`rm -rf ${sharedDirectory}/postgres_data`);
  });

  test("is that of the build when there are no data yet, and shows when it is another", async () => {
    assert.equal((await build({ edition: "first" })).stderr, "");
    assert.equal(await machine.succeed(`cat ${version}`), "18\n");
    assert.equal(await found(), "18");
    await machine.succeed(`echo 15 >${version}`);
    assert.equal(await found(), "15");
  });

  test("goes up in a build when that is confirmed, by the launcher's asking to be run again", async () => {
    const refused = await build({ edition: "second" });
    assert.match(
      refused.stderr,
      /^forum: the data are of PostgreSQL 15, and this build would bring/m,
    );
    assert.equal(await machine.succeed(`cat ${version}`), "15\n");
    assert.equal((await build({ edition: "second", upgradePostgresFrom: 15 })).stderr, "");
    assert.equal(await machine.succeed(`cat ${version}`), "18\n");
    assert.match(
      await machine.succeed("cat /var/log/platform-build-app.log"),
      /the launcher asked to be run again \(77\), which was try 1 of 3/,
    );
    assert.equal(
      (await build({ edition: "second", upgradePostgresFrom: 15 })).stdout,
      "unchanged\n",
    );
  });

  test("that went up in a build that failed is said, for the old image cannot read it", async () => {
    await machine.succeed(`echo 15 >${version}`);
    const failing = { upgradePostgresFrom: 15, run: [{ commands: ["exit 5"] }] };
    assert.match(
      (await build(failing)).stderr,
      /was not built: the launcher ended with 1\. The data are of PostgreSQL 18 by now, so the forum is away until a build succeeds\./,
    );
  });
});
