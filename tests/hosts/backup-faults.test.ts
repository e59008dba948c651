import assert from "node:assert/strict";
import { test } from "node:test";
import { installNotes, password, putBackups } from "../support/backup.ts";
import { assignments } from "../../formats/shell.ts";
import { testMachine } from "../support/machine.ts";

const machine = await testMachine("faulty");
const keep = { last: 1, daily: 0, weekly: 0, monthly: 0 };
const options = { repository: { local: { path: "/srv/copies" } }, keep, scratch: "/srv/scratch" };

const conf = "/etc/platform-backup/backups/notes.conf";

async function put(more: object = {}): Promise<void> {
  const results = await putBackups([machine], { ...options, ...more });
  for (const { name, code, stderr } of results) assert.equal(code, 0, `${name}: ${stderr}`);
}

/** Gives the service other words, as a component might have; without any, its own. */
const service = (words: Record<string, string[]> = {}) =>
  machine.succeed(`cp -n ${conf} /run/own; cp /run/own ${conf}; cat >>${conf}`, assignments(words));

const run = (more = "") => machine.succeed(`platform-backup run notes ${more} 2>&1`);
const fails = async (verb = "run notes") => {
  const { stdout, stderr } = await machine.fail(`platform-backup ${verb}`);
  assert.ok(!`${stdout}${stderr}`.includes(password));
  return stderr;
};
const copies = async () =>
  JSON.parse(await machine.succeed("platform-backup restic snapshots --json")) as {
    short_id: string;
  }[];
const check = async (what: string) => {
  // Whoever watches is not root.
  const { code, stdout } = await machine.run(
    `runuser -u nobody -- platform-backup check notes ${what}`,
  );
  return `${code} ${stdout}`;
};

test("the first copy is made, and checks that know nothing yet say so", async () => {
  await installNotes(machine);
  await machine.succeed("rm -rf /srv/copies /srv/notes /var/lib/platform-backup; notes add one");
  await put();
  await machine.succeed("test -e /srv/copies/faulty/config || platform-backup init");
  assert.match(await check("age"), /^2 CRITICAL notes: there is no copy yet/);
  assert.match(await check("reachable"), /^3 UNKNOWN notes: nobody has asked the repository/);
  assert.match(await run(), /^notes: copied 1 files, \d+ bytes\n$/);
  assert.match(
    await check("age"),
    /^0 OK notes: the last copy is 0 hours old \| age=\d+s;;93600;;\n$/,
  );
  assert.match(
    await check("size"),
    /^0 OK notes: \d+ bytes; fewer than three copies tell no usual size/,
  );
  assert.match(await check("verified"), /^1 WARNING notes: no copy was verified yet/);
  await machine.succeed("systemctl start platform-backup-probe");
  assert.match(await check("reachable"), /^0 OK notes: the repository answers \| reachable=1\n$/);
  assert.match(
    await check("space"),
    /^[01] \w+ notes: .*\| scratch=\d+B;\d+:;;0; repository=\d+%;10:;5:;0;100\n$/,
  );
  assert.match(await check("colour"), /^3 UNKNOWN notes: there is no check "colour"/);
});

test("what is kept is pruned only after a new good copy, and one stays whatever happens", async () => {
  const [first] = await copies();
  await run();
  const [second, ...more] = await copies();
  assert.notEqual(second?.short_id, first?.short_id);
  assert.deepEqual(more, []);
});

test("the drill's timer restores a copy to another place, asks the service, and reports", async () => {
  await put({ drill: "*-*-* *:*:0/2" });
  await machine.waitUntilSucceeds("jq -e .ok /var/lib/platform-backup/notes/verified.json", 60);
  await put();
  const idle =
    '! systemctl is-active --quiet platform-drill-notes && [ -z "$(ls -A /srv/scratch)" ]';
  await machine.waitUntilSucceeds(idle, 60); // the timer may just have begun another one
  assert.match(
    await check("verified"),
    /^0 OK notes: the copy of [0-9a-f]{8} was restored and found good/,
  );
  const metrics = await machine.succeed("cat /var/lib/platform-backup/metrics/notes.prom");
  assert.match(metrics, /^platform_backup_copy_size_bytes\{name="notes"\} \d+$/m);
  assert.match(metrics, /^platform_backup_verified_ok\{name="notes"\} 1$/m);
});

test("a copy that the service calls bad fails the drill, and nothing is pruned any more", async () => {
  await service({ VERIFY: ["/bin/sh", "-c", "echo it is rotten >&2; exit 1", "verify"] });
  assert.match(
    await fails("verify notes"),
    /^it is rotten\nnotes: the service's own check says no to the copy [0-9a-f]{8}/,
  );
  assert.match(
    await check("verified"),
    /^2 CRITICAL notes: the last verification failed: the service's own check says no/,
  );
  assert.match(await run(), /; nothing was pruned: the last verification failed\n$/);
  assert.equal((await copies()).length, 2);
  await service();
  await machine.succeed("platform-backup verify notes");
  await run();
  assert.equal((await copies()).length, 1);
});

