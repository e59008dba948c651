import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { CommandError } from "@pulumi/pulumi/automation/index.js";
import { ConfigSet, Packages, Unit, type Host } from "../../components/host/index.ts";
import { programStack, stackFolder } from "../support/engine.ts";
import { testMachine, type TestMachine } from "../support/machine.ts";
import { assertSameTraces, purgeRemoved, tracesOn } from "../support/laws.ts";

const machine = await testMachine("truth");

function hostOf({ address, port, hostKey, instance }: TestMachine, name = "web"): Host {
  return { name, address, port, user: "root", hostKey, instance, release: "bookworm" };
}

const reload = [["systemctl", "reload-or-restart", "nginx"]] as const;
const validate = [["nginx", "-t", "-q"]] as const;
const site = "server {\n  listen 8080;\n  return 200 'well';\n}\n";
const dropIn = "/etc/systemd/system/nginx.service.d/platform.conf";

/** A small web server: packages, unit, a site, a drop-in, and a secret. */
function web() {
  const host = hostOf(machine);
  const packages = new Packages("packages", { host, packages: ["nginx-light", "jq"] });
  const files = [{ path: "/etc/nginx/conf.d/site.conf", content: site }];
  new ConfigSet("site", { host, files, validate, activate: reload });
  new ConfigSet("drop-in", {
    host,
    files: [{ path: dropIn, content: "[Service]\nNice=5\n" }],
    activate: [["systemctl", "daemon-reload"]],
  });
  new Unit("unit", { host, unit: "nginx.service", ready: ["nginx", "-t", "-q"], packages });
  const content = pulumi.secret("canary-in-a-set");
  new ConfigSet("secret", { host, files: [{ path: "/etc/web.key", content, mode: "0600" }] });
}

let build: () => void = web;
const program = () => {
  build();
  return Promise.resolve();
};
const { stack, up, failingUp, preview, during, printed } = await programStack("truth", program);

/** How often somebody logged in, without our own look. */
let looks = 0;
async function logins(): Promise<number> {
  looks++;
  return Number(await machine.succeed("journalctl -u ssh | grep -c 'Accepted publickey'")) - looks;
}

let before = "";

test("first up, second up, and how many connections they open", async () => {
  before = await tracesOn(machine);
  assert.deepEqual(await preview(), { create: 6 });
  assert.equal(await tracesOn(machine), before);
  assert.deepEqual(await up(), { create: 6 });
  looks += 2;
  const start = await logins();
  assert.deepEqual(await preview(), { same: 6 });
  assert.equal((await logins()) - start, 1);
  assert.deepEqual(await up(), { same: 6 });
  assert.equal((await logins()) - start, 2); // the Automation API has no preview of its own
});

