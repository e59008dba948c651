import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { gitlabMachine } from "../support/gitlab.ts";
import { labInstance, licence } from "../support/gitlab-instance.ts";

const { machine, image } = await gitlabMachine("gitlab-faults");
const acme = labInstance(machine, image);
const place = "/srv/gitlab/acme";

/** Applies the instance, which must fail; gives which resource did, and why. */
async function failing(more: object, meanwhile?: () => Promise<unknown>) {
  const [name = "", { code, stderr } = assert.fail("something is done")] =
    Object.entries(await acme.up(more, meanwhile)).at(-1) ?? [];
  assert.notEqual(code, 0, name);
  return [name, stderr] as const;
}

async function up(more: object = {}): Promise<void> {
  for (const [name, { code, stderr }] of Object.entries(await acme.up(more)))
    assert.equal(code, 0, `${name}: ${stderr}`);
}

describe("an instance of GitLab that cannot begin", () => {
  before(async () => {
    await machine.succeed("docker rm -f gitlab-acme 2>/dev/null; rm -rf /srv/gitlab/*");
  });

  test("a plan that is too big for the machine is refused by the machine, before anything is made", async () => {
    const plan = {
      ...{ users: 100, cpus: 64, memory: "900 GiB", puma: 3, sidekiq: 10 },
      ...{ sharedBuffers: "1 GiB", disk: "40 GiB" },
    };
    const [name, why] = await failing({ plan, skipPreflight: ["dns", "ports"] });
    assert.equal(name, "machine-preflight");
    assert.match(
      why,
      /^- memory: it has \d+ MiB, and its instances need 922624 MiB: give it more, or take smaller plans$/m,
    );
    assert.match(why, /^- cores: it has \d+, and an instance on it may use 64: give it more/m);
    assert.match(why, /not fit for its GitLab instances \(see above\)/);
    await machine.fail(`test -e ${place}`);
  });

  test("a port that somebody else has is named, with who has it", async () => {
    const ssh = { port: 22, address: "0.0.0.0" };
    const skipPreflight = ["memory", "cores", "dns"];
    const [name, why] = await failing({ ssh, skipPreflight });
    assert.equal(name, "machine-preflight");
    assert.match(why, /^- ports: 22 is taken by sshd: stop that, or give the instance another/m);
  });

  test("a first start whose gitlab.rb GitLab refuses is said with GitLab's words, and the next run goes on", async () => {
    const sidekiq = { metrics_enabled: true, health_checks_enabled: true, listen_port: 8099 };
    const extra = { sidekiq: { ...sidekiq, health_checks_listen_port: 8099 } };
    const [name, why] = await failing({ extra });
    assert.equal(name, "gitlab-acme-ready");
    assert.match(why, /Sidekiq metrics and health checks servers are binding the same address/);
    assert.match(
      why,
      /acme: the container ends again and again \(last: its first reconfigure has not ended\)\. Its data are still there/,
    );
    await up();
  });

  test("a reconfigure that takes too long is said, is waited for before the old gitlab.rb is back, and the next run converges", async () => {
    const seconds = `${place}/data/standin-seconds`;
    const node = "/opt/gitlab/embedded/nodes/standin.json";
    const zone = () => machine.succeed(`docker exec gitlab-acme grep -o Berlin ${node} || true`);
    await machine.succeed(`echo SETTLE 600 >${seconds}`);
    const timeZone = "Europe/Berlin";
    const [name, why] = await failing({ bootSeconds: 20, timeZone }, async () => {
      const has = `grep -q Berlin ${place}/platform/gitlab.rb`;
      await machine.waitUntilSucceeds(has, 90);
      await machine.waitUntilSucceeds(`! ${has}`, 60);
      await machine.succeed(`sleep 3; rm ${seconds}`); // until then, what would put it back waits
    });
    assert.equal(name, "gitlab-acme-files");
    assert.equal(
      why,
      "acme: gitlab-ctl reconfigure has not ended within 16 s and runs on in the container: see what it does (`docker top gitlab-acme` " +
        "on the machine), wait until it has ended or raise bootSeconds, then run again\n" +
        "gitlab-faults: gitlab-acme-files: the new files could not be made active (see above)\n" +
        "gitlab-acme-files: the files that stood there before are back and active\n",
    );
    assert.equal(await zone(), "");
    await up({ timeZone });
    assert.equal(await zone(), "Berlin\n");
  });

  test("a licence that GitLab does not take is said, and without it the instance comes up", async () => {
    await acme.remove();
    await machine.succeed("rm -rf /srv/gitlab/*");
    const [name, why] = await failing({ licence });
    assert.equal(name, "gitlab-acme-ready");
    assert.match(why, /acme: the container ends again and again/);
    assert.ok(!why.includes(licence));
    await up();
    await acme.remove();
  });
});
