import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { appFile } from "../../components/discourse-image/app.ts";
import { DiscourseImage } from "../../components/discourse-image/index.ts";
import { socketPath, sharedDirectory } from "../../components/discourse/site.ts";
import { forumMachine } from "../support/forum.ts";
import { exampleHost } from "../support/host.ts";
import { imageWanted, launcherStandin, standinRepository } from "../support/launcher.ts";
import { applyOn } from "../support/scripts.ts";

const { machine, image } = await forumMachine();
let commit = "";
const wanted = (options: object = {}) =>
  imageWanted({ repository: standinRepository, commit, ...options });

/** Builds the image of these options; gives its name and how the last resource went. */
async function build(options: object = {}) {
  let name = "";
  const { results } = await applyOn(machine, () => {
    const image = wanted(options);
    const args = { host: exampleHost(), options: image.options };
    name = new DiscourseImage("forum-build", args).build({ container: "app", wanted: image });
  });
  return { name, results, last: results.at(-1) ?? assert.fail("nothing was run") };
}

/** Builds an image, which must not succeed; gives what was said, without the launcher's own words. */
async function failingBuild(options: object): Promise<string> {
  const { last } = await build(options);
  assert.deepEqual([last.name, last.code], ["forum-build-image", 1]);
  return last.stderr.slice(last.stderr.search(/^forum: /m));
}

/** Runs the forum from an image, as its container resource does; gives its id. */
async function serve(name: string): Promise<string> {
  const volume = `-v ${sharedDirectory}:/shared`;
  const id = await machine.succeed(
    `docker rm -f app >/dev/null 2>&1; docker run -d --restart=always --name app ${volume} ${name} /sbin/boot`,
  );
  await machine.waitUntilSucceeds(asked);
  return id.trim();
}
const asked = `curl -sf --unix-socket ${socketPath} http://x/srv/status`;

/** Fails unless the forum is the same container as before, answers, and no other one runs on its data. */
async function serves(id: string): Promise<void> {
  await machine.waitUntilSucceeds(asked);
  const running = "docker ps --no-trunc --format '{{.ID}} {{.Names}}'";
  assert.equal(await machine.succeed(running), `${id} app\n`);
}

const inImage = (name: string, command: string) =>
  machine.succeed(`docker run --rm ${name} sh -c '${command}'`);

