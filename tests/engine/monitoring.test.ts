import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { certificateFiles } from "../../components/host/index.ts";
import { canaries, engineStack } from "../support/engine.ts";
import { innerAddress } from "../support/backup.ts";
import { testMachine } from "../support/machine.ts";
import { asked } from "../support/monitoring.ts";
import { smtpSink } from "../support/smtp.ts";
import { becoming, lookNow } from "../support/watching.ts";
import { type Recorder, webhookRecorder, webhookUrl } from "../support/webhook.ts";

const { stack, machine, set, unset, up, failingUp } = await engineStack("seen");
const monitor = await testMachine("seer");
const listen = await innerAddress(monitor);
const becomes = becoming(monitor, listen, true);
// Told to forget that it was just run: systemd starts nothing six times within ten seconds.
const compare =
  "systemctl reset-failed platform-drift.service; systemctl start platform-drift.service";

/** What the stand-in lacks of a forum: it writes an archive of its own. */
const archive = `cat >/usr/local/bin/discourse && chmod 0755 /usr/local/bin/discourse`;
const discourse = `#!/bin/sh
set -e
[ "$1" = backup ] || exit 2
mkdir -p /shared/uploads /shared/backups/default /tmp/archive && cd /tmp/archive
{ echo "select 1;"; head -c 20000 /dev/urandom; } | gzip >dump.sql.gz
tar -czf "/shared/backups/default/forum-$(date +%s).tar.gz" dump.sql.gz
`;

/** A fault by what brings it about and what ends it; what turns red by it on the forum's machine, and nothing else does. */
interface Fault {
  readonly begin: string;
  readonly end: string;
  readonly red: readonly string[];
}

const site = ["site-forum", "site-forum-outside", "forum-status", "forum-database"];
const promised = ["https-forum", "redirect-forum"];
const proxy = "/etc/nginx/sites-enabled/platform-forum.conf";
const ofSite = site.map((name) => `forum!${name}`);
const { chain, key } = certificateFiles("forum");
const conf = "/etc/platform-backup/backups/forum.conf";

const faults: Readonly<Record<string, Fault>> = {
  "nginx that was stopped": {
    begin: "systemctl stop nginx",
    end: "systemctl start nginx",
    red: ["nginx", "nginx-connections", ...site, ...promised, "certificate-forum", "drift"],
  },
  "an nginx that leads nobody to where it should": {
    begin: `sed -i 's|return 301|return 302|; s|archive.lab.test|other.lab.test|' ${proxy}; systemctl reload nginx`,
    end: `sed -i 's|return 302|return 301|; s|other.lab.test|archive.lab.test|' ${proxy}; systemctl reload nginx`,
    red: [...promised, "drift"],
  },
  "a relay that is away": {
    begin: "systemctl kill -s STOP smtp-sink",
    end: "systemctl kill -s CONT smtp-sink",
    red: ["forum-mail"],
  },
  "a unit that failed": {
    begin: "! systemd-run --unit=broken --wait -q false",
    end: "systemctl reset-failed broken",
    red: ["units"],
  },
  "a forum that was stopped": {
    begin: "docker stop -t 1 app",
    end: "docker start app",
    red: site,
  },
  "Docker that was stopped, while the forum lives on": {
    begin: "systemctl stop docker.socket docker.service",
    end: "systemctl start docker.socket docker.service",
    red: ["docker", "drift"],
  },
  "a backup's timer that was stopped": {
    begin: "systemctl stop platform-backup-forum.timer",
    end: "systemctl start platform-backup-forum.timer",
    red: ["drift"],
  },
  "a disk that is full": {
    // The machine's own is too large to be filled, and one in memory alone is left out, like Debian's own of that kind.
    begin:
      "mkdir -p /run/small /srv/small; mount -t tmpfs -o size=64m none /run/small; mkdir /run/small/upper /run/small/work; " +
      "mount -t overlay none -o lowerdir=/srv/small,upperdir=/run/small/upper,workdir=/run/small/work /srv/small; " +
      "head -c 61M /dev/zero >/srv/small/full",
    end: "umount /srv/small /run/small; rmdir /srv/small /run/small",
    red: ["disk"],
  },
  "a certificate with three days left": {
    begin:
      `cp -p ${chain} /run/chain; openssl req -x509 -new -key ${key} -subj /CN=forum.lab.test -days 3 ` +
      `-out ${chain} 2>/dev/null; systemctl reload nginx`,
    end: `cp -p /run/chain ${chain}; systemctl reload nginx`,
    red: ["certificate-forum", "drift"],
  },
  "a file of the platform that was edited": {
    begin: `echo >>${conf}`,
    end: `sed -i '$d' ${conf}`,
    red: ["drift"],
  },
};

let recorder: Recorder;

/** How long the next container takes until it answers; as a text, which a number alone would not be. */
const boots = (seconds: number) => set("forum.environment.STANDIN_BOOT_SECONDS", `${seconds}.0`);

/**
 * Problems and their ends, as people were told of them since the recorder was emptied. How busy the computer is, is not the
 * tests' business: neither its load, nor a page that is there and comes late. What Debian has published is not, either.
 */
async function told(): Promise<string[]> {
  const red = new Set<string>();
  const all = (await recorder.told()).filter(({ type, service, output }) => {
    if (type === "RECOVERY") return red.delete(service);
    const busy = ["load", "updates"].includes(service) || / 200 OK - .* response time/.test(output);
    if (!busy) red.add(service);
    return !busy;
  });
  return all.map(({ type, service }) => `${type} ${service}`).toSorted();
}

