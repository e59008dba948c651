import assert from "node:assert/strict";
import { test } from "node:test";
import { Discourse, DiscourseOptions } from "../../../components/discourse/index.ts";
import { DockerEngine, DockerEngineOptions } from "../../../components/docker-engine/index.ts";
import type { ShellValue } from "../../../formats/shell.ts";
import { deploy } from "../../support/deploy.ts";
import { exampleHost, valuesOf } from "../../support/host.ts";
import { commit } from "../../support/launcher.ts";
import { locally, type Programs } from "../../support/local-script.ts";

const written = {
  host: "forum",
  hostname: "forum.example.org",
  image: { name: "local_discourse/app:1" },
  developerEmails: ["first@example.org", "second@example.org"],
  smtp: { address: "smtp.example.org", user: "canary-user", password: "canary-password" },
};

function registered(more: object = {}) {
  return deploy(() => {
    const host = exampleHost();
    const engine = new DockerEngine("engine", { host, options: DockerEngineOptions.parse({}) });
    new Discourse("forum", {
      host,
      engine,
      options: DiscourseOptions.parse({ ...written, ...more }),
    });
  });
}

test("a ready image asks less of a machine than one that is built there, and what is left out is not asked", async () => {
  const asked = async (more: object) =>
    valuesOf((await registered(more)).resource("forum-preflight"));
  const ready = await asked({});
  assert.deepEqual(ready, [
    "HOST='forum.example.org'",
    "DATA='/var/discourse/shared/standalone'",
    "ASKED=('memory' 'cores' 'ports' 'dns')",
    ...["MEMORY=''", "CORES=''", "OWN_PORT=''", "SCRIPT='forum-preflight'"],
  ]);
  const built = { image: { launcher: { commit } }, memory: "8 GiB", cores: 4 };
  assert.deepEqual((await asked(built)).slice(2, 5), [
    "ASKED=('memory' 'cores' 'ports' 'dns' 'swap' 'disk' 'docker')",
    ...["MEMORY='8589'", "CORES='4'"],
  ]);
  assert.equal(
    (await asked({ ...built, skipPreflight: ["dns", "swap", "mail"] }))[2],
    "ASKED=('memory' 'cores' 'ports' 'disk' 'docker')",
  );
});

test("the relay is asked by the login of the forum, secretly, before anything else is made", async () => {
  const { resource, list } = await registered();
  const mail = resource("forum-mail");
  assert.ok(mail.secrets.includes("stdin"));
  assert.deepEqual(mail.dependsOn, ["forum-preflight"]);
  assert.deepEqual(resource("forum-image-check").dependsOn.includes("forum-mail"), true);
  assert.deepEqual(valuesOf(mail), [
    ...["RELAY='smtp.example.org'", "PORT='587'", "LOGIN='canary-user'"],
    ...["PASSWORD='canary-password'", "SENDER='noreply@forum.example.org'"],
    ...["RECIPIENT='first@example.org'", "HOST='forum.example.org'", "SCRIPT='forum-mail'"],
  ]);
  assert.ok(list.includes("command:remote:Command forum-mail"));
  const without = await registered({ skipPreflight: ["mail"] });
  assert.ok(!without.list.includes("command:remote:Command forum-mail"));
});

test("a question that there is not is refused with those that there are", () => {
  const { error } = DiscourseOptions.safeParse({ ...written, skipPreflight: ["luck"] });
  assert.deepEqual(
    error?.issues.map(({ path, message }) => [path.join("."), message]),
    [
      [
        "skipPreflight.0",
        "is no question of the preflight: take some of memory, cores, swap, disk, ports, dns, docker, mail, database",
      ],
    ],
  );
});

/** A machine that is fit: what its programs print. */
const fit: Programs = {
  free: "echo 'Mem: 8200 1 1'; echo 'Swap: 0 0 0'",
  nproc: "echo 4",
  df: "echo Avail; echo 5368709120",
  ss: "case $2 in *:443) echo 'LISTEN 0 511 *:443 *:* users:((\"nginx\",pid=7,fd=6))' ;; esac",
  getent: "true",
  docker:
    "case $* in version*) echo 26.1.5 ;; *DockerRootDir*) echo /var/lib/docker ;; *Driver*) echo overlay2 ;; esac",
};

const questions = ["memory", "cores", "ports", "dns", "swap", "disk", "docker"];
/** What the script says on a machine whose programs print this. */
function said(programs: Programs = {}, values: Record<string, ShellValue> = {}): string[] {
  const given = { HOST: "forum.example.org", DATA: "/data", ASKED: questions };
  const all = { ...given, MEMORY: "", CORES: "", OWN_PORT: "", ...values };
  const { code, stderr } = locally(({ run }) =>
    run(["components/discourse/preflight.sh"], "apply", all, { ...fit, ...programs }),
  );
  const lines = stderr.trimEnd().split("\n");
  if (code === 0) return lines.filter((line) => line !== "");
  assert.match(
    lines.at(-1) ?? "",
    /^forum: the machine is not fit for the forum \(see above\): put/,
  );
  return lines.slice(0, -1);
}

test("a machine that is fit is let through, and one with a little less than it was given", () => {
  assert.deepEqual(said(), []);
  assert.deepEqual(said({}, { MEMORY: "8589", CORES: "4" }), []);
  assert.deepEqual(said({ free: "echo 'Mem: 990 1'; echo 'Swap: 2147 0'" }), []);
  assert.deepEqual(said({ docker: fit["docker"]?.replace("26.1.5", "20.10.24+dfsg1") }), []);
});

test("all that a machine lacks is said at once, with what to do", () => {
  const poor = {
    free: "echo 'Mem: 980 1'; echo 'Swap: 1023 0'",
    nproc: "echo 2",
    df: "echo Avail; echo 5368709119",
    ss: 'case $2 in *:80) echo \'LISTEN 0 511 *:80 *:* users:(("apache2",pid=8,fd=4),("apache2",pid=7,fd=4))\' ;; esac',
    getent: "exit 2",
    docker: fit["docker"]?.replace("26.1.5", "19.3.1").replace("overlay2", "vfs"),
  };
  assert.deepEqual(said(poor, { MEMORY: "4294", CORES: "4" }), [
    "- memory: it has 980 MB, and a forum takes 1000: give it more",
    "- memory: it has 980 MB, but `forum.memory` says 4294: correct the one or the other",
    "- cores: it has 2, but `forum.cores` says 4: correct the one or the other",
    "- ports: 80 is taken by apache2: stop that, and see that it does not start again",
    "- dns: forum.example.org has no address: add an A or AAAA record that leads to this machine",
    "- swap: it has 1023 MB, and with 980 MB of memory a build takes 2000: `fallocate -l 2G /swapfile && chmod 600 /swapfile " +
      "&& mkswap /swapfile && swapon /swapfile`, and a line for it in /etc/fstab",
    "- disk: /var/lib/docker has 5119 MiB free, and a build takes 5120: make room there",
    "- disk: /data has 5119 MiB free, and a build takes 5120: make room there",
    "- docker: its version is 19.3.1, and the launcher takes 20.10.0 or later: upgrade it",
    "- docker: it stores by vfs, which the launcher refuses: put its data on ext4, XFS, btrfs or ZFS",
  ]);
  assert.deepEqual(said(poor, { ASKED: [] }), []);
});
