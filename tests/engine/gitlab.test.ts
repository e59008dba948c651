import assert from "node:assert/strict";
import { test } from "node:test";
import { innerAddress } from "../support/backup.ts";
import { customerAt, type Customer } from "../support/gitlab-clients.ts";
import {
  fleetImage,
  fleetStack,
  relayPassword,
  useOf,
  visitors,
  type Used,
} from "../support/gitlab-fleet.ts";
import { purgeRemoved } from "../support/laws.ts";
import { plainIn, plainOn } from "../support/plain.ts";

const fleet = await fleetStack("fleet");
const { stack, machine, printed, up, failingUp, preview, during, set, unset, changes } = fleet;
const address = await innerAddress(machine); // asked before it has others, of the instances' networks
const signIn = "users/sign_in";
const pushed = (name: string) => [`${name} over SSH`, `${name} over HTTPS`, "Initial commit"];
const refusal = /the GitLab acme is called git\.acme\.test, and `hostname` says code\.acme\.test/;
const crashes =
  /cedar: the container ends again and again \(last: its first reconfigure has not ended\)\. Its data are still there/;

let acme: Used;
let birch: Used;
let customer: Customer;
let heads: string[] = [];

/** The ids of instances' containers. */
const ids = (...names: readonly string[]) =>
  machine.succeed(`docker inspect -f '{{.Id}}' ${names.map((one) => `gitlab-${one}`).join(" ")}`);

test("two customers go up in one run, and a second one changes nothing", async () => {
  assert.deepEqual(await preview(), { create: 49 });
  assert.deepEqual(await up(), { create: 49 });
  assert.deepEqual(await up(), { same: 49 });
  assert.deepEqual(await preview(), { same: 49 });
  const { urls, authorityCertificate } = await stack.outputs();
  assert.deepEqual(urls?.value, [
    "https://git.acme.test/",
    "https://registry.acme.test/",
    "https://code.birch.test/",
  ]);
  const certificate = String(authorityCertificate?.value);
  await machine.succeed("cat >/run/ca.pem", certificate);
  customer = await customerAt(address, certificate);
  [acme, birch] = [await useOf(fleet, "acme"), await useOf(fleet, "birch")];
});

test("nothing is reached from elsewhere but nginx, the machine's sshd and git over SSH", async () => {
  const open = await machine.succeed(
    `ss -Hltnp | awk '$4 !~ /^127\\./ && $4 != "[::1]" { split($6, who, "\\""); print $4, who[2] }' | LC_ALL=C sort`,
  );
  const ports = [acme.sshPort, birch.sshPort].map((port) => `0.0.0.0:${port} docker-proxy`);
  const others = ["22 sshd", "443 nginx", "80 nginx"];
  const all = ["0.0.0.0", "[::]"].flatMap((from) => others.map((one) => `${from}:${one}`));
  assert.deepEqual(open.trim().split("\n"), [...all, ...ports].toSorted());
  assert.equal(birch.sshPort, 2222); // its own choice; that of acme goes with its name
  assert.equal(await customer.answer("https://registry.acme.test/v2/"), "401");
});

test("each is closed to strangers and private, and acme has its licence", async () => {
  for (const { api } of [acme, birch]) {
    const settings = await api.ApplicationSettings.show();
    assert.equal(settings.signup_enabled, false);
    for (const kind of ["project", "group", "snippet"])
      assert.equal(settings[`default_${kind}_visibility`], "private");
  }
  const licence = (await acme.api.License.show()) as unknown as Record<string, unknown>;
  assert.deepEqual([licence["plan"], licence["user_limit"]], ["ultimate", 7]);
  assert.deepEqual(await birch.api.License.show(), {}); // null, as the client tells it
});