test("four changes by hand show in one plain preview, by field and line, and up repairs them", async () => {
  await machine.succeed(
    "chmod 600 /etc/nginx/conf.d/site.conf; echo 'by hand;' >>/etc/nginx/conf.d/site.conf; " +
      `systemctl stop nginx; apt-get -qq remove jq >/dev/null 2>&1; rm ${dropIn}`,
  );
  looks++;
  const text = await during(async () => {
    assert.deepEqual(await preview({ diff: true }), { same: 2, update: 4 });
  });
  const planned = text.slice(text.indexOf("pulumi:pulumi:Stack: (same)")).replace(/ +$/gm, "");
  assert.match(planned, /- by hand;\n/);
  assert.match(planned, /~ mode\s*: "0600" => "0644"/);
  assert.match(planned, /\+ \[0\]: "systemctl reload-or-restart nginx"/);
  assert.match(planned, /~ active\s*: false => true/);
  assert.match(planned, /\+ jq\s*: "installed"/);
  assert.match(planned, /\+ \/etc\/systemd\/system\/nginx\.service\.d\/platform\.conf: \{/);
  await assert.rejects(stack.preview({ expectNoChanges: true, color: "never" }), CommandError);
  assert.deepEqual(await up(), { same: 2, update: 4 });
  assert.equal(
    await machine.succeed(
      "curl -s localhost:8080; jq -n 1; stat -c %a /etc/nginx/conf.d/site.conf",
    ),
    "well1\n644\n",
  );
  await stack.preview({ expectNoChanges: true, color: "never" });
});

test("a changed secret shows as a digest, is put right, and stands nowhere in plain text", async () => {
  await machine.succeed("echo other >/etc/web.key");
  const text = await during(() => preview({ diff: true }));
  assert.match(text, /~ digest\s*: "[0-9a-f]{32}" => "[0-9a-f]{32}"/);
  assert.deepEqual(await up(), { same: 5, update: 1 });
  assert.equal(await machine.succeed("cat /etc/web.key"), "canary-in-a-set");
  const folder = stackFolder("truth");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
  const texts = [printed(), ...files.map((path) => readFileSync(path, "utf8"))];
  assert.ok(!texts.some((one) => one.includes("canary-in-a-set")));
  const places = "/etc /home /opt /root /run /srv /tmp /usr/local /var";
  assert.equal(
    await machine.succeed(`grep -rlF canary-in-a-set ${places} 2>/dev/null || true`),
    "/etc/web.key\n",
  );
});

test("a resource with another name and an alias is the same one, noted anew, and a path moves without going", async () => {
  build = () => {
    const host = hostOf(machine);
    const files = [{ path: "/etc/web/a", content: "a\n" }];
    new ConfigSet("one", { host, files: [...files, { path: "/etc/web/b", content: "b\n" }] });
  };
  await up();
  build = () => {
    const host = hostOf(machine);
    const files = [{ path: "/etc/web/a", content: "a\n" }];
    new ConfigSet(
      "two",
      { host, files: [...files, { path: "/etc/web/b", content: "b\n" }] },
      { aliases: [{ name: "one" }] },
    );
  };
  assert.deepEqual(await up(), { same: 1, update: 1 }); // its name in the machine's notes
  build = () => {
    const host = hostOf(machine);
    const file = (name: string) => ({ path: `/etc/web/${name}`, content: `${name}\n` });
    new ConfigSet("three", { host, files: [file("b")] });
    new ConfigSet("two", { host, files: [file("a")] });
  };
  await machine.succeed("touch -d @1 /etc/web/b");
  assert.deepEqual(await up(), { same: 1, create: 1, update: 1 });
  assert.equal(await machine.succeed("cat /etc/web/a /etc/web/b"), "a\nb\n");
  assert.deepEqual(await preview(), { same: 3 });
});

test("a forced replacement never deletes what its successor owns", async () => {
  const { resources } = (await stack.exportStack()).deployment as { resources: { urn: string }[] };
  const replace = resources.map(({ urn }) => urn).filter((urn) => urn.endsWith("::three"));
  assert.deepEqual(await up({ replace }), { same: 2, replace: 1 });
  assert.equal(await machine.succeed("cat /etc/web/b"), "b\n");
  assert.deepEqual(await preview(), { same: 3 });
});

test("two resources that claim one path are refused before anything is touched", async () => {
  const good = build;
  build = () => {
    const files = [{ path: "/etc/web/a", content: "a\n" }];
    const two = new ConfigSet("two", { host: hostOf(machine), files });
    const stolen = [{ path: "/etc/web/a", content: "stolen\n" }];
    new ConfigSet("thief", { host: hostOf(machine), files: stolen }, { dependsOn: two });
  };
  const said = await failingUp();
  assert.match(said, /\/etc\/web\/a on web belongs to two already: take it out of one of the two/);
  assert.equal(await machine.succeed("cat /etc/web/a"), "a\n");
  build = good;
});

test("a line of 70 kB on a script's output passes", async () => {
  build = () => {
    const long = [["sh", "-c", "head -c 70000 /dev/zero | tr '\\0' x"]] as const;
    const files = [{ path: "/etc/web/a", content: "long\n" }];
    new ConfigSet("two", { host: hostOf(machine), files, activate: long });
  };
  await up();
  assert.equal(await machine.succeed("cat /etc/web/a"), "long\n");
});

test("destroy leaves the machine as it was", async () => {
  await stack.destroy({ color: "never" });
  await purgeRemoved(machine);
  assertSameTraces(await tracesOn(machine), before);
});
