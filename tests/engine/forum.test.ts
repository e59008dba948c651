import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { canaries, engineStack, stackFolder } from "../support/engine.ts";
import { remakeTestMachine } from "../support/machine.ts";
import { assertSameTraces, purgeRemoved, tracesOn } from "../support/laws.ts";

const opened = await engineStack("engine");
const { stack, printed, up, failingUp, preview, during, set, unset } = opened;
let { machine } = opened;
const site = "https://forum.lab.test/";

/** The status that the site answers on the machine itself, by its name and with the stack's authority. */
async function status(path = ""): Promise<string> {
  const resolve = "--resolve forum.lab.test:443:127.0.0.1 --cacert /run/ca.pem";
  return machine.succeed(`curl -sS -o /dev/null -w '%{http_code}' ${resolve} ${site}${path}`);
}

/** What a visitor gets who asks all the while that the work goes on: each kind of answer once. */
async function visitors(work: () => Promise<void>): Promise<string[]> {
  const ask = `curl -s -o /run/page -w '%{http_code}%{errormsg}' ${outside} ${site}`;
  const line = `printf '%s %s\\n' "$(${ask})" "$(grep -o 'lang="[a-z]*"' /run/page | head -n 1)"`;
  await machine.succeed("touch /run/watch");
  const watch = machine.succeed(`while [ -e /run/watch ]; do ${line}; sleep 0.1; done | sort -u`);
  try {
    await work();
  } finally {
    await machine.succeed("rm /run/watch");
  }
  return (await watch).trim().split(/ *\n/);
}
/** As from outside: the machine's own addresses are let through where a site is closed. */
const outside =
  "--resolve forum.lab.test:443:$(hostname -I | cut -d ' ' -f 1) --cacert /run/ca.pem";

let before = "";

test("the first preview shows what is to come and touches nothing", async () => {
  before = await tracesOn(machine);
  assert.deepEqual(await preview(), { create: 32 });
  assert.equal(await tracesOn(machine), before);
});

test("the first up brings the forum up behind TLS", async () => {
  assert.deepEqual(await up(), { create: 32 });
  const outputs = await stack.outputs();
  assert.deepEqual(outputs["urls"]?.value, [site]);
  await machine.succeed("cat > /run/ca.pem", String(outputs["authorityCertificate"]?.value));
  assert.equal(await status(), "200");
  assert.equal(await status("srv/status"), "200");
});

test("the same again changes nothing, and a preview says so", async () => {
  assert.deepEqual(await up(), { same: 32 });
  assert.deepEqual(await preview(), { same: 32 });
});

test("an option of the proxy is one change in place", async () => {
  await set("hosts.forum.nginx.settings.keepalive_timeout", "65s");
  assert.deepEqual(await preview(), { same: 31, update: 1 });
  assert.deepEqual(await up(), { same: 31, update: 1 });
  assert.match(
    await machine.succeed("cat /etc/nginx/sites-enabled/platform-forum.conf"),
    /^ {2}keepalive_timeout 65s;$/m,
  );
  assert.deepEqual(await up(), { same: 32 });
});

test("an option of the forum replaces its container and asks the new one", async () => {
  const id = await machine.succeed("docker inspect --format '{{.Id}}' app");
  await set("forum.language", "de");
  const seen = await visitors(async () => {
    assert.deepEqual(await up(), { same: 28, update: 3, replace: 1 });
  });
  assert.deepEqual(seen, ["200", '503 lang="en"']); // the forum, or its offline page, and nothing half-started
  assert.notEqual(await machine.succeed("docker inspect --format '{{.Id}}' app"), id);
  assert.match(await machine.succeed("docker inspect --format '{{.Config.Env}}' app"), /LOCALE=de/);
  assert.equal(await status(), "200");
});

test("a person closes the site by npm run site, and opens it again", async () => {
  const run = async (...args: string[]) => {
    const { workDir, envVars } = stack.workspace;
    const main = join(import.meta.dirname, "../../components/nginx/command/main.ts");
    const given = [main, "maintenance", ...args, "--stack", "lab"];
    const { stdout } = await promisify(execFile)(process.execPath, given, {
      cwd: workDir,
      env: { ...process.env, ...envVars, USER: "ann" },
    });
    return stdout;
  };
  const visitor = () =>
    machine.succeed(`curl -sS -o /dev/null -w '%{http_code}' ${outside} ${site}`);
  const closed = await run("on", "forum", "--reason", "new disks");
  assert.match(closed, /^forum is closed by ann@\S+ since \S+Z: new disks\n$/);
  assert.deepEqual([await visitor(), await status()], ["503", "200"]);
  assert.equal(await run("status", "forum"), closed);
  assert.deepEqual(await up(), { same: 32 }); // what a person has closed, a run leaves closed
  assert.equal(await visitor(), "503");
  assert.equal(await run("off", "forum"), "forum is open\n");
  assert.equal(await visitor(), "200");
  await assert.rejects(
    run("on", "wiki"),
    /error: the stack has no site wiki that can be closed; it has: forum\n/,
  );
});

test("an option that nginx refuses changes nothing, says why, and visitors notice nothing", async () => {
  await set("hosts.forum.nginx.settings.no_such_directive", "on");
  const said = await failingUp();
  assert.match(said, /unknown directive "no_such_directive"/);
  assert.match(
    said,
    /forum-nginx-files: the new files were refused \(see above\) and nothing was changed/,
  );
  assert.equal(await status(), "200");
  await unset("hosts.forum.nginx.settings.no_such_directive");
  assert.deepEqual(await up(), { same: 32 });
});

