import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { locally } from "../../support/local-script.ts";

const now = () => Math.floor(Date.now() / 1000);

/** What was noted of a container. */
interface Note {
  readonly time: number;
  readonly id: string;
  readonly status: string;
  readonly health: string;
  readonly ours: boolean;
  readonly gone: number | null;
  readonly image: string;
  readonly other: number | null;
  readonly counts: readonly (readonly [number, number])[];
}

const image = `sha256:${"1b".repeat(32)}`;
const foreign = `sha256:${"2c".repeat(32)}`;

const well = (): Note => ({
  ...{ time: now(), id: "1a", status: "running", health: "", ours: true, gone: null },
  ...{ image, other: null, counts: [[now(), 0]] },
});

/** What Docker tells of a container. */
const told = (more: object = {}, state: object = {}) =>
  JSON.stringify({
    ...{
      Id: "1a",
      Image: image,
      RestartCount: 0,
      Config: { Labels: { "platform.component": "forum" } },
    },
    ...{ State: { Status: "running", ...state }, ...more },
  });

/** Runs the program where that was noted and Docker does so; gives its answer, and what is noted then. */
function container(
  words: readonly string[],
  noted?: Note,
  docker = "exit 1",
  declared: string | undefined = image,
) {
  return locally(({ folder, run }) => {
    const note = join(folder, "run/platform-forum/container-app.json");
    mkdirSync(join(folder, "run/platform-forum"), { recursive: true });
    if (noted) writeFileSync(note, JSON.stringify(noted));
    mkdirSync(join(folder, "etc/platform-forum"), { recursive: true });
    if (declared) writeFileSync(join(folder, "etc/platform-forum/image"), `${declared}\n`);
    const program = ["services/checks/platform-container.sh"];
    const { code, stdout, stderr } = run(program, words, {}, { docker });
    assert.equal(stderr, "");
    const then = existsSync(note) ? (JSON.parse(readFileSync(note, "utf8")) as Note) : undefined;
    return { said: [code, stdout], then };
  });
}

const check = (more: Partial<Note>) => container(["check", "app"], { ...well(), ...more }).said;

function look(docker: string, noted?: Note): Note {
  const { said, then } = container(["look", "app", "forum"], noted, docker);
  assert.deepEqual(said, [0, ""]);
  return then ?? assert.fail("nothing was noted");
}

const echo = (json: string) => `echo '${json}'`;

test("a container that runs well is green, and so is one that a deployment takes away for some minutes", () => {
  assert.deepEqual(check({}), [0, "CONTAINER OK: app is running | restarts=0;;2 gone=0s;;900\n"]);
  assert.deepEqual(check({ status: "not there", gone: now() - 900 }), [
    0,
    "CONTAINER OK: app is not there | restarts=0;;2 gone=900s;;900\n",
  ]);
});

test("one that is gone, unwell, started anew again and again, or somebody else's is told", () => {
  assert.deepEqual(check({ status: "exited", gone: now() - 901 }), [
    2,
    "CONTAINER CRITICAL: app is exited, for 901 s at least | restarts=0;;2 gone=901s;;900\n",
  ]);
  assert.deepEqual(check({ health: "unhealthy" }), [
    2,
    "CONTAINER CRITICAL: app runs, and says itself that it is not well | restarts=0;;2 gone=0s;;900\n",
  ]);
  const counts = [
    [now() - 3000, 2],
    [now(), 5],
  ] as const;
  assert.deepEqual(check({ counts }), [
    2,
    "CONTAINER CRITICAL: app was started anew 3 times within an hour, for it ended | restarts=3;;2 gone=0s;;900\n",
  ]);
  assert.deepEqual(check({ ours: false }), [
    1,
    "CONTAINER WARNING: app was made by somebody else than the platform | restarts=0;;2 gone=0s;;900\n",
  ]);
});

