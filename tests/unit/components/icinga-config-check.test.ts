import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

const root = mkdtempSync(join(tmpdir(), "icinga-config-"));
after(() => {
  rmSync(root, { recursive: true });
});

const program = new URL(
  "../../../components/icinga/programs/check-icinga-config.sh",
  import.meta.url,
).pathname;

/** What Icinga answers, by the last part of the path. */
type Answers = Readonly<
  Partial<Record<"packages" | "checkcommands" | "hosts" | "services", readonly object[]>>
>;

const lab = { name: "platform-lab", "active-stage": "stage-2", stages: ["stage-2"] };
const mark = (stage: string) => ({
  attrs: {
    __name: "package.platform-lab",
    source_location: {
      path: `/var/lib/icinga2/api/packages/platform-lab/${stage}/conf.d/platform.conf`,
    },
  },
});
const object = (name: string, original: object | null, owner = "platform-lab") => ({
  attrs: { __name: name, package: owner, original_attributes: original },
});
const well: Answers = {
  packages: [lab, { name: "director", "active-stage": "other", stages: [] }],
  checkcommands: [
    { attrs: { __name: "disk", source_location: { path: "/usr/share/icinga2/include/x.conf" } } },
    mark("stage-2"),
  ],
  hosts: [object("forum", null), object("theirs", { vars: 1 }, "director")],
  services: [object("forum!site", {})],
};

/** Runs the plugin with an Icinga that answers so; `daemon` is what `icinga2 daemon -C` does. */
function check(answers: Answers, daemon = "exit 0"): { code: number | null; said: string } {
  const bin = join(root, "bin");
  mkdirSync(bin, { recursive: true });
  for (const [kind, results] of Object.entries(answers)) {
    writeFileSync(join(root, kind), JSON.stringify({ results }));
  }
  const programs = {
    curl: `for last; do :; done; last=\${last%%\\?*}; [ -e "${root}/\${last##*/}" ] || { echo "curl: (7) refused" >&2; exit 7; }; cat "${root}/\${last##*/}"`,
    icinga2: daemon,
  };
  for (const [name, text] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  const env = { PATH: `${bin}:${process.env["PATH"] ?? ""}` };
  const words = [program, "monitor", "127.0.0.1"];
  const { status, stdout, stderr } = spawnSync("bash", words, { env, encoding: "utf8" });
  assert.equal(stderr, "");
  return { code: status, said: stdout };
}

test("an Icinga that runs with what it has on the disk is green, whatever others have there", () => {
  assert.deepEqual(check(well), {
    code: 0,
    said: "ICINGA OK: it runs with what it has on the disk | modified=0;0\n",
  });
});

test("a configuration that cannot be read any more is red, with the first place", () => {
  const said = [
    "[2026-11-26 17:00:00 +0000] information/cli: Loading",
    "[2026-11-26 17:00:00 +0000] critical/config: Error: syntax error",
    "Location: in /etc/icinga2/features-enabled/broken.conf: 1:1-1:3",
  ].join("\n");
  assert.deepEqual(check(well, `cat <<'END'\n${said}\nEND\nexit 1`), {
    code: 2,
    said:
      "ICINGA CRITICAL: it cannot read its configuration, so it goes on with what it had, and would not start again: " +
      "Error: syntax error in /etc/icinga2/features-enabled/broken.conf: 1:1-1:3\n",
  });
});

test("one that runs with another stage than it took, or with none, is red", () => {
  for (const checkcommands of [[mark("stage-1")], []]) {
    const { code, said } = check({ ...well, checkcommands });
    assert.equal(code, 2);
    assert.match(
      said,
      /^ICINGA CRITICAL: it does not run with what it took last: platform-lab; see /,
    );
  }
});

test("what was set at run time is a warning that names it", () => {
  const services = [object("forum!site", { check_interval: 60, vars: null })];
  assert.deepEqual(check({ ...well, services }), {
    code: 1,
    said: "ICINGA WARNING: set at run time, against the configuration: forum!site (check_interval, vars) | modified=1;0\n",
  });
});

test("one that does not answer is not known", () => {
  rmSync(root, { recursive: true });
  mkdirSync(root);
  assert.deepEqual(check({}), {
    code: 3,
    said: "ICINGA UNKNOWN: its API does not answer: curl: (7) refused\n",
  });
});
