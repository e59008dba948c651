import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { gitlabMachine } from "../support/gitlab.ts";
import { labInstance } from "../support/gitlab-instance.ts";
import { assertSameTraces, purgeRemoved, tracesOn } from "../support/laws.ts";

const { machine, image } = await gitlabMachine("gitlab");
const acme = labInstance(machine, image);
const container = "gitlab-acme";
const files = "/srv/gitlab/acme";
const token = "/var/lib/platform-gitlab/acme/token";

/** Applies the instance, which must go well; gives what was done, by the last part of a resource's name. */
async function up(more: object = {}): Promise<Record<string, string>> {
  const results = await acme.up(more);
  for (const [name, { code, stderr }] of Object.entries(results))
    assert.equal(code, 0, `${name}: ${stderr}`);
  return Object.fromEntries(
    Object.entries(results).map(([name, { stdout }]) => [
      name.replace(/^gitlab-acme-/, ""),
      stdout.trim(),
    ]),
  );
}

/** Applies the instance, which must fail; gives which resource did, and why. */
async function failing(more: object = {}, meanwhile?: () => Promise<unknown>) {
  const [name = "", { code, stderr } = assert.fail("something is done")] =
    Object.entries(await acme.up(more, meanwhile)).at(-1) ?? [];
  assert.notEqual(code, 0, name);
  return [name, stderr] as const;
}

/** What the API answers to who has the password of root, or to the platform's token. */
function api(path: string, ...more: readonly string[]): Promise<string> {
  const port = `$(docker port ${container} 80 | cut -d: -f2)`;
  const auth = `-H "PRIVATE-TOKEN: $(cat ${token})"`;
  const from = `-H 'Host: git.acme.example' -H 'X-Forwarded-Proto: https'`;
  return machine.succeed(
    `curl -sS ${auth} ${from} ${more.join(" ")} http://127.0.0.1:${port}/api/v4/${path}`,
  );
}

const mode = (word: string) => machine.succeed(`echo ${word} >${files}/data/standin-mode`);