/** The same, when it is so much or has had its time; what is red is looked at until it is sure. */
async function toldAtLast(count: number): Promise<string[]> {
  for (let tries = 0; tries < 60 && (await told()).length < count; tries++) {
    await lookNow(monitor, listen, ofSite);
    await sleep(3000);
  }
  return told();
}

describe("a forum and what monitors it", () => {
  before(async () => {
    recorder = await webhookRecorder(monitor);
    const { address, port, hostKey, instance } = monitor;
    const reached = { address, port: String(port), hostKey, instance, release: "bookworm" };
    for (const [name, value] of Object.entries(reached)) await set(`hosts.seer.${name}`, value);
    await set("monitoring.host", "seer");
    await set("monitoring.source", "debian");
    await set("monitoring.listen", listen);
    await set("backups.repository.local.path", "/srv/copies");
    await smtpSink(machine, canaries.join(":"));
    await unset("forum.skipPreflight[1]"); // mail
    await stack.setConfig(
      "platform:backups.password",
      { value: "canary-backup-password", secret: true },
      true,
    );
    await stack.setConfig(
      "platform:monitoring.notify.webhook.url",
      { value: webhookUrl, secret: true },
      true,
    );
    await monitor.succeed(`echo ${await innerAddress(machine)} forum.lab.test >>/etc/hosts`);
    await up();
    await machine.succeed(`docker exec -i app sh -c '${archive}'`, discourse);
    for (const verb of ["run", "verify"]) await machine.succeed(`platform-backup ${verb} forum`);
    await machine.succeed("systemctl start platform-backup-probe.service");
  });

  test("are green, all of what is watched", async () => {
    await becomes({});
  });

  for (const [name, { begin, end, red }] of Object.entries(faults)) {
    test(`${name} turns exactly this red: ${red.join(", ")}`, async () => {
      await machine.succeed(`set -e; ${begin}; ${compare}`);
      try {
        await becomes(Object.fromEntries(red.map((one) => [`forum!${one}`, 2])));
      } finally {
        await machine.succeed(`set -e; ${end}; ${compare}`);
      }
      await becomes({});
    });
  }

  test("an upgrade of the forum raises no problem notification, and leaves no downtime", async () => {
    await set("forum.language", "de");
    await boots(8); // so that it is away for long enough to be seen
    await recorder.empty();
    const downtimes = asked("seer", "/v1/objects/downtimes", "", listen);
    const shown = `jq -r '.results[].attrs | "\\(.host_name)!\\(.service_name) \\(.end_time - .start_time)"'`;
    const services = asked("seer", "/v1/objects/services?attrs=__name&attrs=state", "", listen);
    const red = `jq -r '.results[].attrs | select(.state == 2) | "red \\(.__name)"'`;
    const again = asked("seer", "/v1/actions/reschedule-check", "-X POST -d @/run/all", listen);
    await monitor.succeed(
      "cat >/run/all; touch /run/watch",
      JSON.stringify({ type: "Service", services: ofSite, force: true }),
    );
    const seen = monitor.succeed(
      `while [ -e /run/watch ]; do ${downtimes} | ${shown}; ${services} | ${red}; ${again} -o /dev/null; sleep 3; done 2>/dev/null | sort -u`,
    );
    try {
      await up();
    } finally {
      await monitor.succeed("rm /run/watch");
    }
    const seconds = 600 + 60 + 60; // to stop, to boot, and to spare
    const lines = (await seen).trim().split("\n");
    assert.deepEqual(
      lines.filter((line) => !line.startsWith("red ")),
      [...site, "forum-deployment"].map((name) => `forum!${name} ${seconds}`).toSorted(),
    );
    assert.ok(lines.includes("red forum!site-forum-outside"), lines.join("\n")); // so there was what could be told
    assert.equal(await monitor.succeed(`${downtimes} | ${shown}`), "");
    await becomes({});
    assert.match(
      await monitor.succeed("platform-deployments check"),
      /^DEPLOYMENT OK: forum on forum was deployed in \d+ s \| forum@forum=\d+s\n$/,
    );
    assert.deepEqual(await told(), []);
  });

  test("an upgrade that fails is told when its gate says no, long before its time is over", async () => {
    await recorder.empty();
    await set("forum.bootSeconds", "10");
    await boots(600);
    assert.match(await failingUp(), /The one before it serves again/);
    await monitor.waitUntilSucceeds("platform-deployments check | grep -q CRITICAL", 90);
    assert.match(
      (await monitor.run("platform-deployments check")).stdout,
      /^DEPLOYMENT CRITICAL: forum on forum failed, and `pulumi up` tells why; /,
    );
    await becomes({ "seer!deploy-lab": 2, "forum!forum-deployment": 2 });
    assert.deepEqual(await toldAtLast(1), ["PROBLEM deploy-lab"]);
    await boots(8);
    await set("forum.bootSeconds", "60");
    await up();
    await becomes({});
    assert.deepEqual(await toldAtLast(2), ["PROBLEM deploy-lab", "RECOVERY deploy-lab"]);
    await recorder.empty();
  });

  test("a forum that is stopped outside of an upgrade is told once for all that needs it, and so is its end", async () => {
    await machine.succeed("docker stop -t 1 app");
    try {
      await becomes(Object.fromEntries(site.map((one) => [`forum!${one}`, 2])));
      assert.deepEqual(await toldAtLast(1), ["PROBLEM site-forum"]);
    } finally {
      await machine.succeed("docker start app");
    }
    await becomes({});
    assert.deepEqual(await toldAtLast(2), ["PROBLEM site-forum", "RECOVERY site-forum"]);
  });
});
