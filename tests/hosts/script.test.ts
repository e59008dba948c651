import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { Script } from "../../components/host/index.ts";
import { type Properties, secret } from "../../provider/grpc/values.ts";
import { exampleHost } from "../support/host.ts";
import { withProvider } from "../support/host-provider.ts";
import { kindOn } from "../support/kept.ts";
import { laws } from "../support/laws.ts";
import { testMachine } from "../support/machine.ts";

const machine = await testMachine("components");
const { host, up, well, preview, remove } = kindOn(machine, "Script", "object");
const other = kindOn(machine, "Script", "other");
const script = new URL("./object.sh", import.meta.url);
const token = "canary-of-the-token";
const meta = { tags: ["a", "b"], title: "News" };
const fields = { OBJECT: "/srv/api/one", META: JSON.stringify(meta), FAULT: "" };

const clear = () => machine.succeed("rm -rf /srv/api; mkdir /srv/api");
await clear();

/** The inputs of an object; `values` and `more` are those that are otherwise. */
function inputs(values: Properties = {}, more: Properties = {}): Properties {
  return {
    host,
    script: readFileSync(script, "utf8"),
    values: { ...fields, TOKEN: secret(token), ...values },
    state: { meta, token: secret(token) },
    timeoutSeconds: 20,
    ...more,
  };
}

/** How often `apply` was run since the last `clear`. */
const applied = async () =>
  Number(await machine.succeed("grep -c . /srv/api/one.log 2>/dev/null || true"));

test("a script's state is made, obeys the laws, and goes with its resource", async () => {
  const build = () =>
    new Script("object", {
      host: exampleHost(),
      script,
      values: { ...fields, TOKEN: pulumi.secret(token) },
      state: { meta, token: pulumi.secret(token) },
    });
  await laws(machine, build, async () => {
    assert.equal(await machine.succeed("cat /srv/api/one"), `${JSON.stringify(meta)}\n`);
    assert.equal(await applied(), 1);
    assert.equal(
      await machine.succeed("cd /var/lib/platform; stat -c '%a %U' scripts scripts/* scripts/*/*"),
      "700 root\n700 root\n644 root\n600 root\n",
    );
    await machine.succeed("rm /srv/api/one.log"); // the test's own
  });
  await machine.fail("ls /var/lib/platform/scripts");
  await clear();
});

test("each field that was changed by hand is shown, nested ones and those too many, and put right", async () => {
  let kept = await well("create", inputs());
  for (const [byHand, shown] of [
    ['sed -i s/News/Olds/ "$one"', { "UPDATE state.meta.title": "Olds" }],
    ['sed -i "s/,.b.//" "$one"', { "ADD state.meta.tags[1]": null }],
    [
      'sed -i s/.title/\\"extra\\":{\\"x\\":1},\\&/ "$one"',
      { "DELETE state.meta.extra": { x: 1 } },
    ],
    ['rm "$one"', { "ADD state.meta": null, "ADD state.token": null }],
  ] as const) {
    await machine.succeed(`one=/srv/api/one; ${byHand}`);
    assert.deepEqual(await preview(inputs(), kept), shown);
    kept = await well("update", inputs(), kept);
    assert.deepEqual(await preview(inputs(), kept), {});
  }
  assert.equal(await applied(), 5);
  await well("same", inputs(), kept);
  assert.equal(await applied(), 5);
  await remove(kept);
  await machine.fail("ls /srv/api/one");
  await clear();
});

test("a secret that was changed by hand is shown by a digest, and stands in no answer", async () => {
  const kept = await well("create", inputs());
  assert.ok(!JSON.stringify(kept.properties["state"]).includes(token));
  await machine.succeed("printf other-canary >/srv/api/one.token");
  const shown = await preview(inputs(), kept);
  assert.deepEqual(Object.keys(shown), ["UPDATE state.token"]);
  assert.match(String(shown["UPDATE state.token"]), /^[0-9a-f]{32}$/);
  const again = await well("update", inputs(), kept);
  assert.equal(await machine.succeed("cat /srv/api/one.token"), token);
  await machine.succeed('echo \'say "{\\"token\\":\\"$TOKEN\\"}"; exit\' >/srv/api/fault');
  assert.deepEqual(await preview(inputs(), again), {
    "DELETE unverified": "check told a secret as it is: let it tell what `digest` makes of it",
  });
  await machine.succeed("rm /srv/api/fault");
  await remove(again);
  await clear();
});

test("a check that fails, hangs, or tells no state is a difference of its resource alone", async () => {
  const kept = await well("create", inputs());
  for (const [fault, said] of [
    ["echo first >&2; fail 'the API is away'", "check ended with 1: components: the API is away"],
    ['echo "with $TOKEN" >&2; exit 3', "check ended with 3: with [secret]"],
    ["sleep 60", "check did not end within 20 s"],
    ["echo junk; exit", 'check told no JSON object, but "junk\\n"'],
    ["echo '[]'; exit", 'check told no JSON object, but "[]\\n"'],
    ["exit", 'check told no JSON object, but ""'],
    ["head -c 65537 /dev/zero; exit", "check told more than 64 KiB"],
  ] as const) {
    await machine.succeed("cat >/srv/api/fault", fault);
    assert.deepEqual(await preview(inputs(), kept), { "DELETE unverified": said }, fault);
  }
  await machine.succeed("rm /srv/api/fault");
  assert.deepEqual(await preview(inputs(), kept), {});
  await remove(kept);
  await clear();
});

