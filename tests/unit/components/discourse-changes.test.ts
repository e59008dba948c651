import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { locally, type Local, type Programs } from "../../support/local-script.ts";

const ours = ["components/discourse/hostname.sh"];

/** Asks the script of a forum's name; of the container that is there, Docker tells the environment. */
function named({ run }: Local, verb: string, HOST: string, more: object = {}, container = "") {
  const docker = container === "" ? "exit 1" : `printf 'A=1\\n${container}\\nB=1\\n'`;
  const values = { NAME: "app", HOST, FORMER: "", LAYOUT: "standalone", LAYOUT_FROM: "", ...more };
  return run(ours, verb, values, { docker });
}

test("a forum's name and layout are what was noted, or else what its container says", () => {
  locally((local) => {
    const told = (container = "") => named(local, "check", "x.example.org", {}, container).stdout;
    const was = "DISCOURSE_HOSTNAME=old.example.org";
    assert.equal(told(), "{}\n");
    assert.equal(told(was), '{"hostname":"old.example.org","layout":"standalone"}\n');
    assert.equal(
      told(`${was}\\nDISCOURSE_DB_HOST=data`),
      '{"hostname":"old.example.org","layout":"two-container"}\n',
    );
    assert.equal(
      told(`${was}\\nDISCOURSE_DB_HOST=data.example.org`),
      '{"hostname":"old.example.org","layout":"standalone"}\n',
    );
    assert.equal(named(local, "apply", "new.example.org", { LAYOUT: "two-container" }).stderr, "");
    assert.equal(told(was), '{"hostname":"new.example.org","layout":"two-container"}\n');
    assert.equal(named(local, "remove", "new.example.org").code, 0);
    assert.equal(told(), "{}\n");
  });
});

test("another layout is refused, with what to do, unless the old one is named", () => {
  locally((local) => {
    const was = "DISCOURSE_HOSTNAME=old.example.org";
    const apply = (LAYOUT: string, LAYOUT_FROM: string) =>
      named(local, "apply", "old.example.org", { LAYOUT, LAYOUT_FROM }, was).stderr;
    const refused =
      "forum: the forum is standalone, and `forum.layout` says two-container: it would begin with an empty database, and leave all posts " +
      "behind. If that is meant, take a backup, set `forum.layoutFrom` to standalone, run again, and put the backup in its place; " +
      "docs/forum.md tells how\n";
    assert.equal(apply("two-container", ""), refused);
    assert.equal(apply("two-container", "two-container"), refused);
    assert.equal(apply("standalone", ""), "");
    assert.equal(apply("two-container", "standalone"), "");
    assert.match(
      apply("standalone", ""),
      /^forum: the forum is two-container, and `forum\.layout`/,
    );
  });
});

test("another name is refused, with what to do, unless the old one is named", () => {
  locally((local) => {
    const apply = (host: string, former = "") =>
      named(local, "apply", host, { FORMER: former }, "DISCOURSE_HOSTNAME=old.example.org").stderr;
    const refused =
      "forum: the forum is called old.example.org, and `forum.hostname` says new.example.org: links in posts and mails would lead " +
      "nowhere. If that is meant, set `forum.renamedFrom` to old.example.org and run again; docs/forum.md says what else a new " +
      "name takes\n";
    assert.equal(apply("new.example.org"), refused);
    assert.equal(apply("new.example.org", "other.example.org"), refused);
    assert.equal(apply("old.example.org"), "");
    assert.equal(apply("new.example.org", "old.example.org"), "");
    assert.match(apply("third.example.org", "old.example.org"), /is called new\.example\.org/);
  });
});

/** What `refuse_major` says of data of that major. */
function major(
  has: string,
  more: Readonly<Record<string, string>> = {},
  free = "30000000",
): string {
  return locally(({ folder, run }) => {
    if (has !== "") {
      mkdirSync(join(folder, "postgres_data"));
      writeFileSync(join(folder, "postgres_data/PG_VERSION"), `${has}\n`);
    }
    const values = { SHARED: "$HERE", POSTGRES: "18", UPGRADE_FROM: "", ...more };
    const programs = { du: "echo '10000000\tx'; exit 1", df: `echo Avail; echo ${free}` };
    return run(
      ["components/discourse-image/postgres.sh"],
      "refuse_major",
      values,
      programs,
    ).stderr.replaceAll(folder, "/data");
  });
}