describe("an image that the launcher builds", () => {
  before(async () => {
    commit = await launcherStandin(machine, image.name);
  });

  after(async () => {
    await machine.run("docker rm -f app; rm -rf /usr/local/sbin/df");
  });

  test("is made of what the options say, and the same again builds nothing", async () => {
    const plugin = await machine.succeed(
      `rm -rf ${sharedDirectory}; mkdir -p ${sharedDirectory}/lab.git; cd ${sharedDirectory}/lab.git; git init -q; ` +
        "git -c user.name=t -c user.email=t@x commit -q --allow-empty -m x; git rev-parse HEAD; " +
        "git -c user.name=t -c user.email=t@x commit -q --allow-empty -m later",
    );
    const options = {
      version: "v2026.7.1",
      params: { db_work_mem: "40MB" },
      environment: { NO: "0755" },
      plugins: [{ repository: "file:///shared/lab.git", commit: plugin.trim() }],
      hooks: {
        after_web_config: [
          { directory: "$home", commands: ["printf '%s\\n' \"a\\b\"' 'c > said\ntrue"] },
        ],
      },
    };
    const { name, results } = await build(options);
    assert.deepEqual(
      results.map(({ code, stderr }) => [code, stderr]),
      results.map(() => [0, ""]),
    );
    const home = "cd /var/www/discourse; cat VERSION UPLOAD_SIZE said /etc/postgresql/standin.conf";
    assert.equal(
      await inImage(name, `${home}; git -C plugins/lab rev-parse HEAD`),
      `v2026.7.1\n10485760\na\\b c\nshared_buffers=256MB work_mem=40MB\n${plugin}`,
    );
    // What an image keeps of its build stays for ever.
    const env = await machine.succeed(
      `docker image inspect --format '{{json .Config.Env}}' ${name}`,
    );
    assert.deepEqual(
      (JSON.parse(env) as string[]).filter((line) => !line.startsWith("PATH=")).toSorted(),
      [
        ...["DISCOURSE_HOSTNAME=forum.example.org", "LANG=en_US.UTF-8", "NO=0755"],
        ...["RAILS_ENV=production", "UNICORN_WORKERS=3"],
      ],
    );
    assert.equal(
      await machine.succeed("ls -l /var/discourse/containers/app.yml | cut -c 1-10"),
      "-rw-------\n",
    );
    const read = "ruby -ryaml -rjson -e 'puts JSON.dump(YAML.safe_load($stdin.read))'";
    const found = await machine.succeed(`${read} < /var/discourse/containers/app.yml`);
    assert.deepEqual(JSON.parse(found), appFile(wanted(options)));
    const again = await build(options);
    for (const { name: resource, stdout } of again.results)
      assert.equal(stdout, "unchanged\n", resource);
  });

  test("takes the forum's place for a while, and the forum comes back", async () => {
    const first = await build();
    const id = await serve(first.name);
    const second = await build({ params: { db_work_mem: "80MB" } });
    assert.equal(second.last.stderr, "");
    assert.notEqual(second.name, first.name);
    await serves(id);
    const images = await machine.succeed(
      "docker image ls --format '{{.Repository}}:{{.Tag}}' local_discourse/app",
    );
    assert.deepEqual(
      images.trim().split("\n").toSorted(),
      [first.name, second.name, "local_discourse/app:latest"].toSorted(),
    );
  });

  test("that is not made leaves the forum as it was, says why, and the next run makes it", async () => {
    const id = await serve((await build()).name);
    const cases: readonly (readonly [string, string])[] = [
      ["exit 5", "the launcher ended with 1"],
      [
        "exit 77",
        "the launcher asked for a third time to be run again, so something does not come to its end",
      ],
      ["cp /etc/passwd /dev/full", "the disk was full: make room there, then run again"],
    ];
    for (const [command, reason] of cases) {
      const said = await failingBuild({ run: [{ commands: [command] }] });
      assert.match(said, /^forum: local_discourse\/app:[0-9a-f]{12} was not built: /);
      assert.ok(
        said.includes(`: ${reason}. The forum runs as before. /var/log/platform-build-app.log on`),
        said,
      );
      await serves(id);
    }
    const once = "[ -e /shared/again ] || { touch /shared/again; exit 77; }";
    assert.equal((await build({ run: [{ commands: [once] }] })).last.code, 0);
    await serves(id);
  });

  test("whose build is killed leaves no database behind, and the forum runs again", async () => {
    const id = await serve((await build()).name);
    const begun = `${sharedDirectory}/begun`;
    const commands = ["[ -e /shared/begun ] || { touch /shared/begun; sleep 600; }"];
    await machine.succeed(`rm -f ${begun}`);
    const building = failingBuild({ run: [{ commands }] });
    await machine.waitUntilSucceeds(`test -e ${begun}`, 60);
    await machine.succeed("systemctl kill --signal=KILL platform-build-app");
    assert.match(
      await building,
      /was not built: it was killed, or took longer than 60 minutes: see whether .* The forum runs as before\./,
    );
    await serves(id);
    assert.equal((await build({ run: [{ commands }] })).last.code, 0);
    await serves(id);
  });

  test("is refused before the forum is stopped when it cannot be made", async () => {
    const id = await serve((await build()).name);
    const started = await machine.succeed("docker inspect --format '{{.State.StartedAt}}' app");
    const later = { repository: "https://example.org/discourse-bundled-later.git", commit };
    assert.equal(
      await failingBuild({ plugins: [later] }),
      "forum: the plugin discourse-bundled-later is a part of Discourse by now, and cloning it would break the build: " +
        "take it out of `plugins`\n",
    );
    await machine.succeed(
      `docker run -d --name other -v ${sharedDirectory}:/shared ${image.name} sleep 600`,
    );
    assert.match(
      await failingBuild({ edition: "2" }),
      /^forum: another container than app runs on the forum's data: stop it by `docker stop [0-9a-f]{64}`, then run again\n$/,
    );
    await machine.succeed(
      "docker rm -f other; printf '#!/bin/sh\\necho Avail; echo 5368709119' > /usr/local/sbin/df; chmod +x /usr/local/sbin/df",
    );
    assert.match(
      await failingBuild({ edition: "2" }),
      /^forum: \/var\/lib\/docker has 5119 MiB free, and a build takes 5120: make room there/,
    );
    await machine.succeed("rm /usr/local/sbin/df");
    assert.equal(
      await machine.succeed("docker inspect --format '{{.State.StartedAt}}' app"),
      started,
    );
    await serves(id);
  });
});
