import assert from "node:assert/strict";
import { test } from "node:test";
import { BackupOptions, Backups } from "../../../components/backup/index.ts";
import { describe, parse } from "../../../config.ts";
import { deploy, plainTexts } from "../../support/deploy.ts";
import { notes, password } from "../../support/backup.ts";
import { hostKey, otherHostKey, sourceOf, stackSections } from "../../support/example.ts";
import { exampleHost } from "../../support/host.ts";

const machine = { machine: { name: "vault" } };
const s3 = {
  endpoint: "https://s3.example.org",
  bucket: "copies",
  keyId: "canary-key-id",
  secretKey: "canary-secret-key",
};

function deployed(options: object, preview = false) {
  const hosts = new Map(["saved", "vault", "safe"].map((name) => [name, exampleHost(name)]));
  const host = hosts.get("saved") ?? assert.fail();
  const parsed = BackupOptions.parse({ password, ...options });
  return deploy(
    () => new Backups("copies", { host, backups: [notes], options: parsed, machines: hosts }),
    preview,
  );
}

type Files = Readonly<Record<string, { content: string; mode: string; owner: string }>>;

async function filesOf(options: object): Promise<Files> {
  const { resource } = await deployed(options);
  return resource("copies-files").inputs["files"] as Files;
}

test("copies on another machine bring a key, a place there, timers, and the repository after the place", async () => {
  const { list, resource } = await deployed({ repository: machine, escrow: "safe" });
  assert.deepEqual(list, [
    "command:remote:Command copies-repository",
    "host:index:ConfigSet copies-escrow",
    "host:index:ConfigSet copies-files",
    "host:index:ConfigSet copies-place-login",
    "host:index:DataDirectory copies-place-repository",
    "host:index:DataDirectory copies-place-root",
    "host:index:Packages copies-packages",
    "host:index:Unit copies-notes-drill",
    "host:index:Unit copies-notes-timer",
    "host:index:Unit copies-probe",
    "platform:backup:BackupPlace copies-place",
    "platform:backup:Backups copies",
    "tls:index/privateKey:PrivateKey copies-key",
  ]);
  const { dependsOn } = resource("copies-repository");
  assert.deepEqual(dependsOn, ["copies-files", "copies-place-repository"]);
  const on = (name: string) => (resource(name).inputs["host"] as { name: string }).name;
  assert.deepEqual(["copies-files", "copies-place-login", "copies-escrow"].map(on), [
    "saved",
    "vault",
    "safe",
  ]);
});

test("every secret is one on its way, in a preview as well, and lands in a file of root alone", async () => {
  for (const preview of [false, true]) {
    for (const repository of [machine, { s3 }]) {
      const { resources, resource } = await deployed({ repository, escrow: "safe" }, preview);
      const shown = plainTexts(resources).join("\n");
      for (const secret of [password, s3.keyId, s3.secretKey, "SSH KEY copies-key"]) {
        assert.ok(!shown.includes(secret), secret);
      }
      const { inputs, secrets } = resource("copies-files");
      for (const path of secrets) {
        const [, file = ""] = /^files\["(.*)"\]\.content$/.exec(path) ?? [];
        const { mode, owner } = (inputs["files"] as Files)[file] ?? assert.fail(path);
        assert.deepEqual([mode, owner], ["0600", "root:root"], file);
      }
      assert.equal(secrets.length, preview && repository === machine ? 1 : 2);
    }
  }
});

test("the other machine lets the key in for SFTP below one directory, and for nothing else", async () => {
  const { resource } = await deployed({ repository: machine });
  const { inputs } = resource("copies-place-login");
  const files = inputs["files"] as Files;
  const key = `ssh-ed25519 AAAA${Buffer.from("copies-key").toString("base64")}`;
  assert.deepEqual(
    Object.fromEntries(Object.entries(files).map(([at, { content }]) => [at, content])),
    {
      "/etc/sysusers.d/platform-backup-saved.conf":
        'u backup-saved - "Copies of saved" /nonexistent /usr/sbin/nologin\n',
      "/etc/ssh/platform-backup/saved": `restrict,command="internal-sftp" ${key}\n`,
      "/etc/ssh/sshd_config.d/platform-backup-saved.conf":
        "Match User backup-saved\n    AuthorizedKeysFile /etc/ssh/platform-backup/saved\n" +
        "    AuthenticationMethods publickey\n    ChrootDirectory /srv/backups/saved\n" +
        "    ForceCommand internal-sftp\n    DisableForwarding yes\n    PermitTTY no\n",
    },
  );
  assert.deepEqual(inputs["validate"], ["sshd -t"]);
});