test("one that nobody has looked at is not known", () => {
  assert.deepEqual(container(["check", "app"]).said, [
    3,
    "CONTAINER UNKNOWN: app has not been looked at since the machine was started\n",
  ]);
  const [code, said] = check({ time: now() - 1000 });
  assert.equal(code, 3);
  assert.match(String(said), /^CONTAINER UNKNOWN: app was looked at 100\d s ago, and should be/);
  assert.equal(container(["check"]).said[0], 3);
});

test("a look notes whose it is, when it went, and how often it was started anew within the hour", () => {
  const { time, ...noted } = look(echo(told({}, { Health: { Status: "healthy" } })));
  assert.ok(Math.abs(time - now()) < 30);
  assert.deepEqual(noted, {
    ...{ id: "1a", status: "running", health: "healthy", ours: true, gone: null },
    ...{ image, other: null, counts: noted.counts },
  });
  const old = [now() - 4000, 1] as const;
  const counts = [old, [now() - 3000, 2]] as const;
  const again = look(echo(told({ RestartCount: 4 })), { ...well(), counts });
  assert.deepEqual([again.counts[0]?.[1], again.counts.at(-1)?.[1]], [2, 4]);
  const other = look(echo(told({ Id: "2b", Config: { Labels: {} } })), { ...well(), counts });
  assert.deepEqual([other.ours, other.counts[0]?.[1]], [false, 0]);
  const since = now() - 500;
  const missing = "echo 'Error: No such container: app' >&2; exit 1";
  const gone = look(missing, { ...well(), gone: since });
  assert.deepEqual([gone.status, gone.gone, gone.ours], ["not there", since, true]);
  assert.equal(look(echo(told()), gone).gone, null);
});

test("a Docker that does not answer leaves the note as it was", () => {
  const noted = { ...well(), time: now() - 700 };
  assert.deepEqual(look("echo Cannot connect to the Docker daemon >&2; exit 1", noted), noted);
});

test("a container from another image than the platform's is told when that has lasted for an hour", () => {
  const images = (more: Partial<Note>, declared?: string) =>
    container(["image", "app"], { ...well(), ...more }, undefined, declared).said;
  const from = "app is made from sha256:1b1b1b1b1b1b";
  assert.deepEqual(images({}), [0, `CONTAINER OK: ${from} | other=0s;3600\n`]);
  assert.deepEqual(images({ other: now() - 3600 }), [
    0,
    `CONTAINER OK: ${from} | other=3600s;3600\n`,
  ]);
  assert.deepEqual(images({ other: now() - 3601 }, foreign), [
    1,
    `CONTAINER WARNING: ${from}, and the one for it is sha256:2c2c2c2c2c2c | other=3601s;3600\n`,
  ]);
  assert.deepEqual(images({ image: "" }), [
    0,
    "CONTAINER OK: app is made from none | other=0s;3600\n",
  ]);
  const unknown = "CONTAINER UNKNOWN: ";
  assert.deepEqual(images({}, ""), [
    3,
    `${unknown}nobody has noted which image is the one for app\n`,
  ]);
  assert.deepEqual(container(["image", "app"]).said, [
    3,
    `${unknown}app has not been looked at since the machine was started\n`,
  ]);
  assert.equal(images({ time: now() - 901 })[0], 3);
});

test("a look notes since when another image is there, which a container that is away does not change", () => {
  const since = now() - 500;
  const other = look(echo(told({ Image: foreign })));
  assert.ok(Math.abs((other.other ?? 0) - now()) < 30);
  assert.equal(other.image, foreign);
  assert.equal(look(echo(told({ Image: foreign })), { ...other, other: since }).other, since);
  assert.equal(look(echo(told()), { ...other, other: since }).other, null);
  const missing = "echo 'Error: No such container: app' >&2; exit 1";
  const gone = look(missing, { ...well(), image: foreign, other: since });
  assert.deepEqual([gone.image, gone.other], [foreign, since]);
});
