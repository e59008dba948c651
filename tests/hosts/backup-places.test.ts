import assert from "node:assert/strict";
import { test } from "node:test";
import { installNotes, notes, putBackups } from "../support/backup.ts";
import { testMachine } from "../support/machine.ts";
import { startS3 } from "../support/s3.ts";

const machine = await testMachine("faulty");
const local = { repository: { local: { path: "/srv/places" } }, scratch: "/srv/scratch" };

async function put(options: object, backup: object = {}): Promise<void> {
  const results = await putBackups([machine], options, [{ ...notes, ...backup }]);
  for (const { name, code, stderr } of results) assert.equal(code, 0, `${name}: ${stderr}`);
}

const run = () => machine.succeed("platform-backup run notes 2>&1");
const fails = async (verb: string) => (await machine.fail(`platform-backup ${verb}`)).stderr;

test("a bucket of S3 takes copies and gives them back; one that is away is named", async () => {
  await installNotes(machine);
  await machine.succeed("rm -rf /srv/notes /var/lib/platform-backup; notes add one");
  const s3 = await startS3(machine);
  try {
    const keys = { keyId: "canary-id", secretKey: "canary-secret" };
    await put({
      ...local,
      repository: { s3: { endpoint: s3.endpoint, bucket: "copies", ...keys } },
    });
    assert.match(await run(), /^notes: copied 1 files, \d+ bytes\n$/);
    await machine.succeed("platform-backup verify notes");
    await machine.succeed("platform-backup restore notes --to /srv/from-s3");
    assert.equal(
      await machine.succeed(
        "sqlite3 /srv/from-s3/srv/notes/copy/notes.db 'select text from notes'; rm -r /srv/from-s3",
      ),
      "one\n",
    );
    assert.match(
      await machine.succeed("platform-backup probe notes; platform-backup check notes space"),
      /^OK notes: nobody can tell the room of the repository/,
    );
  } finally {
    await s3.stop();
  }
  await machine.succeed(
    "sed -i 's/^REACH_SECONDS=.*/REACH_SECONDS=5/' /etc/platform-backup/repository.conf",
  );
  assert.match(
    await fails("run notes"),
    /^notes: the repository http:\/\/127\.0\.0\.1:\d+\/copies\/backups\/faulty cannot be reached \(/,
  );
});

test("a full disk on the machine itself is named before anything begins, and the next run works", async () => {
  await machine.succeed("rm -rf /var/lib/platform-backup /srv/places");
  await put(local);
  await machine.succeed("test -e /srv/places/faulty || platform-backup init");
  await run();
  const state = "/var/lib/platform-backup";
  await machine.succeed(
    `mv ${state} /srv/state; mkdir ${state}; mount -t tmpfs -o size=64k tmpfs ${state}; cp -a /srv/state/. ${state}; ! cat /dev/zero >${state}/fill 2>/dev/null`,
  );
  assert.match(
    await fails("run notes"),
    /notes: \/var\/lib\/platform-backup\/notes cannot be written to \(see above\): make room there, then run again/,
  );
  await machine.succeed(`umount ${state}; rmdir ${state}; mv /srv/state ${state}`);
  await machine.succeed("mount -t tmpfs -o size=4k tmpfs /srv/notes/copy");
  assert.match(
    await fails("run notes"),
    /full.*\nnotes: the service's own command failed with \d+ \(see above\), so nothing was copied/,
  );
  await machine.succeed(
    "umount /srv/notes/copy; mkdir -p /srv/scratch; mount -t tmpfs -o size=4k tmpfs /srv/scratch",
  );
  assert.match(
    await fails("verify notes"),
    /\/srv\/scratch\/notes has 0 MiB free, and the copy takes 1 MiB: make room there, or give another place/,
  );
  await machine.succeed("umount /srv/scratch");
  assert.equal(await machine.succeed("platform-backup restic snapshots --json | jq length"), "1\n");
  await run();
});

test("damage in the repository fails the drill, stops pruning, and is repaired as the page says", async () => {
  await machine.succeed("find /srv/places/faulty/data -type f -exec truncate -s -10 {} +");
  assert.match(
    await fails("verify notes"),
    /notes: (?:the repository \/srv\/places\/faulty has damage|the copy [0-9a-f]{8} (?:could not be fetched whole|cannot be read))/,
  );
  assert.match(
    await machine.succeed("platform-backup check notes verified; true"),
    /^CRITICAL notes: the last verification failed/,
  );
  const damaged = await machine.succeed(
    "platform-backup restic snapshots --json | jq -r 'map(.id) | join(\" \")'",
  );
  await machine.succeed("platform-backup restic rebuild-index --read-all-packs");
  assert.match(await run(), /nothing was pruned: the last verification failed/);
  await machine.succeed(`platform-backup restic forget ${damaged}`);
  await machine.succeed("platform-backup verify notes");
  assert.doesNotMatch(await run(), /pruned/);
});

test("two runs at once are one after the other, and who is at work is named", async () => {
  await machine.succeed(
    "setsid flock /run/platform-backup.lock sleep 60 </dev/null >/dev/null 2>&1 & echo 'run wiki, pid 1, since now' >/run/platform-backup.owner; " +
      "until ! flock --nonblock /run/platform-backup.lock true; do sleep 0.1; done",
  );
  await machine.succeed("sed -i 's/wait=60/wait=1/' /usr/local/sbin/platform-backup");
  assert.match(
    await fails("run notes"),
    /^notes: another run is at work \(run wiki, pid 1, since now\): wait for its end, then run again\n$/,
  );
  await machine.succeed("pkill -f '^sleep 60$'");
  await run();
});
