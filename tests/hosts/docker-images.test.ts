import assert from "node:assert/strict";
import { test } from "node:test";
import { DockerEngine, DockerEngineOptions } from "../../components/docker-engine/index.ts";
import { forumMachine } from "../support/forum.ts";
import { exampleHost } from "../support/host.ts";
import { applyOn } from "../support/scripts.ts";

test("an archive is loaded, and loaded again when its image is gone", async () => {
  const { machine, image } = await forumMachine();
  const options = DockerEngineOptions.parse({ source: "debian" });
  const load = async (archive: string, name = image.name) => {
    const { results } = await applyOn(machine, () => {
      const engine = new DockerEngine("engine", { host: exampleHost(), options });
      engine.loadImage("standin", { name, archive }, { parent: engine });
    });
    return results.at(-1) ?? assert.fail("nothing was run");
  };
  assert.equal((await load(image.archive)).stdout, "unchanged\n");
  await machine.run(`docker rm -f app; docker rmi ${image.name}`);
  assert.equal((await load(image.archive)).stdout, "update state.image\n");
  await machine.succeed(`docker image inspect ${image.name}`);
  assert.equal((await load(image.archive)).stdout, "unchanged\n");

  assert.equal(
    (await load("/srv/missing.tar")).stderr,
    `forum: /srv/missing.tar is not on the machine: copy the archive that holds ${image.name} there, then run again\n`,
  );
  await machine.succeed("echo broken > /srv/broken.tar");
  assert.match(
    (await load("/srv/broken.tar")).stderr,
    /forum: \/srv\/broken\.tar could not be loaded: write it again/,
  );
  assert.match(
    (await load(image.archive, "other:1")).stderr,
    /does not hold other:1: name the image that it holds/,
  );
});
