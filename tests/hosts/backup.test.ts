import assert from "node:assert/strict";
import { test } from "node:test";
import { innerAddress, installNotes, putBackups } from "../support/backup.ts";
import { remakeTestMachine, testMachine } from "../support/machine.ts";

let saved = await testMachine("saved");
const vault = await testMachine("vault");
const repository = { machine: { name: "vault", address: await innerAddress(vault) } };

const well = (results: Awaited<ReturnType<typeof putBackups>>) => {
  for (const { name, code, stderr } of results) assert.equal(code, 0, `${name}: ${stderr}`);
};

test("a service is backed up to a second machine over SFTP, and a second run changes nothing", async () => {
  await installNotes(saved);
  well(await putBackups([saved, vault], { repository }));
  const again = await putBackups([saved, vault], { repository });
  assert.deepEqual(
    again.map(({ name, stdout }) => [name, stdout]).filter(([, said]) => said !== "unchanged\n"),
    [],
  );
  await saved.succeed("notes add one; notes add two");
  await saved.succeed("systemctl start platform-backup-notes.service");
  assert.match(
    await saved.succeed("platform-backup list notes"),
    /^[0-9a-f]{8} +20\d\d-\S+Z +1 +\d+$/m,
  );
});

test("its machine is lost and made anew: nothing is copied over the copies, and the data come back", async () => {
  saved = await remakeTestMachine("saved");
  await installNotes(saved);
  well(await putBackups([saved, vault], { repository }));
  await saved.succeed("notes add fresh");
  const { stderr } = await saved.fail("platform-backup run notes");
  assert.match(
    stderr,
    /has 1 copies of notes, and this machine has made none of them: it was made anew\. Restore first/,
  );
  await saved.succeed("rm -r /srv/notes");
  assert.match(
    await saved.succeed("platform-backup restore notes"),
    /was restored, and the service found it good\n$/,
  );
  assert.equal(await saved.succeed("notes list"), "one\ntwo\n");
  assert.match(
    await saved.succeed("platform-backup run notes"),
    /^notes: copied 1 files, \d+ bytes\n$/,
  );
});