describe("an instance of GitLab", () => {
  let empty = "";
  before(async () => {
    await machine.succeed("rm -rf /srv/gitlab/*");
    await purgeRemoved(machine);
    empty = await tracesOn(machine);
  });

  test("it comes up, is ready, closed to strangers, and a second run changes nothing", async () => {
    const first = await up();
    assert.equal(first["ready"], "create");
    const { root, "machine-preflight": asked, ...rest } = await up();
    assert.equal(root, "the password of acme was handed over before: it is the customer's");
    assert.equal(asked, "");
    assert.deepEqual([...new Set(Object.values(rest))], ["unchanged"]);
    assert.deepEqual(await acme.shown("ready"), {
      ...{ pids: "8192", ready: true, running: true, token: true, version: "18.11.11" },
    });
    const settings = JSON.parse(await api("application/settings")) as Record<string, unknown>;
    assert.deepEqual(
      [settings["signup_enabled"], settings["default_project_visibility"]],
      [false, "private"],
    );
  });

  test("its limits are those of its plan, and its loopback port and SSH are all that is open", async () => {
    const format = "{{.HostConfig.Memory}} {{.HostConfig.MemorySwap}} {{.HostConfig.PidsLimit}}";
    const limits = await machine.succeed(`docker inspect -f '${format}' ${container}`);
    assert.equal(limits, `${8 * 1024 ** 3} ${8 * 1024 ** 3} 8192\n`);
    const open = await machine.succeed(`docker port ${container} | sort`);
    assert.match(open, /^22\/tcp -> 0\.0\.0\.0:\d+\n80\/tcp -> 127\.0\.0\.1:\d+\n$/);
    const written = `docker exec ${container} sh -c 'echo x >>/etc/gitlab/gitlab.rb'`;
    assert.match((await machine.fail(written)).stderr, /[Rr]ead-only file system/);
  });

  test("root has the password that was handed over, which is nowhere on the machine", async () => {
    const clone = (password: string) =>
      machine.run(
        `git_askpass=$(mktemp) && printf '#!/bin/sh\\ncat /run/root-password\\n' >$git_askpass && chmod 700 $git_askpass; ` +
          `curl -s -o /dev/null -w '%{http_code}' -K - http://127.0.0.1:$(docker port ${container} 80 | cut -d: -f2)/none/none.git/info/refs?service=git-upload-pack`,
        `user = "root:${password}"\nheader = "Host: git.acme.example"\nheader = "X-Forwarded-Proto: https"\n`,
      );
    assert.equal((await clone(acme.password)).stdout, "404"); // there is no such project, and root would see it
    assert.equal((await clone("another-password")).stdout, "401");
    await machine.fail(`test -e ${files}/config/initial_root_password`);
    const found = `grep -rlF -- '${acme.password}' /etc /var/lib/platform /var/lib/platform-gitlab ${files} || true`;
    assert.equal(await machine.succeed(found), "");
    assert.equal(
      await machine.succeed(`stat -c '%a %U' ${token} ${files}`),
      "600 root\n700 root\n",
    );
  });

  test("a setting that was changed by hand shows in a preview, and goes; others stay", async () => {
    await api("application/settings", "-X PUT -d signup_enabled=true -d max_pages_size=7");
    const shown = (await acme.shown("settings")) as { settings: Record<string, unknown> };
    assert.equal(shown.settings["signup_enabled"], true);
    assert.equal((await up())["settings"], "update state.settings.signup_enabled");
    const settings = JSON.parse(await api("application/settings")) as Record<string, unknown>;
    assert.deepEqual([settings["signup_enabled"], settings["max_pages_size"]], [false, 7]);
  });

  test("a new gitlab.rb takes effect in the running container", async () => {
    const id = await machine.succeed(`docker inspect -f '{{.Id}}' ${container}`);
    const done = await up({ timeZone: "Europe/Berlin" });
    assert.match(done["files"] ?? "", /^update /);
    const shown = `docker exec ${container} cat /opt/gitlab/embedded/nodes/standin.json`;
    assert.match(await machine.succeed(shown), /"time_zone": "Europe\/Berlin"/);
    assert.equal(await machine.succeed(`docker inspect -f '{{.Id}}' ${container}`), id);
  });

  test("one that GitLab refuses is put back, and what serves goes on", async () => {
    const sidekiq = { metrics_enabled: true, health_checks_enabled: true, listen_port: 8099 };
    const extra = { sidekiq: { ...sidekiq, health_checks_listen_port: 8099 } };
    const [name, why] = await failing({ timeZone: "Europe/Berlin", extra });
    assert.equal(name, "gitlab-acme-files");
    assert.match(why, /Sidekiq metrics and health checks servers are binding the same address/);
    assert.match(why, /acme: GitLab did not take the new gitlab\.rb/);
    await machine.fail(`grep 8099 ${files}/platform/gitlab.rb`);
    assert.match((await up({ timeZone: "Europe/Berlin" }))["ready"] ?? "", /^unchanged/);
  });

  test("a container that is killed during a reconfigure is started again, and nothing is lost", async () => {
    await machine.succeed(`echo SETTLE 30 >${files}/data/standin-seconds`);
    const reconfigures = `docker top ${container} -eo pid,args | grep 'gitlab-ctl reconfigure'`;
    const [name, why] = await failing({ timeZone: "UTC" }, async () => {
      await machine.waitUntilSucceeds(reconfigures, 60);
      await machine.succeed(`docker kill ${container}`);
    });
    assert.equal(name, "gitlab-acme-files", why);
    await machine.succeed(`rm ${files}/data/standin-seconds`);
    assert.deepEqual(await acme.shown("ready"), {
      ...{ pids: "8192", ready: false, running: false, token: false, version: "" },
    });
    await up({ timeZone: "UTC" });
    const settings = JSON.parse(await api("application/settings")) as Record<string, unknown>;
    assert.equal(settings["max_pages_size"], 7);
  });

  test("one that runs and is never ready is said with the part that is not, and comes once it can", async () => {
    await mode("never-ready");
    const [name, why] = await failing({ timeZone: "UTC", bootSeconds: 10 });
    assert.equal(name, "gitlab-acme-ready");
    assert.match(
      why,
      /acme: it was not ready within 10 s \(last: 503 master_check\), see what it does or raise bootSeconds\. Its data are still there/,
    );
    assert.ok(!/passw|token/i.test(why));
    await mode("ok");
    await up({ timeZone: "UTC", bootSeconds: 60 });
  });

  test("an allow-list that does not hold the machine is told from a GitLab that is down", async () => {
    await machine.succeed(
      `docker exec ${container} sed -i 's/"10.20[0-9.]*\\/32"/"192.0.2.1\\/32"/' /opt/gitlab/embedded/nodes/standin.json`,
    );
    const [name, why] = await failing({ timeZone: "UTC", bootSeconds: 61 });
    assert.equal(name, "gitlab-acme-ready");
    assert.match(why, /acme: its health is hidden from the machine \(404\), so its allow-list/);
    await machine.succeed(`docker exec ${container} gitlab-ctl reconfigure`);
    await up({ timeZone: "UTC", bootSeconds: 60 });
  });

  test("a relay that cannot be reached is said before anything is changed", async () => {
    const smtp = { address: "relay.lab.test", user: "u-1", password: "canary-relay" };
    const more = { timeZone: "UTC", bootSeconds: 60, smtp };
    const before = await machine.succeed(`sha256sum ${files}/platform/gitlab.rb`);
    const skipPreflight = ["memory", "cores", "dns"];
    const [name, why] = await failing({ ...more, skipPreflight });
    assert.equal(name, "gitlab-acme-mail");
    assert.match(
      why,
      /acme: the relay relay\.lab\.test:587 \(`smtp`\): it has no address: correct/,
    );
    assert.ok(!why.includes("canary-relay"));
    assert.equal(await machine.succeed(`sha256sum ${files}/platform/gitlab.rb`), before);
    await up(more); // the lab's instance leaves that question out
    assert.equal(
      await machine.succeed(`docker exec ${container} cat /etc/gitlab/platform/smtp-password`),
      "canary-relay",
    );
  });

  test("a larger plan keeps its data", async () => {
    await api("projects", "-X POST -d name=kept");
    const id = await machine.succeed(`docker inspect -f '{{.Id}}' ${container}`);
    await up({ plan: "M" });
    assert.notEqual(await machine.succeed(`docker inspect -f '{{.Id}}' ${container}`), id);
    const projects = JSON.parse(await api("projects")) as { path: string }[];
    assert.deepEqual(
      projects.map(({ path }) => path),
      ["kept"],
    );
    const memory = await machine.succeed(`docker inspect -f '{{.HostConfig.Memory}}' ${container}`);
    assert.equal(memory, `${12 * 1024 ** 3}\n`);
  });

  test("another name is refused until it is confirmed", async () => {
    const hostname = "code.acme.example";
    const [name, why] = await failing({ plan: "M", hostname });
    assert.equal(name, "gitlab-acme-before");
    assert.match(
      why,
      /the GitLab acme is called git\.acme\.example, and `hostname` says code\.acme\.example/,
    );
    await up({ plan: "M", hostname, renamedFrom: "git.acme.example" });
    const shown = `docker exec ${container} cat /opt/gitlab/embedded/nodes/standin.json`;
    assert.match(await machine.succeed(shown), /"external_url": "https:\/\/code\.acme\.example"/);
    assert.deepEqual(
      (JSON.parse(await api("projects")) as { path: string }[]).map(({ path }) => path),
      ["kept"],
    );
  });

  test("an older release is refused, and another one until it is confirmed", async () => {
    const same = { plan: "M", hostname: "code.acme.example", renamedFrom: "git.acme.example" };
    const version = `${files}/data/gitlab-rails/VERSION`;
    const was = await machine.succeed(`cat ${version}`);
    await machine.succeed(`echo 18.11.12 >${version}`);
    const [newer, back] = await failing({ ...same, upgradedFrom: "18.11.12" });
    assert.equal(newer, "gitlab-acme-before");
    assert.match(back, /are of 18\.11\.12, and `image` says 18\.11\.11: they cannot go back/);
    await machine.succeed(`echo 18.10.8 >${version}`);
    assert.match((await failing(same))[1], /set `upgradedFrom` to 18\.10\.8 and run again/);
    const done = await up({ ...same, upgradedFrom: "18.10.8" });
    assert.equal(done["before"], "update unfinished values.UPGRADED");
    await machine.succeed(`echo ${was.trim()} >${version}`);
  });

  test("taken away, it leaves nothing but its data", async () => {
    await acme.remove({ plan: "M", hostname: "code.acme.example" });
    await machine.succeed(`test -e ${files}/data/gitlab-rails/VERSION && rm -rf /srv/gitlab/acme`);
    await purgeRemoved(machine);
    assertSameTraces(await tracesOn(machine), empty);
  });
});