test("projects are made by @gitbeaker/rest and python-gitlab, cloned and pushed over HTTPS and SSH", async () => {
  const made = await acme.api.Projects.create({ name: "demo", initializeWithReadme: true });
  await acme.api.UserSSHKeys.create("key", customer.publicKey);
  const refused = await customer.git(birch.login, "ls-remote", birch.ssh);
  assert.match(refused.stderr, /Permission denied \(publickey\)/); // acme's key is nobody's there
  const program = `
birch = server(sys.argv[1], sys.argv[2])
birch.http_post("/user/keys", post_data={"title": "key", "key": sys.argv[3]})
print(json.dumps(birch.projects.create({"name": "demo", "initialize_with_readme": True}).asdict()))
`;
  const { origin } = new URL(birch.url);
  const other = await customer.python(program, origin, birch.token, customer.publicKey);
  for (const [name, is, { http, ssh, login }] of [
    ["acme", made, acme],
    ["birch", other as typeof made, birch],
  ] as const) {
    assert.deepEqual(
      [is.visibility, is.http_url_to_repo, is.ssh_url_to_repo],
      ["private", http, ssh],
    );
    await customer.push(login, http, `${name} over HTTPS`);
    await customer.push(login, ssh, `${name} over SSH`);
    assert.deepEqual(await customer.log(login, http), pushed(name));
    assert.deepEqual(await customer.log(login, ssh), pushed(name));
  }
});

test("the token of one customer is refused by the other", async () => {
  const program = `
try:
    server(sys.argv[1], sys.argv[2]).projects.get("root/demo")
except gitlab.GitlabError as e:
    print(json.dumps([e.response_code, e.error_message]))
`;
  const { origin } = new URL(birch.url);
  assert.deepEqual(await customer.python(program, origin, acme.token), [401, "401 Unauthorized"]);
  const { stderr } = await customer.git(acme.login, "ls-remote", birch.http);
  assert.match(
    stderr,
    /Authentication failed for 'https:\/\/code\.birch\.test\/root\/demo\.git\/'/,
  );
});

test("a setting that was changed by hand shows in a preview by its field, and goes", async () => {
  const { ApplicationSettings } = birch.api;
  await ApplicationSettings.edit({ signupEnabled: true });
  const text = await during(async () => {
    assert.deepEqual(await preview({ diff: true }), { same: 48, update: 1 });
  });
  assert.match(text, /gitlab-birch-settings/);
  assert.match(text, /~ signup_enabled *: true => false\n/);
  assert.deepEqual(await up(), { same: 48, update: 1 });
  assert.equal((await ApplicationSettings.show()).signup_enabled, false);
});

test("the first passwords of root let in, and no secret stands anywhere in plain text", async () => {
  const passwords = [acme.rootPassword, birch.rootPassword];
  assert.equal(new Set(passwords).size, 2);
  for (const { rootPassword, http } of [acme, birch]) {
    assert.equal((await customer.git(["root", rootPassword], "ls-remote", http)).code, 0);
  }
  const known = [...passwords, relayPassword];
  assert.deepEqual(plainIn("fleet", printed(), [...known, "PRIVATE KEY-----"]), []);
  assert.deepEqual(await plainOn(machine, passwords), []);
  const places = await plainOn(machine, [relayPassword]);
  const inner = /^\/(?:run|var\/lib)\/(?:containerd|docker)\/.+?(?=\/opt\/gitlab\/)/; // what GitLab writes in its container
  assert.deepEqual(
    [...new Set(places.map((place) => place.replace(inner, "…")))],
    ["/srv/gitlab/acme/platform/smtp-password", "…/opt/gitlab/embedded/nodes/standin.json"],
  );
  for (const place of places) await machine.fail(`su -s /bin/sh nobody -c 'cat ${place}'`);
  assert.equal(await machine.succeed("find /srv/gitlab -name initial_root_password"), "");
});

test("another plan and another name come in one run, once they are meant, and the other customer notices nothing", async () => {
  const [old, other] = [await ids("acme"), await ids("birch")];
  await set("gitlab.instances.acme.plan", "S");
  await set("gitlab.instances.acme.hostname", "code.acme.test");
  await set("gitlab.instances.acme.aliases[0]", "git.acme.test");
  assert.match(await failingUp(), refusal);
  assert.equal(await customer.answer(`${acme.url}${signIn}`), "200");
  await assert.rejects(customer.answer(`https://code.acme.test/${signIn}`), TypeError);
  assert.equal(await ids("acme"), old);
  await set("gitlab.instances.acme.renamedFrom", "git.acme.test");
  const seen = await visitors(machine, "code.birch.test", async () => {
    assert.deepEqual(await up(), { same: 41, update: 7, replace: 1 });
  });
  assert.deepEqual(seen, ["200"]);
  assert.deepEqual(await preview(), { same: 49 });
  assert.notEqual(await ids("acme"), old);
  assert.equal(await ids("birch"), other);
  const format = "{{.HostConfig.Memory}} {{.HostConfig.MemorySwap}} {{.HostConfig.NanoCpus}}";
  const limits = await machine.succeed(`docker inspect -f '${format}' gitlab-acme`);
  assert.equal(limits, `${8 * 1024 ** 3} ${8 * 1024 ** 3} 2000000000\n`);
});