test("checks are asked side by side, and one that hangs keeps no other from being told", async () => {
  const two = { OBJECT: "/srv/api/two" };
  const first = await well("create", inputs());
  const second = await other.well("create", inputs(two));
  await machine.succeed(
    "echo 'if [[ $OBJECT == */two ]]; then sleep 60; else sleep 15; fi' >/srv/api/fault; sed -i s/News/Olds/ /srv/api/one",
  );
  const start = performance.now();
  await withProvider(async (run) => {
    const [one, hung] = await Promise.all([run.refresh(first), run.refresh(second)]);
    assert.deepEqual((one?.properties["state"] as { meta: Properties }).meta["title"], "Olds");
    assert.equal(hung?.properties["unverified"], "check did not end within 20 s");
  });
  assert.ok(performance.now() - start < 33_000);
  await machine.succeed("rm /srv/api/fault");
  await remove(first);
  assert.deepEqual(await other.preview(inputs(two), second), {});
  await other.remove(second);
  await clear();
});

test("an apply that fails, hangs or achieves something else says so, and runs again", async () => {
  let [half, step] = await up(inputs({ FAULT: 'echo "for $TOKEN"; fail "no more room"' }));
  assert.equal(step.error, "for [secret]\ncomponents: no more room\n");
  for (const [fault, error] of [
    [
      "exit 7",
      "components: object: apply ended with 7 without a word: see what it does, then run again\n",
    ],
    [
      "sleep 60",
      "components: object: apply did not end within 2 s: see what hangs, or raise timeoutSeconds, then run again\n",
    ],
    [
      'META=\'{"title":"Olds"}\'',
      /^web: object: applied, but check says \{"meta":\{"title":"Olds"\},"token":"[0-9a-f]{32}"\}, and that is not as wanted: state\.meta\.tags, state\.meta\.title\n$/,
    ],
    [
      "echo 'echo sad >&2; exit 4' >/srv/api/fault",
      "components: object: applied, but check ended with 4: sad\n",
    ],
  ] as const) {
    const wanted = inputs({ FAULT: fault }, { timeoutSeconds: 2 });
    [half, step] = await up(wanted, half);
    if (typeof error === "string") assert.equal(step.error, error);
    else assert.match(step.error, error);
    assert.ok("DELETE unfinished" in (await preview(wanted, half ?? assert.fail("it is noted"))));
  }
  await machine.succeed("rm /srv/api/fault");
  const whole = await well("update", inputs(), half);
  assert.deepEqual(await preview(inputs(), whole), {});
  await remove(whole);
  await clear();
});

test("one that was killed in the middle is seen by a preview, and finished by the next up", async () => {
  const FAULT = "kill -KILL $(cut -d ' ' -f 4 /proc/$PPID/stat); sleep 10";
  const [half, step] = await up(inputs({ FAULT }));
  assert.match(step.error, /the script was ended from outside/);
  assert.ok(half, "it is in the state");
  const { unfinished, ...properties } = half.properties; // which an engine that was killed does not have
  assert.match(JSON.stringify(unfinished), /ended from outside/);
  assert.deepEqual(await preview(inputs({ FAULT }), { ...half, properties }), {
    "ADD state.meta": null,
    "ADD state.token": null,
    "DELETE unfinished": "a change was broken off before its script had ended",
  });
  const whole = await well("update", inputs(), half);
  assert.equal(await applied(), 2);
  await remove(whole);
  await clear();
});

test("with other values a preview asks the new check, and nothing of it is noted", async () => {
  const kept = await well("create", inputs());
  const program = "cat /var/lib/platform/scripts/*/program";
  const noted = await machine.succeed(program);
  assert.deepEqual(Object.keys(await preview(inputs({ OBJECT: "/srv/api/two" }), kept)), [
    "ADD state.meta",
    "ADD state.token",
    "UPDATE values.OBJECT",
  ]);
  const plain = { ...inputs(), script: `# new\n${readFileSync(script, "utf8")}` };
  assert.deepEqual(Object.keys(await preview(plain, kept)), ["UPDATE script"]);
  assert.equal(await machine.succeed(program), noted);
  const moved = await well("update", inputs({ OBJECT: "/srv/api/two" }), kept);
  await remove(moved);
  assert.equal(await machine.succeed("ls /srv/api"), "one\none.log\none.token\ntwo.log\n");
  await clear();
});

test("a script without `remove` is only forgotten, and one of another id is not touched", async () => {
  const without = inputs().script as string;
  const plain = inputs({}, { script: without.replace(/^remove.*\n/m, "") });
  const one = await well("create", plain);
  const two = await other.well("create", plain);
  await remove(one);
  assert.equal(await machine.succeed("ls /var/lib/platform/scripts"), `${two.id}\n`);
  assert.deepEqual(await other.preview(plain, two), {});
  await other.remove(two);
  assert.equal(await machine.succeed("ls /srv/api"), "one\none.log\none.token\n");
  await machine.fail("ls /var/lib/platform/scripts");
});
