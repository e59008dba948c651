import assert from "node:assert/strict";
import { test } from "node:test";
import { Discourse } from "../../components/discourse/index.ts";
import { socketPath } from "../../components/discourse/site.ts";
import { DockerEngine, DockerEngineOptions } from "../../components/docker-engine/index.ts";
import { forumMachine, forumOptions, runStandin, setMode } from "../support/forum.ts";
import { exampleHost } from "../support/host.ts";
import { withProvider } from "../support/host-provider.ts";
import { applyOn, stateOf } from "../support/scripts.ts";

const { machine, image } = await forumMachine();

/**
 * Applies the forum's commands; the container is made by hand here, for its resource has tests of its own. Gives how the
 * gate went, or what failed before it.
 */
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
  const gate = results.find(({ name }) => name === "forum-ready");
  return gate ?? results.at(-1) ?? assert.fail("nothing was run");
}

/** What a plain preview would show of the container of that id. */
async function shown(container: string): Promise<unknown> {
  const kept = stateOf(machine).get("forum-ready");
  const found = await withProvider((run) => run.refresh(kept ?? assert.fail("it is there")));
  const { state, values } = found?.properties ?? {};
  assert.equal((values as Record<string, unknown>)["CONTAINER"], container);
  return state;
}

test("the forum is ready when it answers on its socket, however slowly it boots", async () => {
  const id = await runStandin(machine, image.name, "STANDIN_BOOT_SECONDS=4");
  const start = performance.now();
  const gate = await apply(id);
  assert.equal(gate.name, "forum-ready");
  assert.equal(gate.stdout, "create\n");
  assert.ok(performance.now() - start > 1000);
  assert.equal((await apply(id)).stdout, "unchanged\n");
});

test("a forum that does not answer in time is named with its last answer and what to do", async () => {
  const id = await runStandin(machine, image.name);
  await setMode(machine, "app-down");
  assert.equal(
    (await apply(id, { bootSeconds: 10 })).stderr,
    "forum: the forum did not answer on /var/discourse/shared/standalone/nginx.http.sock within 10 s " +
      "(last: /srv/status: 502): read `docker logs --tail 50 app` on the machine, or raise bootSeconds\n",
  );
});

test("a container that was stopped or paused by hand is seen, started, and waited for", async () => {
  const id = await runStandin(machine, image.name, "STANDIN_BOOT_SECONDS=2");
  await apply(id);
  assert.deepEqual(await shown(id), { running: true, twin: false });
  for (const byHand of ["docker stop app", "docker kill app", "docker pause app"]) {
    await machine.succeed(byHand);
    assert.deepEqual(await shown(id), { running: false, twin: false }, byHand);
    assert.equal((await apply(id)).stdout, "update state.running\n");
    const ask = `curl -sf --unix-socket ${socketPath} http://x/srv/status`;
    await machine.succeed(ask);
    assert.deepEqual(await shown(id), { running: true, twin: false });
  }
});

test("a container that ends again or is gone is said at once, and does not run", async () => {
  const id = await runStandin(machine, image.name);
  await apply(id);
  await machine.succeed("docker rm -f app");
  assert.deepEqual(await shown(id), { running: false, twin: false });
  const gone = "forum: the forum's container is gone: `pulumi up --refresh` makes it anew\n";
  assert.equal((await apply(id)).stderr, gone);
  const ended = await machine.succeed(`docker run -d --name app ${image.name} /bin/false`);
  assert.match(
    (await apply(ended.trim())).stderr,
    /^forum: the forum's container is exited: read `docker logs --tail 50 app` on the machine\n$/m,
  );
});

test("where there is no Docker, or it is down, nothing runs, and that is no fault of the check", async () => {
  const id = await runStandin(machine, image.name);
  await apply(id);
  await machine.succeed("systemctl stop docker.socket docker.service");
  assert.deepEqual(await shown(id), { running: false, twin: false });
  await machine.succeed("systemctl start docker; mv /usr/bin/docker /usr/bin/docker.away");
  assert.deepEqual(await shown(id), { running: false, twin: false });
  await machine.succeed("mv /usr/bin/docker.away /usr/bin/docker");
  assert.deepEqual(await shown(id), { running: true, twin: false });
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
  assert.match(all.stdout, /^update .*values\.CONTAINER\n$/);
});
