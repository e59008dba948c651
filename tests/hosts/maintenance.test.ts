import assert from "node:assert/strict";
import { test } from "node:test";
import * as forum from "../support/forum.ts";
import { apply, ask, image, machine, redirects, runForum, status } from "../support/proxy.ts";
import { DockerEngine, DockerEngineOptions } from "../../components/docker-engine/index.ts";
import { Discourse } from "../../components/discourse/index.ts";
import { deploy } from "../support/deploy.ts";
import { exampleHost } from "../support/host.ts";
import { runOn } from "../support/scripts.ts";

const program = "/usr/local/sbin/platform-maintenance";
const options = { redirects, trustedProxies: ["127.0.0.1"] };
const maintenance = { testers: ["192.0.2.0/24", "2001:db8:7::/48"] };

async function applied(more: object = {}, proxy: object = {}): Promise<void> {
  const { code, stderr } = await apply({ ...options, ...proxy }, { maintenance, ...more });
  assert.equal(code, 0, stderr);
}

const from = (address: string) => `-H 'X-Forwarded-For: ${address}'`;
const visitor = from("203.0.113.5");
const seen = (path = "/", more = "") => status(path, `${visitor} ${more}`);

/** The headline of the page that a visitor gets, and whether it asks again by itself. */
async function page(): Promise<[string | undefined, boolean]> {
  const text = await ask("/", visitor);
  return [/<h1>(.*)<\/h1>/.exec(text)?.[1], text.includes('http-equiv="refresh"')];
}

const timers = "systemctl list-timers --all 'platform-maintenance-*' --no-legend | wc -l";
const closedPage = ["The forum is closed for maintenance", false];
const offlinePage = ["The forum will be back in a moment", true];

test("a note closes the site to visitors for every path and method, and nothing is reloaded", async () => {
  await runForum();
  await applied();
  await machine.succeed(`${program} off forum`);
  const workers = await machine.succeed("pgrep -f 'nginx: worker'");
  assert.equal(await seen(), "200");
  const said = await machine.succeed(`${program} on forum anna@desk 'new disks'`);
  assert.match(said, /^forum is closed by anna@desk since 20\d\d-[-\dT:]+Z: new disks\n$/);
  for (const method of ["GET", "POST -d x=1", "PUT -d x=1", "DELETE"]) {
    const answer = await ask("/t/1", `-D - ${visitor} -X ${method}`);
    assert.match(answer, /^HTTP\/2 503/, method);
    assert.match(answer, /^retry-after: 300\r$/m);
    assert.match(answer, /^cache-control: no-store\r$/m);
    assert.match(answer, /^content-type: text\/html/m);
    assert.match(answer, /^content-security-policy: default-src 'none';/m);
    assert.match(answer, /<h1>The forum is closed for maintenance<\/h1>/);
  }
  assert.match(await ask("/", `-I ${visitor}`), /^HTTP\/2 503/);
  for (const path of ["/message-bus/x/poll", "/uploads.json", "/old-forum/t/1", "/.platform/x"]) {
    assert.equal(await seen(path, "-H 'X-Requested-With: XMLHttpRequest'"), "503", path);
  }
  assert.equal(await machine.succeed("pgrep -f 'nginx: worker'"), workers);
});

test("testers and the machine itself reach the application, by their true address alone", async () => {
  for (const tester of ["192.0.2.77", "2001:db8:7:1::5"]) {
    assert.match(await ask("/", from(tester)), /discourse-standin/, tester);
  }
  for (const other of ["192.0.3.1", "2001:db8:8::5", "192.0.2.77, 203.0.113.5"]) {
    assert.equal(await status("/", from(other)), "503", other);
  }
  assert.equal(await status("/"), "200");
  assert.equal(await status("/srv/status", "-6"), "200");
  assert.equal(await status("/", `-6 --interface lo ${from("192.0.2.77")}`), "200");
});

test("the platform's own paths stay, and a change of the proxy goes through while it is closed", async () => {
  assert.match(await ask("/.platform/id"), /^[0-9a-f]{16}$/);
  for (const path of ["maintenance.html", "offline.html"]) {
    assert.equal(await seen(`/.platform/${path}`), "404");
  }
  assert.match(await ask("/x", `-o /dev/null -w '%{http_code}' ${visitor}`, 80), /^301$/);
  await applied({}, { settings: { keepalive_timeout: "65s" } });
  await machine.succeed("systemctl restart nginx");
  assert.deepEqual(await page(), closedPage);
  assert.equal(await machine.succeed("nginx -t 2>&1 | grep -c warn || true"), "0\n");
});