test("a database goes to another major of PostgreSQL only when that is confirmed, and there is room", () => {
  assert.equal(major(""), "");
  assert.equal(major("18"), "");
  assert.equal(
    major("15"),
    "forum: the data are of PostgreSQL 15, and this build would bring them to 18. That cannot be taken back, and the forum is away " +
      "while all data are written out and read in again. Take a backup (`npm run backup -- run`) and set `upgradePostgresFrom` to 15, " +
      "or stay by `postgres: 15`\n",
  );
  assert.match(
    major("15", { UPGRADE_FROM: "13" }),
    /^forum: the data are of PostgreSQL 15, and this/,
  );
  assert.equal(major("15", { UPGRADE_FROM: "15" }), "");
  assert.equal(
    major("15", { UPGRADE_FROM: "15" }, "29999999"),
    "forum: /data has 28 MiB free, and bringing the data from PostgreSQL 15 to 18 takes 28: make room there (what lies in " +
      "postgres_data_old is of an earlier upgrade), then run again\n",
  );
  assert.equal(
    major("18", { POSTGRES: "15", UPGRADE_FROM: "18" }),
    "forum: the data are of PostgreSQL 18, and it never goes back: set `postgres` to 18\n",
  );
});

/** What is done before a forum gets the image `new`, whose id is sha256:2; Docker and others note what they are asked to do. */
function saved(programs: Programs, backups = false): readonly [string, string] {
  return locally(({ folder, run }) => {
    if (backups) {
      mkdirSync(join(folder, "etc/platform-backup/backups"), { recursive: true });
      writeFileSync(join(folder, "etc/platform-backup/backups/forum.conf"), "");
    }
    const values = { NAME: "app", IMAGE: "new", BACKUP: "forum" };
    const commands = { COPY: ["copy"], TRY: ["try", "here"] };
    const noting = (name: string) => `echo ${name} "$@" >&2`;
    const does = (verb: string) =>
      run(
        ["components/discourse/saved.sh"],
        verb,
        { ...values, ...commands },
        {
          ...Object.fromEntries(
            ["copy", "try", "platform-backup"].map((name) => [name, noting(name)]),
          ),
          ...programs,
        },
      );
    return [does("apply").stderr, does("check").stdout];
  });
}

/** Docker as it tells of the forum's container and of images. */
const docker = (state: string, image: string) =>
  `case "$*" in container*Status*) echo ${state} ;; container*Image*) echo ${image} ;; image*) echo sha256:2 ;; esac`;

test("a forum that gets another image is copied before, and the copy is tried", () => {
  const upgrade = { docker: docker("running", "sha256:1") };
  const done = '{"image":"new"}\n';
  assert.deepEqual(saved(upgrade), ["copy\ntry here /.\n", done]);
  const kept = "platform-backup run forum --wait\nplatform-backup verify forum --wait\n";
  assert.deepEqual(saved(upgrade, true), [kept, done]);
  assert.deepEqual(saved({ docker: docker("running", "sha256:2") }), ["", done]);
  assert.deepEqual(saved({ docker: "exit 1" }), ["", done]);
});

test("a forum of which no good copy can be taken does not get another image", () => {
  const no =
    /^(?:copy\n)?.*forum: no good copy of the forum could be taken \(see above\), so it does not get another image, and runs as before/s;
  const running = { docker: docker("running", "sha256:1") };
  for (const program of ["copy", "try"]) {
    const [said, told] = saved({ ...running, [program]: "exit 1" });
    assert.match(said, no);
    assert.equal(told, "{}\n");
  }
  const [said] = saved({ ...running, "platform-backup": '[ "$1" != run ]' }, true);
  assert.match(said, no);
  const [stopped] = saved({ docker: docker("exited", "sha256:1") });
  assert.match(stopped, /^forum: the forum is exited, so no copy can be taken before it gets/);
});

test("a forum to which no way back can be made is not replaced", () => {
  const values = {
    ...{ NAME: "app", SITE: "forum", HOST: "forum.example.org", UPSTREAM: "unix:/s", IMAGE: "new" },
    DATABASE: [],
    ...{ STOP_MAX: "1", CLOSED_MAX: "9", CHANGE: "1" },
  };
  const files = ["answers", "twin", "previous"].map((name) => `components/discourse/${name}.sh`);
  const programs = {
    curl: `case "$*" in *create*) echo '{"message":"no space left on device"}'; exit 22 ;; *) printf 200 ;; esac`,
    docker: `case "$*" in *--format*) ;; inspect*) echo '[{"Id":"A"}]' ;; esac`,
    ...{ systemctl: "exit 5", timeout: 'shift; exec "$@"', "systemd-run": "echo closed >&2" },
  };
  const { code, stderr } = locally(({ run }) => run(files, "apply", values, programs));
  assert.equal(code, 1);
  assert.equal(
    stderr,
    '{"message":"no space left on device"}\nforum: Docker did not make the container that would be the way back (see above), so the ' +
      "forum is not replaced, and runs as before. Put that right, then run again\n",
  );
});
