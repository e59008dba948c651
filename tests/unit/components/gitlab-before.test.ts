import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { locally, type Local, type Programs } from "../../support/local-script.ts";

const script = ["components/gitlab/instance.sh", "components/gitlab/before.sh"];

/** Asks whether the instance `acme` may be changed. */
function before({ run }: Local, more: object = {}, programs: Programs = { docker: "exit 1" }) {
  const values = {
    ...{ NAME: "acme", HOST: "git.acme.example", FORMER: "", ADDRESS: "10.208.0.2", MADE: "new" },
    ...{ DATA: "$HERE/srv", VERSION: "18.11.11", UPGRADED: "", NAMES: [], SECONDS_MAX: "60" },
    ...more,
  };
  return run(script, "apply", values, programs).stderr;
}

/** Says of which version the data of the instance are. */
function dataOf({ folder }: Local, version: string): void {
  mkdirSync(join(folder, "srv/data/gitlab-rails"), { recursive: true });
  writeFileSync(join(folder, "srv/data/gitlab-rails/VERSION"), version);
}

test("data go to a later patch, to another release when that is confirmed, and never back", () => {
  locally((local) => {
    assert.equal(before(local), ""); // there are none yet
    const cases = [
      ["18.11.11", ""],
      ["18.11.11-ee\n", ""],
      ["18.11.9-ee\n", ""],
      ["18.10.8\n", "18.10.8"],
      ["17.11.7-ee\n", "17.11.7"],
    ] as const;
    for (const [is, UPGRADED] of cases) {
      dataOf(local, is);
      assert.equal(before(local, { UPGRADED }), "", is);
    }
    dataOf(local, "18.9.12-ee\n");
    const another =
      "forum: the data of the GitLab acme are of 18.9.12, and `image` says 18.11.11: another release changes them for good, and nobody " +
      "has a copy. If that is meant, set `upgradedFrom` to 18.9.12 and run again; docs/gitlab.md says what to see to before\n";
    assert.equal(before(local), another);
    assert.equal(before(local, { UPGRADED: "18.9.1" }), another);
    for (const is of ["18.11.12", "19.0.0", "18.12.0"]) {
      dataOf(local, `${is}-ee\n`);
      assert.equal(
        before(local, { UPGRADED: is }),
        `forum: the data of the GitLab acme are of ${is}, and \`image\` says 18.11.11: they cannot go back. Take ${is} or a later patch of it\n`,
      );
    }
  });
});

test("names that have no address are told together", () => {
  locally((local) => {
    const getent = 'case $2 in git.*) echo "192.0.2.1 STREAM $2" ;; *) exit 2 ;; esac';
    const asked = (...NAMES: string[]) => before(local, { NAMES }, { docker: "exit 1", getent });
    assert.equal(asked("git.acme.example"), "");
    assert.equal(
      asked("registry.acme.example", "git.acme.example", "pages.acme.example"),
      "forum: the GitLab acme: registry.acme.example pages.acme.example has no address: add an A or AAAA record that leads to this " +
        "machine, or leave that out by `skipPreflight` (dns)\n",
    );
  });
});

/** Docker, of a container that was started so many seconds ago, in which a program runs for the first looks at it. */
function container(startedAgo: number, runs: string, looks: number): string {
  const started = new Date(Date.now() - startedAgo * 1000).toISOString();
  return [
    `case "$*" in`,
    `*platform.made*) echo old ;;`,
    `*"{{.Id}} {{.State.StartedAt}}"*) echo "1a ${started}" ;;`,
    `*StartedAt*) echo ${started} ;;`,
    `*Status*) echo running ;;`,
    `logs*) test -e $HERE/reconfigured && echo "gitlab Reconfigured!" ;;`,
    `top*) echo look >>$HERE/looks; test $(wc -l <$HERE/looks) -gt ${looks} || echo "7 ${runs}" ;;`,
    "esac",
  ].join("\n");
}

test("what is under way in a container that is to be replaced comes to its end first, however old it is", () => {
  for (const runs of [
    "/opt/gitlab/embedded/bin/ruby /opt/gitlab/bin/gitlab-ctl reconfigure",
    "/opt/gitlab/embedded/bin/ruby /opt/gitlab/embedded/bin/omnibus-ctl gitlab /opt pg-upgrade -w",
    "cinc-client",
  ]) {
    locally((local) => {
      writeFileSync(join(local.folder, "reconfigured"), "");
      assert.equal(before(local, {}, { docker: container(3 * 86_400, runs, 2), sleep: "" }), "");
      const { stdout } = local.run([], ["cat", join(local.folder, "looks")], {});
      assert.equal(stdout, "look\nlook\nlook\n", runs);
    });
  }
});

test("a container that ends again and again is not waited for, or nothing could mend it", () => {
  locally((local) => {
    const count = "*RestartCount*) echo x >>$HERE/starts; echo $(($(wc -l <$HERE/starts) / 2)) ;;";
    const docker = container(90, "gitlab-ctl reconfigure", 1000).replace("in\n", `in\n${count}\n`);
    assert.equal(before(local, {}, { docker, sleep: "" }), "");
    const { stdout } = local.run([], ["cat", join(local.folder, "looks")], {});
    assert.equal(stdout, "look\nlook\n");
  });
});

test("one that never ends is told and not broken off, and a first start that should have ended is not waited for", () => {
  locally((local) => {
    const docker = container(90, "gitlab-ctl reconfigure", 1000);
    assert.equal(
      before(local, { SECONDS_MAX: "1" }, { docker, sleep: "/bin/sleep 0.5" }),
      "forum: acme: a reconfigure of it has not ended for 1 s, and one that is broken off may leave its database half migrated: see " +
        "`docker top gitlab-acme` on the machine, and run again when it has ended\n",
    );
    const docker2 = container(90, "", 0);
    assert.equal(before(local, {}, { docker: docker2, sleep: "exit 1" }), "");
  });
});

test("a port is taken by what listens on the same address or on all, and is not Docker's", () => {
  const asked = (listening: string, ...PORTS: string[]) =>
    locally(({ run }) => {
      const ss = `printf '%s\\n' ${listening}`;
      const values = { MEMORY: "", CORES: "", DOCKER: "", PORTS };
      return run(["components/gitlab/preflight.sh"], "apply", values, { ss }).stderr.split("\n")[0];
    });
  const sshd = (at: string) => `'LISTEN 0 128 ${at}:22 0.0.0.0:* users:(("sshd",pid=7,fd=3))'`;
  const taken =
    "- ports: 22 is taken by sshd: stop that, or give the instance another `slot` or `ssh.port`";
  assert.equal(asked(sshd("0.0.0.0"), "192.0.2.9:22"), taken);
  assert.equal(asked(sshd("[::]"), "192.0.2.9:22"), taken);
  assert.equal(asked(sshd("*"), "192.0.2.9:22"), taken);
  assert.equal(asked(sshd("192.0.2.9"), "192.0.2.9:22"), taken);
  assert.equal(asked(sshd("192.0.2.7"), "0.0.0.0:22"), taken);
  assert.equal(asked(sshd("192.0.2.7"), "192.0.2.9:22"), "");
  const docker = `'LISTEN 0 4096 192.0.2.9:22 0.0.0.0:* users:(("docker-proxy",pid=8,fd=4))'`;
  assert.equal(asked(docker, "192.0.2.9:22"), "");
});
