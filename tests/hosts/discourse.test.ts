import assert from "node:assert/strict";
import { test } from "node:test";
import { Discourse } from "../../components/discourse/index.ts";
import { DockerEngine, DockerEngineOptions } from "../../components/docker-engine/index.ts";
import { forumMachine, forumOptions, runStandin, setMode } from "../support/forum.ts";
import { exampleHost } from "../support/host.ts";
import { applyOn } from "../support/scripts.ts";

const { machine, image } = await forumMachine();

/** Applies the forum's commands; the container is made by hand here, for its resource has tests of its own. */
async function apply(container: string, more: object = {}) {
  const build = () => {
    const host = exampleHost();
    const engine = new DockerEngine("engine", {
      host,
      options: DockerEngineOptions.parse({ source: "debian" }),
    });
    new Discourse("forum", { host, engine, options: forumOptions(image, more) });
  };
  const { results } = await applyOn(machine, build, {
    "forum-image": { imageId: image.name },
    "forum-app": { id: container },
  });
  return results.at(-1) ?? assert.fail("nothing was run");
}

test("the gate opens when the forum answers on its socket, however slowly it boots", async () => {
  const id = await runStandin(machine, image.name, "STANDIN_BOOT_SECONDS=4");
  const start = performance.now();
  const gate = await apply(id);
  assert.equal(gate.name, "forum-ready");
  assert.equal(gate.stdout, "answers\n");
  assert.ok(performance.now() - start > 1000);
  assert.equal((await apply(id)).stdout, "answers\n");
});

test("a forum that does not answer in time is named with its last answer and what to do", async () => {
  const id = await runStandin(machine, image.name);
  await setMode(machine, "app-down");
  assert.equal(
    (await apply(id, { bootSeconds: 10 })).stderr,
    "forum: the forum did not answer on /var/discourse/shared/standalone/nginx.http.sock within 10 s " +
      "(last: 502): read `docker logs --tail 50 app` on the machine, or raise bootSeconds\n",
  );
});

test("a container that ended or is gone is said at once", async () => {
  const id = await runStandin(machine, image.name);
  await machine.succeed("docker stop app");
  assert.match((await apply(id)).stderr, /the forum's container is exited: read `docker logs/);
  await machine.succeed("docker rm app");
  assert.match((await apply(id)).stderr, /the forum's container is gone: read `docker logs/);
});

test("an image without a wanted plugin never gets as far as the container", async () => {
  const plugins = ["docker_manager", "discourse-nonsense", "discourse-solved"];
  const { name, stderr } = await apply("none", { plugins });
  assert.equal(name, "forum-image-check");
  assert.equal(
    stderr,
    `forum: ${image.name} lacks /var/www/discourse/plugins/discourse-nonsense: ` +
      "build it with these plugins, or take them out of `plugins`\n",
  );
  const id = await runStandin(machine, image.name);
  const all = await apply(id, {
    plugins: ["docker_manager", "discourse-akismet", "discourse-solved"],
  });
  assert.equal(all.stdout, "answers\n");
});