test("a service whose command fails, or whose data are gone, copies nothing", async () => {
  const [before] = await copies();
  await service({ PREPARE: ["/bin/false"] });
  assert.match(
    await fails(),
    /^notes: the service's own command failed with 1 \(see above\), so nothing was copied: \/bin\/false\n$/,
  );
  await service({ PATHS: ["/srv/nothing"], PREPARE: ["/bin/true"] });
  assert.match(await fails(), /\/srv\/nothing is not there, so nothing was copied/);
  assert.match(
    await check("age"),
    /^1 WARNING notes: the last run failed: \/srv\/nothing is not there/,
  );
  await service();
  await run();
  assert.notEqual((await copies())[0]?.short_id, before?.short_id);
});

test("an empty or truncated copy is refused, older ones stay, and a person may say that it is right", async () => {
  await machine.succeed(
    'sqlite3 /srv/notes/notes.db "insert into notes values (randomblob(400000))"',
  );
  for (const more of ["--accept", "", ""]) await run(more); // much larger ones than before are usual now
  const [before] = await copies();
  await machine.succeed("cp -a /srv/notes /srv/whole; truncate -s 0 /srv/notes/notes.db*");
  const truncated = {
    PREPARE: ["/bin/sh", "-c", "cp /srv/notes/notes.db /srv/notes/copy/notes.db"],
  };
  await service(truncated);
  assert.match(
    await fails(),
    /the copy has 1 files and 0 bytes, and less than 1 files or 4096 bytes cannot be right: nothing was copied/,
  );
  await machine.succeed("head -c 100000 /srv/whole/notes.db >/srv/notes/notes.db");
  assert.match(
    await fails(),
    /the copy has 100000 bytes, and the usual size is 4\d{5}: nothing was copied, older copies are kept/,
  );
  assert.deepEqual((await copies())[0]?.short_id, before?.short_id);
  assert.match(await run("--accept"), /copied 1 files, 100000 bytes/);
  assert.match(await run(), /copied 1 files, 100000 bytes/);
  await machine.succeed("rm -r /srv/notes; mv /srv/whole /srv/notes");
  await service();
  await run();
});

test("a wrong password and a repository that is gone are told apart, and the next run works", async () => {
  await machine.succeed(
    "cp -a /etc/platform-backup/password /run/right; echo another >/etc/platform-backup/password",
  );
  assert.match(
    await fails(),
    /^notes: the repository \/srv\/copies\/faulty does not take the password of \/etc\/platform-backup\/password/,
  );
  await machine.succeed("cp -a /run/right /etc/platform-backup/password; mv /srv/copies /srv/away");
  assert.match(
    await fails(),
    /^notes: there is no repository at \/srv\/copies\/faulty .*: see that its disk is mounted/,
  );
  await machine.succeed("systemctl start platform-backup-probe");
  assert.match(await check("reachable"), /^2 CRITICAL notes: there is no repository at/);
  await machine.succeed(
    "test ! -e /srv/copies; mv /srv/away /srv/copies; systemctl start platform-backup-probe",
  );
  assert.match(await check("reachable"), /^0 OK/);
  await run();
});

test("a backup killed in the middle leaves no half copy, and the next run works", async () => {
  await machine.succeed("head -c 300M /dev/urandom >/srv/notes/copy/large");
  const before = await copies();
  await machine.succeed("systemctl start --no-block platform-backup-notes");
  await machine.waitUntilSucceeds(
    "pgrep -f 'restic.* backup' && test -n \"$(ls -A /srv/copies/faulty/locks)\"",
  );
  await machine.succeed("systemctl kill --signal=KILL platform-backup-notes");
  await machine.waitUntilSucceeds("! systemctl is-active platform-backup-notes");
  assert.deepEqual(await copies(), before);
  assert.notEqual(await machine.succeed("ls -A /srv/copies/faulty/locks"), "");
  await machine.succeed("rm /srv/notes/copy/large");
  await run();
  assert.equal(await machine.succeed("ls -A /srv/copies/faulty/locks"), "");
});

test("a clock that jumps is named, nothing is pruned meanwhile, and no copy is lost", async () => {
  await machine.succeed(
    "DEBIAN_FRONTEND=noninteractive apt-get -qq install --no-install-recommends faketime >/dev/null 2>&1",
  );
  const jumped = (to: string) => machine.succeed(`faketime '${to}' platform-backup run notes 2>&1`);
  assert.match(
    await jumped("+400 days"),
    /the last copy is 400 days old: if the clock has jumped, set it right\. Nothing is pruned in this run/,
  );
  assert.match(await check("age"), /^2 CRITICAL notes: the last copy is from the future/);
  const [, future] = await copies();
  assert.match(
    await run(),
    /a copy is from the future \(20\d\d-.*\): set the clock right; if it is right, forget that copy/,
  );
  assert.equal((await copies()).length, 3);
  await machine.succeed(`platform-backup restic forget ${future?.short_id ?? ""}`);
  assert.doesNotMatch(await run(), /clock|pruned/);
  assert.equal((await copies()).length, 1);
});
