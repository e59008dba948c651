import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { ConfigSet, importId, Packages, Unit, type Host } from "../../components/host/index.ts";
import { programStack, stackFolder } from "../support/engine.ts";
import { assertSameTraces, tracesOn } from "../support/laws.ts";
import { testMachine } from "../support/machine.ts";

const machine = await testMachine("import");
const { address, port, hostKey, instance } = machine;
const canary = "canary-of-an-import";
const conf = "/etc/web/site.conf";
const key = "/etc/web/key";
const host: Host = {
  name: "web",
  address,
  port,
  user: "root",
  hostKey,
  instance,
  release: "bookworm",
};
const ids = {
  packages: importId(host, { packages: ["nginx-light"] }),
  files: importId(host, { files: [conf], secrets: [key] }),
  unit: importId(host, { unit: "nginx.service" }),
};

let content = "listen 80;\n";
const ready = ["nginx", "-t", "-q"] as const;

/** What somebody has set up by hand, as a program; with `by` it is imported. */
function web(by: Partial<typeof ids> = {}) {
  const on = { ...host };
  const packages = new Packages(
    "packages",
    { host: on, packages: ["nginx-light"] },
    { import: by.packages },
  );
  const files = [
    { path: conf, content },
    { path: key, content: pulumi.secret(canary), mode: "0600", owner: "root:adm" },
  ];
  const activate = [["sh", "-c", "echo x >>/run/activated"]] as const;
  new ConfigSet("files", { host: on, files, validate: [ready], activate }, { import: by.files });
  const unit = "nginx.service";
  new Unit("unit", { host: on, unit, ready, packages }, { import: by.unit });
}

let build: () => void = () => {
  web(ids);
};
const program = () => {
  build();
  return Promise.resolve();
};
const { stack, up, failingUp, preview, during, printed } = await programStack("import", program);

const mark =
  /^ +- imported: "taken over as it stands: up notes that on the machine, and changes only what is shown here"$/gm;
const all = { create: 1, import: 3, update: 3 };

/** What must stay as it is: the times of the files, the main process of nginx; and how often the set was activated. */
const untouched = () =>
  machine.succeed(
    `stat -c '%n %Y %i' ${conf} ${key}; systemctl show --property=ExecMainPID --value nginx; ` +
      "cat /run/activated 2>/dev/null | wc -l",
  );

let before = "";
let standing = "";

test("a preview says what is imported, that up will note it, and nothing else; it touches nothing", async () => {
  await machine.succeed(
    "apt-get -qq update && apt-get -qq install nginx-light >/dev/null 2>&1; mkdir -p /etc/web; rm -f /run/activated; " +
      `echo 'listen 80;' >${conf}; printf %s '${canary}' >${key}; chmod 600 ${key}; chgrp adm ${key}; ` +
      // As on a machine that has run for long: older than its packages would have it restarted.
      "touch -d @1 /etc/web/*; touch /var/lib/dpkg/info/nginx*.list",
  );
  before = await tracesOn(machine);
  standing = await untouched();
  const text = await during(async () => {
    assert.deepEqual(await preview({ diff: true }), all);
  });
  assert.equal(text.match(mark)?.length, 3);
  assert.doesNotMatch(text, /^ +[-+~] (?!imported|host:index|\d+ to )/m);
  assert.equal(await tracesOn(machine), before);
});

test("what the program has otherwise shows by the field before anything is changed", async () => {
  content = "listen 81;\n";
  const text = await during(async () => {
    assert.deepEqual(await preview({ diff: true }), all);
  });
  assert.match(text, /- listen 80;\n +\+ listen 81;\n/);
  assert.match(text, /\+ \[0\]: "sh -c 'echo x >>\/run\/activated'"/);
  content = "listen 80;\n";
});

test("a wrong id, another machine and what is not there are refused, and nothing is touched", async () => {
  const cases = [
    [
      ids.unit.replace("release=bookworm&", ""),
      /`release` is missing or not what a host's release looks like/,
    ],
    [
      ids.unit.replace("nginx.service", "nginy.service"),
      /nothing was imported: there is no unit nginy\.service on the machine/,
    ],
    [
      ids.unit.replace("host=web", "host=mail"),
      /may not be replaced; please remove the `import` declaration .*\n? *host: .*mail/,
    ],
    [
      ids.unit.replace(`:${port}/`, ":1/"),
      /web \([\d.]+:1\) cannot be reached: .*Connection refused/,
    ],
  ] as const;
  const good = build;
  for (const [id, message] of cases) {
    build = () =>
      new Unit("unit", { host: { ...host }, unit: "nginx.service", ready }, { import: id });
    const said = await failingUp();
    assert.match(said, message);
    assert.doesNotMatch(said, /^ +at /m); // no stack trace
  }
  build = good;
  await stack.destroy({ color: "never" }); // nothing was noted there, so nothing is ours
  assert.equal(await tracesOn(machine), before);
});

test("up imports and notes; files, service and packages are left alone; then nothing is different", async () => {
  assert.deepEqual(await up(), all);
  assert.equal(await untouched(), standing);
  assert.deepEqual(await preview(), { same: 4 });
  build = web; // the option may stay or go
  await stack.preview({ expectNoChanges: true, color: "never" });
});

test("a secret that was imported stands in plain text nowhere", () => {
  const folder = stackFolder("import");
  const paths = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
  const texts = [printed(), ...paths.map((path) => readFileSync(path, "utf8"))];
  assert.ok(paths.length > 2);
  assert.ok(!texts.some((text) => text.includes(canary)));
});

test("destroy leaves what was imported as it stood", async () => {
  await stack.destroy({ color: "never" });
  const still = (await untouched()).replace(/ \d+$/gm, "");
  assert.equal(still, standing.replace(/ \d+$/gm, "").replace(/0\n$/, "1\n"));
  assertSameTraces(await tracesOn(machine), before);
});

test("what was imported but not noted is looked at in every run, until up has noted it", async () => {
  build = () => {
    const files = [{ path: conf, content: "listen 81;\n" }];
    const on = { host: { ...host }, files, validate: [["false"]] as const };
    new ConfigSet("files", on, { import: importId(host, { files: [conf] }) });
  };
  assert.match(
    await failingUp(),
    /files: the new files were refused \(see above\) and nothing was changed/,
  );
  build = web;
  assert.deepEqual(await preview(), { same: 1, create: 2, update: 1 });
  await machine.succeed(`echo '# by hand' >>${conf}`);
  const text = await during(() => preview({ diff: true }));
  assert.match(text, /- # by hand\n/);
  assert.match(text, mark);
  await machine.succeed(`echo 'listen 80;' >${conf}; touch -d @1 ${conf}`);
  assert.deepEqual(await up(), { same: 1, create: 2, update: 1 });
  assert.equal(await machine.succeed(`stat -c %Y ${conf}`), "1\n");
  await stack.preview({ expectNoChanges: true, color: "never" });
  await stack.destroy({ color: "never" });
  assertSameTraces(await tracesOn(machine), before);
});
