import assert from "node:assert/strict";
import { test } from "node:test";
import { DockerEngine, DockerEngineOptions } from "../../components/docker-engine/index.ts";
import { Packages, Script } from "../../components/host/index.ts";
import { forumMachine } from "../support/forum.ts";
import { exampleHost } from "../support/host.ts";
import { testMachine } from "../support/machine.ts";
import { laws } from "../support/laws.ts";
import { applyOn } from "../support/scripts.ts";

test("an engine from Debian answers, rotates logs, obeys the laws and leaves data behind", async () => {
  const machine = await testMachine("components");
  const options = DockerEngineOptions.parse({ source: "debian", logMaxFiles: 3 });
  await laws(
    machine,
    () => new DockerEngine("engine", { host: exampleHost(), options }),
    async () => {
      assert.equal(
        await machine.succeed("docker info --format '{{.LiveRestoreEnabled}} {{.LoggingDriver}}'"),
        "true json-file\n",
      );
      await machine.succeed("docker volume create kept");
    },
    {},
    async () => {
      await machine.succeed("test -d /var/lib/docker/volumes/kept/_data");
    },
  );
});

test("an archive is loaded once, and loaded again when its image is gone", async () => {
  const { machine, image } = await forumMachine();
  const options = DockerEngineOptions.parse({ source: "debian" });
  const load = async (archive: string, name = image.name) => {
    const { results } = await applyOn(machine, () => {
      const engine = new DockerEngine("engine", { host: exampleHost(), options });
      engine.loadImage("once", { name, archive }, { parent: engine });
    });
    return results.at(-1) ?? assert.fail("nothing was run");
  };
  await machine.run("rm -f /var/lib/platform/done/once");
  assert.equal((await load(image.archive)).stdout, `loaded ${image.name}\n`);
  assert.equal((await load(image.archive)).stdout, "unchanged\n");
  await machine.run(`docker rm -f app; docker rmi ${image.name}`);
  assert.equal((await load(image.archive)).stdout, `loaded ${image.name}\n`);

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

test("a package key is taken only with the pinned fingerprint", async () => {
  const machine = await testMachine("components");
  const script = new URL("../../components/docker-engine/repository-key.sh", import.meta.url);
  const KEY_PATH = "/etc/apt/keyrings/test.asc";
  const key = (FINGERPRINT: string) => () => {
    const host = exampleHost();
    new Packages("key-tools", { host, packages: ["curl", "gpg"] });
    new Script("key", {
      host,
      script,
      values: { KEY_URL: "file:///run/key.asc", KEY_PATH, FINGERPRINT },
    });
  };
  await applyOn(
    machine,
    () => new Packages("gpg", { host: exampleHost(), packages: ["gpg", "gpg-agent"] }),
  );
  const gpg = "gpg --homedir /run/gpg --batch --quiet --passphrase ''";
  await machine.succeed(
    `mkdir -m 700 /run/gpg; ${gpg} --quick-generate-key packages@example.org ed25519; ${gpg} --armor --export >/run/key.asc`,
  );
  const listing = await machine.succeed(`${gpg} --with-colons --fingerprint`);
  const fingerprint = /^fpr:+([0-9A-F]{40}):/m.exec(listing)?.[1] ?? assert.fail(listing);
  const refused = await applyOn(machine, key("0".repeat(40)));
  assert.equal(
    refused.results[1]?.stderr,
    `components: the key at file:///run/key.asc is ${fingerprint}, not ${"0".repeat(40)}: nothing was installed\n`,
  );
  await machine.fail(`test -e ${KEY_PATH}`);
  await machine.succeed("rm -r /var/lib/platform/packages"); // the tools of this test stay
  await laws(machine, key(fingerprint));
  await machine.succeed("rm -r /run/gpg /run/key.asc");
});