test("a container that was stopped by hand shows in a plain preview, and up returns when it answers", async () => {
  await machine.succeed("docker stop app");
  assert.equal(await status(), "503");
  const text = await during(async () => {
    assert.deepEqual(await preview({ diff: true }), { same: 31, update: 1 });
  });
  assert.match(text, /~ state *: \{\n +~ running: false => true\n/);
  assert.deepEqual(await up(), { same: 31, update: 1 });
  assert.equal(await status("srv/status"), "200");
  assert.deepEqual(await preview(), { same: 32 });
  assert.deepEqual(await preview({ refresh: true }), { same: 32 });
});

test("an image that was removed by hand shows in a plain preview, and up loads it again", async () => {
  const image = (await machine.succeed("docker inspect --format '{{.Config.Image}}' app")).trim();
  const names = "docker image ls --format '{{.Repository}}:{{.Tag}}'";
  const name = (await machine.succeed(names)).trim();
  await machine.succeed(`docker rmi --force ${name}`);
  const text = await during(async () => {
    assert.deepEqual(await preview({ diff: true }), { same: 31, update: 1 });
  });
  assert.ok(text.includes(`+ image: "${name}"`), text);
  assert.deepEqual(await up(), { same: 31, update: 1 });
  assert.equal((await machine.succeed(names)).trim(), name);
  assert.equal(
    await machine.succeed(`docker image inspect --format '{{.Id}}' ${name}`),
    `${image}\n`,
  );
  assert.deepEqual(await preview(), { same: 32 });
});

test("a secret stands nowhere in plain text: state, history, output, files of the machine", async () => {
  const secrets = [...canaries, "PRIVATE KEY-----"];
  const files = readdirSync(stackFolder("engine"), { recursive: true, encoding: "utf8" })
    .map((name) => join(stackFolder("engine"), name))
    .filter((path) => statSync(path).isFile());
  const texts = [printed(), ...files.map((path) => readFileSync(path, "utf8"))];
  assert.ok(
    texts.some((text) => text.includes('"ciphertext"')),
    "the state is among the files",
  );
  for (const secret of secrets) {
    assert.ok(!texts.some((text) => text.includes(secret)), secret);
  }
  const words = `-e ${canaries.join(" -e ")}`;
  const places = await machine.succeed(
    `grep -rlF ${words} /etc /home /opt /root /run /srv /tmp /usr/local /var 2>/dev/null || true`,
  );
  // Docker keeps a container's environment there; no other place is permitted, and only root reads it.
  const permitted =
    /^(?:\/run\/containerd\/.+\/config\.json|\/var\/lib\/docker\/containers\/[0-9a-f]+\/config\.v2\.json|\/var\/lib\/containerd\/.+\/meta\.db)$/;
  for (const place of places.trim().split("\n")) {
    assert.match(place, permitted);
    await machine.fail(`su -s /bin/sh nobody -c 'cat ${place}'`);
  }
  const hidden = canaries.map((word) => `-e ${word.replace("canary", "canar[y]")}`).join(" "); // not grep itself
  assert.equal(await machine.succeed(`grep -la ${hidden} /proc/[0-9]*/cmdline || true`), "");
});

test("a machine that was made anew gets everything again in one run", async () => {
  const old = machine.hostKey;
  machine = await remakeTestMachine("engine");
  assert.notEqual(machine.hostKey, old);
  before = await tracesOn(machine);
  await set("hosts.forum.instance", machine.instance);
  assert.match(await failingUp(), /host key/i); // it shows another key than the pinned one
  await set("hosts.forum.hostKey", machine.hostKey);
  await up();
  const { authorityCertificate } = await stack.outputs();
  await machine.succeed("cat > /run/ca.pem", String(authorityCertificate?.value));
  assert.equal(await status(), "200");
  assert.deepEqual(await preview(), { same: 32 });
});

test("another name is refused before anything shows it, and once it is meant comes in one run", async () => {
  const answers = async () => [
    await status(),
    await machine.succeed(
      "curl -sS -o /dev/null -w '%{http_code}' --resolve talk.lab.test:443:127.0.0.1 --cacert /run/ca.pem https://talk.lab.test/ || true",
    ),
  ];
  await set("forum.hostname", "talk.lab.test");
  await set("forum.aliases[0]", "forum.lab.test");
  await set("hosts.forum.nginx.redirects[0].hostname", "talk.lab.test");
  assert.match(await failingUp(), /the forum is called forum\.lab\.test/);
  assert.deepEqual(await answers(), ["200", "000"]);
  await set("forum.renamedFrom", "forum.lab.test");
  const text = await during(async () => {
    await preview({ diff: true });
  });
  assert.match(text, /hostname *: "forum\.lab\.test" => "talk\.lab\.test"/);
  const seen = await visitors(async () => {
    assert.deepEqual(await up(), { same: 25, update: 6, replace: 1 });
  });
  assert.deepEqual(seen, ["200", "301", '503 lang="de"']);
  assert.deepEqual(await answers(), ["301", "200"]);
  assert.deepEqual(await preview(), { same: 32 });
});

test("destroy leaves the machine as it was, the data, and the protected key", async () => {
  await machine.succeed("echo kept > /var/discourse/shared/standalone/upload");
  await stack.destroy({ excludeProtected: true, color: "never" });
  const { resources } = (await stack.exportStack()).deployment as {
    resources: { type: string; protect?: boolean }[];
  };
  assert.deepEqual(
    resources.filter(({ protect }) => protect === true).map(({ type }) => type),
    ["tls:index/privateKey:PrivateKey"],
  );
  await machine.succeed("test -d /var/lib/docker/image");
  await purgeRemoved(machine);
  assertSameTraces(await tracesOn(machine), before);
  assert.equal(await machine.succeed("cat /var/discourse/shared/standalone/upload"), "kept\n");
});