test("restic's settings name the place, pin its key, and hold no secret", async () => {
  const settings = (files: Files) => files["/etc/platform-backup/repository.conf"]?.content ?? "";
  const lines = settings(await filesOf({ repository: machine, keep: { daily: 0, yearly: 2 } }));
  assert.match(lines, /^REPOSITORY='sftp:backup-saved@192\.0\.2\.7:\/repository'$/m);
  assert.match(
    lines,
    /^KEEP=\('--keep-last' '3' '--keep-weekly' '5' '--keep-monthly' '12' '--keep-yearly' '2'\)$/m,
  );
  assert.ok(lines.includes(`'\\''KnownHostsCommand=/bin/echo %H ${hostKey}'\\''`));
  assert.ok(
    lines.includes("-p 2222 -l backup-saved -s -- 192.0.2.7 sftp") ||
      lines.includes("-s -p 2222 -l backup-saved -- 192.0.2.7 sftp"),
  );
  const bucket = await filesOf({ repository: { s3 } });
  assert.match(
    settings(bucket),
    /^REPOSITORY='s3:https:\/\/s3\.example\.org\/copies\/backups\/saved'$/m,
  );
  assert.equal(
    bucket["/etc/platform-backup/credentials"]?.content,
    "[default]\naws_access_key_id = canary-key-id\naws_secret_access_key = canary-secret-key\n",
  );
  const local = await filesOf({ repository: { local: { path: "/mnt/disk" } } });
  assert.match(settings(local), /^REPOSITORY='\/mnt\/disk\/saved'$/m);
  const sftp = { address: "box.example.org", user: "u1", hostKey: otherHostKey, path: "copies" };
  const far = { sftp: { ...sftp, path: "/home/copies" } };
  assert.match(
    settings(await filesOf({ repository: far })),
    /^REPOSITORY='sftp:u1@box\.example\.org:\/home\/copies\/saved'$/m,
  );
});

test("a service's words become its file and its units", async () => {
  const files = await filesOf({ repository: machine });
  assert.equal(
    files["/etc/platform-backup/backups/notes.conf"]?.content,
    "NAME='notes'\nPATHS=('/srv/notes/copy')\nPREPARE=('/usr/local/bin/notes' 'copy')\n" +
      "VERIFY=('/usr/local/bin/notes' 'verify')\nRUNNING=('/usr/local/bin/notes' 'running')\n" +
      "RESTORE=('/usr/local/bin/notes' 'take')\nMAX_AGE_HOURS='26'\nMIN_FILES='1'\nMIN_BYTES='4096'\n",
  );
  assert.equal(
    files["/etc/systemd/system/platform-backup-notes.timer"]?.content,
    "[Unit]\nDescription=Backup of notes\n\n[Timer]\nOnCalendar=*-*-* 02:30:00\nPersistent=true\n\n" +
      "[Install]\nWantedBy=timers.target\n",
  );
  assert.match(
    files["/etc/systemd/system/platform-drill-notes.service"]?.content ?? "",
    /^ExecStart=\/usr\/local\/sbin\/platform-backup verify notes --wait$/m,
  );
});

test("it is watched by five checks, each with what to do", async () => {
  const { result } = await deployed({ repository: machine });
  assert.deepEqual(
    result.checks.map(({ name, command }) => [name, command.join(" ")]),
    ["age", "size", "verified", "space", "reachable"].map((what) => [
      `backup-notes-${what}`,
      `/usr/local/sbin/platform-backup check notes ${what}`,
    ]),
  );
  assert.ok(result.checks.every(({ runbook }) => !runbook.includes("<")));
});

/** What a stack file with this section and a second machine is told. */
function told(backups: Record<string, unknown>): string[] {
  const sections = stackSections("Pulumi.lab.yaml");
  const vault = { address: "192.0.2.9", release: "bookworm", hostKey };
  const hosts = { ...sections["hosts"], vault };
  const { problems } = parse(sourceOf({ ...sections, hosts, backups }));
  assert.ok(!describe(problems, "platform", "lab").includes("canary"));
  return problems.map(({ path, message }) => `${path} ${message}`);
}

test("what cannot be is told with its reason, and no secret is repeated", () => {
  assert.deepEqual(told({ repository: machine, password }), []);
  assert.deepEqual(told({ repository: { ...machine, s3 }, password }), [
    "backups.repository must be exactly one of local, machine, sftp and s3",
  ]);
  assert.deepEqual(told({ repository: {}, password: "canary" }), [
    "backups.repository must be exactly one of local, machine, sftp and s3",
    "backups.password must be 16 to 200 printable characters without spaces",
  ]);
  assert.deepEqual(
    told({ repository: { machine: { name: "attic" } }, password, escrow: "vault" }),
    ["backups.repository.machine.name names no machine; take one of vault"],
  );
  assert.deepEqual(
    told({ repository: { machine: { name: "forum" } }, password, escrow: "forum" }),
    [
      "backups.repository.machine.name is the machine whose data are copied: both would be lost at once; take one of vault",
      "backups.escrow is the machine whose data are copied: both would be lost at once; take one of vault",
    ],
  );
  assert.deepEqual(told({ repository: machine, password, escrow: "vault" }), [
    "backups.escrow is where the copies are: whoever gets at them there would have their password, too; take one of those that you add to hosts",
  ]);
  const wrong = { local: { path: "srv" } };
  assert.deepEqual(
    told({ repository: wrong, password, schedule: "2:30\nExecStart=x", readPercent: 0 }).map(
      (line) => line.split(" ")[0],
    ),
    ["backups.repository.local.path", "backups.schedule", "backups.readPercent"],
  );
});
