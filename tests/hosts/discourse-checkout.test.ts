import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { DiscourseImage } from "../../components/discourse-image/index.ts";
import { forumMachine } from "../support/forum.ts";
import { exampleHost } from "../support/host.ts";
import {
  commitStandin,
  imageWanted,
  launcherStandin,
  standinRepository,
} from "../support/launcher.ts";
import { kindOn } from "../support/kept.ts";
import type { Properties } from "../../provider/grpc/values.ts";
import type { Kept } from "../support/host-provider.ts";
import { deploy } from "../support/deploy.ts";

const { machine, image } = await forumMachine();
const made = kindOn(machine, "Script", "forum-build-checkout");

/** The inputs of a checkout at that commit, as the component registers them. */
async function checkout(commit: string) {
  const wanted = imageWanted({ repository: standinRepository, commit });
  const { resource } = await deploy(() => {
    new DiscourseImage("forum-build", { host: exampleHost(), options: wanted.options });
  });
  const { values, ...inputs } = resource("forum-build-checkout").inputs;
  return { ...inputs, values: values as Properties, host: made.host };
}

describe("discourse_docker's checkout", () => {
  let first = "";
  let second = "";
  let kept: Kept;

  before(async () => {
    first = await launcherStandin(machine, image.name);
    second = await commitStandin(machine, "echo '# later' >> launcher");
    await machine.succeed(
      "mkdir -p /var/discourse/shared/standalone && cd /var/discourse && rm -rf .git && echo kept > shared/standalone/upload",
    );
  });

  test("comes beside the data that are there, at its commit, and keeps what differs as a patch", async () => {
    await machine.succeed("echo 'mine' > /var/discourse/launcher");
    kept = await made.well("create", await checkout(first));
    assert.equal(await machine.succeed("cat /var/discourse/shared/standalone/upload"), "kept\n");
    assert.match(
      await machine.succeed("cat /var/discourse/.git/changed-by-hand.patch"),
      /^\+mine$/m,
    );
    assert.match(await machine.succeed("head -n 2 /var/discourse/launcher"), /A stand-in/);
    kept = await made.well("same", await checkout(first), kept);
  });

  test("goes to another commit, and shows one that somebody else has gone to", async () => {
    kept = await made.well("update", await checkout(second), kept);
    assert.match(await machine.succeed("tail -n 1 /var/discourse/launcher"), /^# later$/m);
    await machine.succeed(`cd /var/discourse && git checkout -q -b main ${first}`);
    assert.deepEqual(await made.preview(await checkout(second), kept), {
      "UPDATE state.commit": first,
      "UPDATE state.detached": false,
    });
    kept = await made.well("update", await checkout(second), kept);
    assert.equal(await machine.succeed("cd /var/discourse && git rev-parse HEAD"), `${second}\n`);
  });

  test("shows a file that was changed by hand, puts it right, and keeps the change", async () => {
    await machine.succeed("echo 'by hand' >> /var/discourse/launcher");
    assert.deepEqual(await made.preview(await checkout(second), kept), {
      "UPDATE state.clean": false,
    });
    kept = await made.well("update", await checkout(second), kept);
    assert.match(
      await machine.succeed("cat /var/discourse/.git/changed-by-hand.patch"),
      /^\+by hand$/m,
    );
    assert.deepEqual(await made.preview(await checkout(second), kept), {});
  });

  test("is finished when a run was killed in the middle of it", async () => {
    await machine.succeed(
      "cd /var/discourse && touch .git/platform-half .git/index.lock && rm launcher && echo half > read.rb",
    );
    assert.deepEqual(await made.preview(await checkout(second), kept), {
      "UPDATE state.clean": false,
    });
    kept = await made.well("update", await checkout(second), kept);
    assert.equal(
      await machine.succeed(
        "cd /var/discourse && git status --porcelain; ls .git | grep -c platform-half || true",
      ),
      "0\n",
    );
  });

  test("says which commit or repository there is none of, and stays where it is", async () => {
    const nowhere = { ...(await checkout("f".repeat(40))) };
    const [, none] = await made.up(nowhere, kept);
    assert.match(
      none.error,
      /file:\/\/\/srv\/discourse_docker\.git has no commit f{40} in a branch: correct `commit`/,
    );
    const inputs = await checkout("e".repeat(40));
    const values = {
      ...inputs.values,
      REPOSITORY: "file:///srv/nothing.git",
    };
    const [, gone] = await made.up({ ...inputs, values }, kept);
    assert.match(
      gone.error,
      /file:\/\/\/srv\/nothing\.git could not be fetched \(see above\): see whether the machine reaches it/,
    );
    assert.equal(await machine.succeed("cd /var/discourse && git rev-parse HEAD"), `${second}\n`);
    kept = await made.well("update", await checkout(second), kept);
  });

  test("goes with the resource when it was made here, and the data stay", async () => {
    await made.remove(kept);
    const left =
      "cd /var/discourse; find . -name '.git*' -o -name launcher -o -name templates; cat shared/standalone/upload";
    assert.equal(await machine.succeed(left), "kept\n");
    await machine.succeed(
      "git clone -q /srv/discourse_docker.git /run/clone && mv /run/clone/.git /var/discourse/ && cd /var/discourse && git checkout -q -f",
    );
    kept = await made.well("create", await checkout(first));
    await made.remove(kept);
    assert.equal(
      await machine.succeed("cd /var/discourse && git rev-parse HEAD && rm -rf .git"),
      `${first}\n`,
    );
  });
});
