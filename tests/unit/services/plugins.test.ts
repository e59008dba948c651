import assert from "node:assert/strict";
import { mkdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { locally, type Programs } from "../../support/local-script.ts";

/** A machine that is no container, and a container, as systemd tells them. */
const machine = { "systemd-detect-virt": "exit 1" };
const container = { "systemd-detect-virt": "exit 0" };

/** What a plugin is run with: its words, the machine's programs and files, by their paths and with their days of age. */
interface Given {
  readonly words?: readonly string[];
  readonly programs?: Programs;
  readonly files?: Readonly<Record<string, readonly [text: string, days?: number]>>;
}

/** The exit code and the line of a plugin. */
function run(name: string, { words = [], programs = machine, files = {} }: Given): unknown[] {
  return locally(({ folder, run: script }) => {
    for (const directory of ["boot", "var/lib/apt/lists"]) {
      mkdirSync(join(folder, directory), { recursive: true });
    }
    for (const [path, [text, days = 0]] of Object.entries(files)) {
      const at = join(folder, path);
      mkdirSync(dirname(at), { recursive: true });
      writeFileSync(at, text);
      const then = Date.now() / 1000 - days * 86_400;
      utimesSync(at, then, then);
    }
    const values = { MEMINFO: "$HERE/meminfo", ROOT: "$HERE" };
    const plugin = [`services/checks/check-${name}.sh`];
    const said = script(plugin, ["--timeout", "5", ...words], values, programs);
    assert.equal(said.stderr, "");
    return [said.code, said.stdout.replaceAll(folder, "")];
  });
}

test("units that have failed are named", () => {
  const units = (systemctl: string) => run("units", { programs: { systemctl } });
  assert.deepEqual(units("true"), [0, "UNITS OK: no unit has failed | failed=0;;0\n"]);
  const lines = "a.service loaded failed failed A\\nb.timer loaded failed failed B b\\n";
  assert.deepEqual(units(`printf '${lines}'`), [
    2,
    "UNITS CRITICAL: failed: a.service, b.timer | failed=2;;0\n",
  ]);
  assert.deepEqual(units("echo Failed to connect to bus; exit 1"), [
    3,
    "UNITS UNKNOWN: systemd does not answer: Failed to connect to bus\n",
  ]);
});

const clock = (timedatectl: string, more: Programs = {}) =>
  run("clock", {
    words: ["-w", "500", "-c", "2000"],
    programs: { ...machine, chronyc: "exit 1", timedatectl, ...more },
  });

test("a clock that nothing keeps is red, and a container says whose clock it has", () => {
  assert.deepEqual(clock('[ "$1" = show ] && echo yes'), [
    0,
    "CLOCK OK: it is kept | kept=1;;1:\n",
  ]);
  assert.deepEqual(clock("echo no"), [
    2,
    "CLOCK CRITICAL: nothing keeps it, or nobody could be asked for the time yet | kept=0;;1:\n",
  ]);
  assert.deepEqual(clock("exit 1"), [
    3,
    "CLOCK UNKNOWN: systemd does not answer: not within 5 s\n",
  ]);
  assert.deepEqual(clock("echo no", container), [
    0,
    "CLOCK OK: the clock is the computer's on which this container runs\n",
  ]);
});

test("a clock that is kept and far off is told, by systemd-timesyncd's word or chrony's", () => {
  const off = (milliseconds: number) =>
    `it is kept, and ${milliseconds} ms off | kept=1;;1: offset=${milliseconds}ms;500;2000\n`;
  const timesyncd = (text: string) =>
    clock(
      `[ "$1" = show ] && echo yes || printf 'Stratum: 2\\n   Offset: ${text}\\n  Delay: 9s\\n'`,
    );
  assert.deepEqual(timesyncd("-812us"), [0, `CLOCK OK: ${off(1)}`]);
  assert.deepEqual(timesyncd("+500.4ms"), [0, `CLOCK OK: ${off(500)}`]);
  assert.deepEqual(timesyncd("+501ms"), [1, `CLOCK WARNING: ${off(501)}`]);
  assert.deepEqual(timesyncd("-1min 2.5s"), [2, `CLOCK CRITICAL: ${off(62_500)}`]);
  assert.deepEqual(timesyncd("n/a"), [0, "CLOCK OK: it is kept | kept=1;;1:\n"]);
  const chrony = (seconds: string) =>
    clock("echo yes", {
      chronyc: `echo A9FEA97B,169.254.169.123,4,1764215528.1,${seconds},0.1,0.2,-12.3,0,0.1,0.0004,0.0002,16.1,Normal`,
    });
  assert.deepEqual(chrony("-0.000004066"), [0, `CLOCK OK: ${off(0)}`]);
  assert.deepEqual(chrony("-2.001"), [2, `CLOCK CRITICAL: ${off(2001)}`]);
});

test("memory that programs could still get is told in percent of all, with what is in the swap", () => {
  const info = (available: number) =>
    `MemTotal: 4096000 kB\nMemFree: 1 kB\nMemAvailable: ${available} kB\nSwapTotal: 3072 kB\nSwapFree: 1024 kB\n`;
  const words = ["-w", "10", "-c", "5"];
  const memory = (available: number, programs: Programs = machine) =>
    run("memory", { words, programs, files: { meminfo: [info(available)] } });
  const what = (percent: number) =>
    `${percent} % of 4000 MiB are left, and 2 MiB are in the swap | available=${percent}%;10:;5: swapped=2048KB\n`;
  assert.deepEqual(memory(409_600), [0, `MEMORY OK: ${what(10)}`]);
  assert.deepEqual(memory(409_599), [1, `MEMORY WARNING: ${what(9)}`]);
  assert.deepEqual(memory(204_799), [2, `MEMORY CRITICAL: ${what(4)}`]);
  assert.deepEqual(memory(0, container), [
    0,
    "MEMORY OK: the memory is the computer's on which this container runs\n",
  ]);
  assert.deepEqual(run("memory", { words, files: { meminfo: [""] } }), [
    3,
    "MEMORY UNKNOWN: /meminfo does not tell\n",
  ]);
});

const list = "var/lib/apt/lists/deb.example.org_debian-security_dists_bookworm-security_InRelease";
const current = { [list]: [""], "boot/vmlinuz-6.1.0-9": [""] } as const;
const apt = (...lines: string[]) => ({
  ...machine,
  uname: "echo 6.1.0-9",
  "apt-get": `cat <<'END'\n${lines.join("\n")}\nEND`,
});

const updates = (given: Given) => run("updates", { words: ["-c", "7"], ...given });

test("security updates that wait are named, others are not, and a newer kernel asks for a start", () => {
  const other = "Inst nano [1] (2 Debian:12.9/stable [amd64])";
  assert.deepEqual(updates({ programs: apt(other), files: current }), [
    0,
    "UPDATES OK: no security update waits | security=0;0 days=0;;6 restart=0;0\n",
  ]);
  const security = "Inst libc6 [1] (2 Debian-Security:12/stable-security [amd64])";
  const files = { ...current, "boot/vmlinuz-6.1.0-10": [""] } as const;
  const restart = "the machine has to be started again to run with what is installed";
  assert.deepEqual(updates({ programs: apt(other, security), files }), [
    1,
    `UPDATES WARNING: 1 security updates wait, for 0 days at the most: libc6; ${restart} | security=1;0 days=0;;6 restart=1;0\n`,
  ]);
  const contained = { ...apt(), ...container };
  assert.equal(updates({ programs: contained, files })[0], 0);
  const asked = { ...current, "run/reboot-required": [""] } as const;
  assert.deepEqual(updates({ programs: contained, files: asked }), [
    1,
    `UPDATES WARNING: ${restart} | security=0;0 days=0;;6 restart=1;0\n`,
  ]);
});

const noted = "var/lib/platform-updates/since";
const daysAgo = (days: number) => Math.floor(Date.now() / 1000) - days * 86_400 - 60;

test("updates that have waited for a week are critical, by the version that is installed meanwhile", () => {
  const waiting = apt(
    "Inst libc6 [1] (3 Debian-Security:12/stable-security [amd64])",
    "Inst linux-image (6 Debian-Security:12/stable-security [amd64])",
  );
  const since = (libc: string, days: number) =>
    updates({
      programs: waiting,
      files: {
        ...current,
        [noted]: [`libc6 [${libc}] ${daysAgo(days)}\nother [1] ${daysAgo(99)}\n`],
      },
    });
  const what = (days: number) =>
    `2 security updates wait, for ${days} days at the most: libc6, linux-image | security=2;0 days=${days};;6 restart=0;0\n`;
  assert.deepEqual(since("1", 6), [1, `UPDATES WARNING: ${what(6)}`]);
  assert.deepEqual(since("1", 7), [2, `UPDATES CRITICAL: ${what(7)}`]);
  assert.deepEqual(since("0", 7), [1, `UPDATES WARNING: ${what(0)}`]);
});

test("apt has noted since when each one waits, and forgets what was installed", () => {
  locally(({ folder, run: script }) => {
    const path = join(folder, noted);
    const note = (...lines: string[]) => {
      const plugin = ["services/checks/check-updates.sh"];
      const said = script(plugin, ["--note"], { ROOT: "$HERE" }, apt(...lines));
      assert.deepEqual([said.code, said.stdout, said.stderr], [0, "", ""]);
      return readFileSync(path, "utf8").replaceAll(/ (\d+)$/gm, (_, at: string) =>
        Date.now() / 1000 - Number(at) < 60 ? " now" : ` ${at}`,
      );
    };
    const inst = (name: string) => `Inst ${name} (3 Debian-Security:12/stable-security [amd64])`;
    assert.equal(
      note(inst("libc6 [1]"), inst("linux-image")),
      "libc6 [1] now\nlinux-image [] now\n",
    );
    writeFileSync(path, "libc6 [1] 1700000000\nold [2] 1600000000\n");
    assert.equal(note(inst("libc6 [1]"), inst("nano [7]")), "libc6 [1] 1700000000\nnano [7] now\n");
    assert.equal(note(inst("libc6 [3]")), "libc6 [3] now\n");
    assert.equal(note(), "");
  });
});

test("lists of updates that are old or are not there are told, for without them nothing would be", () => {
  assert.deepEqual(updates({ programs: apt(), files: { [list]: ["", 12.5] } }), [
    1,
    "UPDATES WARNING: what apt knows of security updates is 12 days old: see `systemctl status apt-daily`\n",
  ]);
  assert.deepEqual(updates({ programs: apt() }), [
    1,
    "UPDATES WARNING: apt knows of no security updates at all: there is no source of them, or it was never asked\n",
  ]);
  const failing = { ...apt(), "apt-get": "echo one; echo E: broken >&2; exit 100" };
  assert.deepEqual(updates({ programs: failing, files: current }), [
    3,
    "UPDATES UNKNOWN: apt does not tell: E: broken\n",
  ]);
});

test("a plugin without its limit of time says how it is used", () => {
  for (const name of ["units", "clock", "memory", "updates"]) {
    const said = run(name, { words: ["--more"] });
    assert.equal(said[0], 3);
    assert.match(String(said[1]), /^[A-Z]+ UNKNOWN: usage: check-\w+ --timeout SECONDS/);
  }
});