test("it is opened again, twice is as good as once, and another site is named with those there are", async () => {
  const first = await machine.succeed(`${program} status forum`);
  assert.match(await machine.succeed(`${program} on forum anna@desk later`), /: later\n$/);
  assert.equal(
    (await machine.succeed(`${program} status forum`)).split(":")[0],
    first.split(":")[0],
  );
  for (const verb of ["off", "off", "status"]) {
    assert.equal(await machine.succeed(`${program} ${verb} forum`), "forum is open\n");
  }
  assert.equal(await seen(), "200");
  const { stderr } = await machine.fail(`${program} on wiki`);
  assert.match(stderr, /^forum: there is no site "wiki" on this machine; it has: forum$/m);
  assert.equal(await machine.succeed("find /var/lib/platform-maintenance -type f"), "");
});

test("what a deployment has closed shows the offline page, and opens by itself when nobody does", async () => {
  await machine.succeed(`${program} begin forum 3`);
  assert.deepEqual(await page(), offlinePage);
  await machine.waitUntilSucceeds(`${program} status forum | grep -x 'forum is open'`);
  assert.equal(await seen(), "200");
  await machine.succeed(`${program} begin forum 1; ${program} begin forum 600`);
  assert.equal(await machine.succeed(timers), "1\n", "the first timer has gone with its note");
  await machine.succeed(`${program} expire forum 1`);
  assert.equal(await seen(), "503", "another note's timer leaves this one alone");
  await machine.succeed(`${program} on forum anna@desk; ${program} end forum`);
  assert.deepEqual(
    await page(),
    closedPage,
    "the end of a deployment does not open what a person closed",
  );
  assert.equal(await machine.succeed(timers), "0\n", "its timer has nothing to do any more");
  await machine.succeed(`${program} off forum`);
});

test("where the configuration closes it, only the configuration opens it", async () => {
  await applied({ maintenance: { ...maintenance, active: true } });
  assert.deepEqual(await page(), closedPage);
  assert.equal(await status("/", from("192.0.2.77")), "200");
  const { stderr } = await machine.fail(`${program} off forum`);
  assert.match(
    stderr,
    /forum is still closed.*set `maintenance\.active` to false, then run `pulumi up`/,
  );
  const { code, stdout } = await machine.fail(`runuser -u nobody -- ${program} check forum`);
  assert.equal(code, 1);
  assert.equal(
    stdout,
    "WARNING: forum is closed by the stack's configuration (maintenance.active) | closed=0s;14400\n",
  );
  await applied();
  assert.equal(await seen(), "200");
});

test("a site that is closed for too long is warned of, by whoever asks", async () => {
  const check = `runuser -u nobody -- ${program} check forum`;
  assert.equal(await machine.succeed(check), "OK: forum is open | closed=0s;14400\n");
  await machine.succeed(`${program} on forum anna@desk`);
  assert.match(
    await machine.succeed(check),
    /^OK: forum is closed by anna@desk since .* \| closed=\d+s;14400$/m,
  );
  await machine.succeed(
    'sed -i "1s/.*/$(($(date +%s) - 14500))/" /var/lib/platform-maintenance/forum',
  );
  const { code, stdout } = await machine.fail(check);
  assert.equal(code, 1);
  assert.match(
    stdout,
    /^WARNING: forum is closed by anna@desk since .* \| closed=145\d\ds;14400$/m,
  );
  await machine.succeed(`${program} off forum`);
});

test("a forum whose container is replaced is closed before, and opened when the new one answers", async () => {
  const id = (await machine.succeed("docker inspect --format '{{.Id}}' app")).trim();
  const step = async (name: string, bootSeconds: number) => {
    const build = () => {
      const host = exampleHost();
      const docker = DockerEngineOptions.parse({ source: "debian" });
      const engine = new DockerEngine("engine", { host, options: docker });
      new Discourse("forum", { host, engine, options: forum.forumOptions(image, { bootSeconds }) });
    };
    const { resource } = await deploy(build, false, { "forum-app": { id } });
    const { code, stderr } = await runOn(machine, resource(name));
    assert.equal(code, 0, stderr);
  };
  await step("forum-previous", 299);
  assert.deepEqual(await page(), offlinePage);
  assert.equal(await machine.succeed("docker inspect --format '{{.State.Running}}' app"), "true\n");
  await step("forum-ready", 299);
  assert.equal(await seen(), "200");
  await machine.succeed("mv /etc/nginx/platform/maintenance/forum.conf /run/");
  await step("forum-previous", 298); // before there is a proxy
  await machine.succeed("mv /run/forum.conf /etc/nginx/platform/maintenance/");
  assert.equal(await seen(), "200");
  await step("forum-ready", 298);
  assert.equal(await machine.succeed(timers), "0\n");
});