test("nothing was lost by it, and the old names lead to the new one", async () => {
  const renamed = await useOf(fleet, "acme");
  assert.equal(renamed.url, "https://code.acme.test/");
  assert.equal(renamed.rootPassword, acme.rootPassword);
  const { http_url_to_repo: told } = await renamed.api.Projects.show("root/demo");
  assert.equal(told, renamed.http);
  for (const url of [renamed.http, renamed.ssh, acme.http, acme.ssh])
    assert.deepEqual(await customer.log(acme.login, url), pushed("acme"), url); // by a token of before
  await customer.push(acme.login, renamed.ssh, "acme renamed");
  assert.deepEqual(await customer.log(acme.login, renamed.http), [
    "acme renamed",
    ...pushed("acme"),
  ]);
  assert.deepEqual(await customer.log(birch.login, birch.http), pushed("birch"));
  const asked = await Promise.all(
    [renamed, birch].map(({ login, http }) => customer.git(login, "ls-remote", http, "main")),
  );
  heads = asked.map(({ stdout }) => stdout.split("\t")[0] ?? "");
  const leads = `301 ${renamed.url}root/demo`;
  for (const name of ["git.acme.test", "acme.hosting.test"])
    assert.equal(await customer.answer(`https://${name}/root/demo`), leads);
});

test("a third customer changes nothing of the others', also when it does not come up", async () => {
  const before = await ids("acme", "birch");
  const plan = { users: 5, cpus: 1, memory: "7800 MiB", puma: 2, sidekiq: 5 };
  await fleet.setInstance("cedar", {
    ...{ customer: "Cedar", host: "fleet", hostname: "git.cedar.test", isolation: "sharedHost" },
    ...{ image: fleetImage, plan: { ...plan, sharedBuffers: "256 MiB", disk: "20 GiB" } },
    ...{ releases: "off", bootSeconds: 300, skipPreflight: ["memory", "cores", "dns"] },
  });
  assert.deepEqual(
    (await changes()).filter((one) => !/^create gitlab-cedar(?:$|-)/.test(one)),
    ["update fleet-gitlab-preflight", "update fleet-nginx-files"],
  );
  const data = "/srv/gitlab/cedar/data";
  await machine.succeed(`mkdir -p ${data}; echo crash-in-migration >${data}/standin-mode`);
  assert.match(await failingUp(), crashes);
  assert.equal(await customer.answer(`${birch.url}${signIn}`), "200");
  await machine.succeed(`rm ${data}/standin-mode`);
  await up();
  assert.equal(await customer.answer(`https://git.cedar.test/${signIn}`), "200");
  assert.equal(await ids("acme", "birch"), before);
});

const section = "gitlab.instances.birch";
let gone = {};

test("a customer who goes leaves the data, and the others as they are", async () => {
  const before = await ids("acme", "cedar");
  gone = JSON.parse((await stack.getConfig(`platform:${section}`, true)).value) as object;
  await unset(section);
  assert.deepEqual(await up(), { same: 47, update: 2, delete: 14 });
  assert.equal(await ids("acme", "cedar"), before);
  await machine.fail("docker inspect gitlab-birch");
  await assert.rejects(customer.answer(birch.url), TypeError);
  const version = await machine.succeed("cat /srv/gitlab/birch/data/gitlab-rails/VERSION");
  assert.equal(version, "18.11.11\n");
});

test("a customer who comes back has what was left, and the first password of before still lets in", async () => {
  await fleet.setInstance("birch", gone);
  assert.deepEqual(await up(), { same: 47, update: 2, create: 14 });
  const { rootPassword, http } = await useOf(fleet, "birch");
  assert.equal(rootPassword, birch.rootPassword);
  assert.deepEqual(await customer.log(["root", rootPassword], http), pushed("birch"));
});

test("destroy leaves nothing of them but the data", async () => {
  await stack.destroy({ excludeProtected: true, color: "never" });
  await purgeRemoved(machine);
  assert.equal(await machine.succeed("ls /srv/gitlab"), "acme\nbirch\ncedar\n");
  const refs = "find /srv/gitlab -path '*/refs/heads/main' | sort | xargs cat";
  assert.deepEqual((await machine.succeed(refs)).trim().split("\n"), heads);
});
