import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { innerAddress } from "../support/backup.ts";
import { testMachine } from "../support/machine.ts";
import { asked } from "../support/monitoring.ts";
import { quickCheck, watchedStack } from "../support/stack-checks.ts";

const monitor = await testMachine("lookout");
const watched = await testMachine("watched");
const listen = await innerAddress(monitor);
const { up, change, becomes, soon } = await watchedStack([monitor, watched], listen);

const flag = "/run/platform-test-flag";
const inside = quickCheck("watched", "inside", {
  command: ["/usr/bin/test", "-e", flag],
});
const outside = quickCheck("watched", "outside", { from: "outside" });

const leaning = quickCheck("watched", "leaning", { needs: "inside" });

const told = `printf '%s ' "$(id -un)" "$@" >/run/lock/told`;

describe("an agent", () => {
  before(async () => {
    await watched.succeed(`touch ${flag}`);
    const { code, stderr } = await up(inside, outside);
    assert.equal(code, 0, stderr);
    // Their timers do so within two minutes of a start, and what was looked at before then waits for its next turn.
    for (const one of [monitor, watched])
      await one.succeed("systemctl start platform-drift.service");
  });

  test("runs on its machine what is to be seen there, and all is green", async () => {
    const all = [
      "lookout",
      "watched",
      "watched!inside",
      "watched!outside",
      "watched!disk",
      "watched!ssh",
    ];
    await becomes(Object.fromEntries(all.map((name) => [name, 0])));
    const { stdout } = await change(inside, outside);
    assert.equal(stdout, "unchanged\n");
    await watched.succeed(`rm ${flag}`);
    await becomes({ "watched!inside": 1 });
    await watched.succeed(`touch ${flag}`);
    await becomes({});
  });

  test("gets the words of a check as they are, without any rights", async () => {
    await watched.succeed(
      "cat >/usr/local/bin/check-words; chmod 0755 /usr/local/bin/check-words",
      `#!/bin/sh\n${told}\n`,
    );
    const command = ["/usr/local/bin/check-words", "$host.name$", "a b", "5$"] as const;
    const { code, stderr } = await change(
      inside,
      outside,
      quickCheck("watched", "words", { command }),
    );
    assert.equal(code, 0, stderr);
    await becomes({ "watched!words": 0 });
    assert.equal(await watched.succeed("cat /run/lock/told"), "nagios $host.name$ a b 5$ ");
    assert.equal((await change(inside, outside)).code, 0);
  });

  test("listens to nobody else, and takes neither configuration nor words from the master", async () => {
    assert.match(
      await watched.succeed("ss -Hltn sport = :5665"),
      /^LISTEN .* 127\.0\.0\.1:5665 [^\n]*\n$/,
    );
    await watched.succeed(
      "! grep -rE '[$][^$]+[$]' /etc/icinga2/features-enabled/platform-checks.conf && test ! -e /etc/icinga2/features-enabled/checker.conf",
    );
    // A package of the master for the agent's zone: what accepts configuration would have it within seconds.
    const name = "stranger";
    await monitor.succeed(asked("lookout", `/v1/config/packages/${name}`, "-X POST", listen));
    const files = `{"files":{"zones.d/watched/x.conf":"object CheckCommand \\"foreign\\" { command = [ \\"/bin/true\\" ] }"}}`;
    await monitor.succeed(
      asked("lookout", `/v1/config/stages/${name}`, "-X POST --data-binary @-", listen),
      files,
    );
    await monitor.waitUntilSucceeds("grep -rq foreign /var/lib/icinga2/api/zones/watched", 60);
    await becomes({});
    await watched.succeed("! grep -rq foreign /var/lib/icinga2/api");
    await watched.waitUntilSucceeds(
      "grep -q 'Ignoring config update' /var/log/icinga2/icinga2.log",
      60,
    );
    await monitor.waitUntilSucceeds(
      asked("lookout", `/v1/config/packages/${name}`, "-X DELETE", listen),
      60,
    );
  });

  test("that is away makes its machine red and nothing else, and what is seen from outside goes on", async () => {
    assert.equal((await change(inside, outside, leaning)).code, 0);
    await becomes({});
    await watched.succeed("systemctl stop icinga2");
    await becomes({ watched: 1 });
    await watched.succeed("systemctl start icinga2");
    await becomes({});
  });

  test("has plugins of the platform's own, which nagios may run and which say what is so", async () => {
    const said = async (name: string, words = "") => {
      const plugin = `/usr/local/lib/platform/check-${name} --timeout 20 ${words}`;
      const { code, stdout } = await watched.run(`runuser -u nagios -- ${plugin}`);
      return [code, stdout];
    };
    assert.deepEqual(await said("units"), [0, "UNITS OK: no unit has failed | failed=0;;0\n"]);
    const container = "is the computer's on which this container runs\n";
    assert.deepEqual(await said("clock", "-w 500 -c 2000"), [
      0,
      `CLOCK OK: the clock ${container}`,
    ]);
    assert.deepEqual(await said("memory", "-w 10 -c 5"), [0, `MEMORY OK: the memory ${container}`]);
    await watched.succeed("rm -rf /var/lib/platform-updates; apt-get -qq update");
    const since = /^(?:\S+ \[\S*\] \d{10}\n)*$/; // noted by apt itself
    assert.match(await watched.succeed("cat /var/lib/platform-updates/since"), since);
    const [code, updates] = await said("updates", "-c 7");
    assert.match(
      `${code} ${updates}`,
      /^[01] UPDATES (?:OK|WARNING): .* \| security=\d+;0 days=0;;6 restart=0;0\n$/,
    );
    await watched.succeed("! systemd-run --unit=broken --wait -q false");
    await soon({ "watched!units": 2 });
    assert.deepEqual(await said("units"), [
      2,
      "UNITS CRITICAL: failed: broken.service | failed=1;;0\n",
    ]);
    await watched.succeed("systemctl reset-failed broken");
    await soon({});
  });

  test("tells by name what somebody changed on its machine, until it is put right", async () => {
    const compare = "systemctl start platform-drift.service";
    const path = "/etc/icinga2/constants.conf";
    await watched.succeed(`echo >>${path}; ${compare}`);
    await soon({ "watched!drift": 2 });
    assert.match(
      await watched.succeed("runuser -u nagios -- platform-drift check || true"),
      /^DRIFT CRITICAL: changed by hand: \/etc\/icinga2\/constants\.conf has other contents \| changed=1;;0\n$/,
    );
    assert.equal((await change(inside, outside)).code, 0);
    await watched.succeed(compare);
    await soon({});
    await watched.succeed(`systemctl stop platform-drift.timer; ${compare}`);
    assert.match(
      await watched.succeed("platform-drift check || true"),
      /platform-drift\.timer does not run/,
    );
    assert.equal((await up(inside, outside)).code, 0);
    await watched.succeed(compare);
    await soon({});
  });

  test("a plugin that is not there refuses the change, by its name, and the old files stay", async () => {
    const missing = quickCheck("watched", "missing", { command: ["/usr/local/bin/none"] });
    const { code, stderr, name } = await change(inside, outside, missing);
    assert.deepEqual([code, name], [1, "watched-agent-files"]);
    assert.match(stderr, /\/usr\/local\/bin\/none is no program that nagios may run here/);
    await watched.succeed("! grep -q none /etc/icinga2/features-enabled/platform-checks.conf");
    await becomes({});
  });
});
