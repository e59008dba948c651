import assert from "node:assert/strict";
import { test } from "node:test";
import { act } from "../../components/backup/command/act.ts";
import { parse } from "../../components/backup/command/command-line.ts";
import { BackupOptions, Backups } from "../../components/backup/index.ts";
import { unitText } from "../../formats/systemd.ts";
import { heldAgent } from "../support/agent.ts";
import { innerAddress, installNotes, notes, password, putBackups } from "../support/backup.ts";
import { exampleHost } from "../support/host.ts";
import { laws } from "../support/laws.ts";
import { remakeTestMachine, testMachine } from "../support/machine.ts";

let saved = await testMachine("saved");
const vault = await testMachine("vault");
const repository = { machine: { name: "vault", address: await innerAddress(vault) } };

const well = (results: Awaited<ReturnType<typeof putBackups>>) => {
  for (const { name, code, stderr } of results) assert.equal(code, 0, `${name}: ${stderr}`);
};

/** What `npm run backup` says when it is given this for the machine as it is now. */
async function backup(line: string): Promise<string> {
  const { name, address, port, hostKey, instance } = saved;
  const host = { name, address, port, user: "root", hostKey, instance, release: "bookworm" };
  const request = parse(line.split(" "));
  process.env["SSH_AUTH_SOCK"] = (await heldAgent()).SSH_AUTH_SOCK;
  return request && request.verb !== "help" ? act(host, request) : assert.fail(line);
}

test("backups obey the laws, and copies outlive them", async () => {
  await installNotes(saved);
  await saved.succeed("notes add law; notes copy");
  const options = BackupOptions.parse({ password, repository: { local: { path: "/mnt/copies" } } });
  const build = () => {
    const host = exampleHost("saved");
    new Backups("laws", { host, backups: [notes], options, machines: new Map([["saved", host]]) });
  };
  await laws(saved, build, async () => {
    await saved.succeed("systemctl start platform-backup-notes");
  });
  const id = "^[0-9a-f]{64}$";
  assert.equal(await saved.succeed(`ls /mnt/copies/saved/snapshots | grep -cE '${id}'`), "1\n");
  await saved.succeed("rm -r /mnt/copies /var/lib/platform-backup /srv/notes");
});

test("systemd reads the words of a command as they were given", async () => {
  const words = ["a b", "$HOME", "${HOME}", "50%", "%n", ";", 'x"y', "it's", "back\\slash", ""];
  const unit = unitText({
    Service: [
      ["Type", "oneshot"],
      ["ExecStart", ["/usr/bin/printf", "<%s>", ...words]],
      ["StandardOutput", "file:/run/words"],
    ],
  });
  await saved.succeed("cat >/run/systemd/system/words.service; systemctl daemon-reload", unit);
  await saved.succeed("systemctl start words; rm /run/systemd/system/words.service");
  assert.equal(await saved.succeed("cat /run/words"), words.map((word) => `<${word}>`).join(""));
});

test("a service is backed up to a second machine over SFTP, and a second run changes nothing", async () => {
  well(await putBackups([saved, vault], { repository }));
  const again = await putBackups([saved, vault], { repository });
  assert.deepEqual(
    again.map(({ name, stdout }) => [name, stdout]).filter(([, said]) => said !== "unchanged\n"),
    [],
  );
  await saved.succeed("notes add one; notes add two");
  await saved.succeed("systemctl start platform-backup-notes.service");
  assert.match(await backup("list saved notes"), /^[0-9a-f]{8} +20\d\d-\S+Z +1 +\d+$/m);
});

test("its machine is lost and made anew: nothing is copied over the copies, and the data come back", async () => {
  saved = await remakeTestMachine("saved");
  await installNotes(saved);
  well(await putBackups([saved, vault], { repository }));
  await saved.succeed("notes add fresh");
  await assert.rejects(
    backup("run saved notes"),
    /has \d+ copies of notes, and this machine has made none of them: it was made anew\. Restore first/,
  );
  await saved.succeed("rm -r /srv/notes");
  assert.match(
    await backup("restore saved notes"),
    /was restored, and the service found it good\n$/,
  );
  assert.equal(await saved.succeed("notes list"), "one\ntwo\n");
  assert.match(await backup("run saved notes"), /^notes: copied 1 files, \d+ bytes\n$/);
});

test("a restore replaces running data only when told, and one to another place leaves them alone", async () => {
  await saved.succeed("notes add three");
  await assert.rejects(
    backup("restore saved notes"),
    /notes: there are data of the running service, and a restore would replace them: nothing was touched\./,
  );
  assert.equal(await saved.succeed("notes list"), "one\ntwo\nthree\n");
  assert.match(
    await backup("restore saved notes --to /srv/look"),
    /is in \/srv\/look and was found good; the service was left alone\n$/,
  );
  assert.equal(
    await saved.succeed(
      "sqlite3 /srv/look/srv/notes/copy/notes.db 'select text from notes'; notes list",
    ),
    "one\ntwo\none\ntwo\nthree\n",
  );
  assert.match(
    (await saved.fail("platform-backup restore notes --to /srv/look")).stderr,
    /\/srv\/look is not empty/,
  );
  await backup("restore saved notes --over-running");
  assert.match(await backup("verify saved notes"), /restored to another place and found good\n$/);
  assert.equal(await saved.succeed("notes list"), "one\ntwo\n");
});

test("a machine with the copies that is away or full is named, nothing is lost, and the next run works", async () => {
  const inner = repository.machine.address;
  await saved.succeed(`ip route add blackhole ${inner}`);
  const away = await saved.fail("platform-backup run notes");
  assert.match(
    away.stderr,
    /^notes: the repository \/repository on backup-saved@\S+ cannot be reached \(.*\): see that it is up, then run again\n$/,
  );
  await saved.succeed(`ip route del blackhole ${inner}`);
  const home = "/srv/backups/saved/repository";
  await vault.succeed(
    `cp -a ${home} /srv/whole; mount -t tmpfs -o size=4M,mode=0700,uid=$(id -u backup-saved),gid=$(id -g backup-saved) tmpfs ${home}; cp -a /srv/whole/. ${home}/`,
  );
  await saved.succeed("head -c 8M /dev/urandom >/srv/notes/copy/large");
  const full = await saved.fail("platform-backup run notes");
  assert.match(
    full.stderr,
    /could not be put into \/repository on backup-saved@\S+ \(see above\)\. It has \d MiB free\. Older copies are kept/,
  );
  await vault.succeed(`umount ${home}`);
  await saved.succeed("rm /srv/notes/copy/large; platform-backup run notes");
});
