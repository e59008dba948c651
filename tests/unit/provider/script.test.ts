import assert from "node:assert/strict";
import { test } from "node:test";
import { difference } from "../../../provider/difference.ts";
import {
  isSecret,
  type Properties,
  reveal,
  secret,
  UNKNOWN,
} from "../../../provider/grpc/values.ts";
import { parseManifest } from "../../../provider/manifest.ts";
import { script } from "../../../provider/script.ts";
import { digest } from "../../../provider/secrets.ts";
import { host, manifest } from "./fake-host.ts";

const text = 'apply() {\n  true\n}\n\ncheck() { say "{}"; }\n\n"$@" </dev/null\n';
const wanted: Properties = {
  host,
  script: text,
  values: { NAME: "news" },
  state: { title: "News", more: { tags: ["a", "b"], open: true, rank: 3 } },
  timeoutSeconds: 300,
};

/** What Check has against the inputs, as `property: reason`. */
function problems(more: Properties): string[] {
  const { failures } = script.check({ ...wanted, ...more }, {});
  return failures.map(({ property, reason }) => `${property}: ${reason}`);
}

/** The line of look.sh for what a check told. */
function line(told: string | Buffer, { code = "0", words = "", state = "whole" } = {}): string[] {
  const base64 = (one: string | Buffer) => Buffer.from(one).toString("base64");
  return ["script", "a", state, code, base64(told), base64(words)];
}

function observe(words: string[], state = wanted, inputs = state): Properties | undefined {
  return script.observe(parseManifest(manifest(words)), "a", state, inputs);
}

/** The changes that would bring what a check told back to what is wanted. */
function changes(told: unknown, state = wanted) {
  return difference(observe(line(JSON.stringify(told)), state) ?? {}, state, script.inputs);
}

test("a script has the two verbs and ends by running one; values are those of variables", () => {
  assert.deepEqual(problems({}), []);
  assert.deepEqual(
    problems({ values: { A: "", B_2: ["x", "y"], C: secret("s"), D: UNKNOWN } }),
    [],
  );
  assert.deepEqual(problems({ script: 'remove() { true; }\n"$@"\n' }), [
    "script: does not define `apply() { … }`",
    "script: does not define `check() { … }`",
    'script: does not end with the line `"$@" </dev/null`, which runs its verb',
  ]);
  assert.deepEqual(problems({ script: text.replace("true", "\0") }), [
    "script: is no text, for it has a NUL character",
  ]);
  const values = { name: "", "A-B": "", PATH: "", SALT: "", A: 1, B: [true], C: secret("x\0") };
  assert.deepEqual(problems({ values }), [
    "values.name: is not a variable's name: it has upper case letters, digits and underscores",
    "values.A-B: is not a variable's name: it has upper case letters, digits and underscores",
    "values.PATH: means something else already: choose another name",
    "values.SALT: means something else already: choose another name",
    "values.A: must be a text or a list of texts (a NUL character is none)",
    "values.B: must be a text or a list of texts (a NUL character is none)",
    "values.C: must be a text or a list of texts (a NUL character is none)",
  ]);
  assert.deepEqual(problems({ values: [], state: "on", timeoutSeconds: 0 }), [
    "values: must be an object, by variable",
    "state: must be an object, as `check` tells one",
    "timeoutSeconds: must be a number of seconds",
  ]);
});

test("what is secret in the state is a salted digest, at any depth, and stands there no more", () => {
  const state = {
    key: secret("canary-key"),
    deep: { list: ["plain", secret("canary-item")], number: secret(7), none: null },
    whole: secret({ on: true, name: "canary-name", none: null }),
    later: secret(UNKNOWN),
  };
  const { inputs } = script.check({ ...wanted, state }, {});
  const { salt = "" } = inputs;
  assert.ok(isSecret(salt));
  assert.deepEqual(inputs["state"], {
    key: digest(salt, "canary-key"),
    deep: { list: ["plain", digest(salt, "canary-item")], number: digest(salt, "7") },
    whole: { on: digest(salt, "true"), name: digest(salt, "canary-name") },
    later: UNKNOWN,
  });
  assert.deepEqual(script.check({ ...wanted, state }, inputs).inputs, inputs);
  assert.deepEqual(script.check(wanted, inputs).inputs["salt"], salt);
  assert.deepEqual(script.check(wanted, {}).inputs, wanted);
});

test("what a check tells is compared down to the field, and what it tells besides is too much", () => {
  const { title, more } = wanted["state"] as { title: string; more: Properties };
  assert.deepEqual(changes({ title, more }), {});
  assert.deepEqual(changes({ more: { ...more, none: null }, title, none: null }), {});
  assert.deepEqual(changes({ title: "Olds", more: { ...more, tags: ["a", "c"], rank: "3" } }), {
    "state.title": "update",
    "state.more.tags[1]": "update",
    "state.more.rank": "update",
  });
  assert.deepEqual(changes({ more: { ...more, extra: { deep: [] } }, other: 1 }), {
    "state.title": "add",
    "state.more.extra": "delete",
    "state.other": "delete",
  });
  assert.deepEqual(changes({}), { "state.title": "add", "state.more": "add" });
});

test("an answer that is none is a mark, and the state stays as it was", () => {
  const marked = (words: string[]) => {
    const { unverified, ...rest } = observe(words) ?? {};
    assert.deepEqual(rest, wanted);
    return unverified;
  };
  for (const [told, shown] of [
    ["", '""'],
    ["junk\n", '"junk\\n"'],
    ["[]", '"[]"'],
    ["null", '"null"'],
    ['"x"', '"\\"x\\""'],
    ['{"a":1} {"b":2}', '"{\\"a\\":1} {\\"b\\":2}"'],
  ] as const) {
    assert.equal(marked(line(told)), `check told no JSON object, but ${shown}`);
  }
  const noText = Buffer.from('{"a":"\xff"}', "latin1");
  assert.equal(marked(line(noText)), 'check told no JSON object, but "{\\"a\\":\\"\ufffd\\"}"');
  const large = `{"a":"${"x".repeat(65_536)}"}`.slice(0, 65_537);
  assert.equal(marked(line(large)), "check told more than 64 KiB");
  assert.equal(marked(line("{}", { code: "3" })), "check ended with 3");
  assert.equal(marked(line("", { code: "1", words: "no API\n" })), "check ended with 1: no API");
  assert.equal(marked(line("{}", { code: "124" })), "check did not end within 20 s");
  assert.equal(marked(["script", "a", "whole"]), "check could not be run");
});

test("no secret comes into the state or a mark, however a check tells it", () => {
  const state = { ...wanted, values: { TOKEN: secret('canary "quoted"') } };
  const fault = "check told a secret as it is: let it tell what `digest` makes of it";
  const told = JSON.stringify({ token: 'canary "quoted"' });
  assert.equal(observe(line(told), state)?.["unverified"], fault);
  assert.equal(observe(line(told), wanted, state)?.["unverified"], fault);
  assert.equal(observe(line('canary "quoted"'), state)?.["unverified"], fault);
  const words = 'no canary "quoted" here';
  const failed = observe(line("", { code: "1", words }), state);
  assert.equal(failed?.["unverified"], "check ended with 1: no [secret] here");
});

test("a change that was broken off is told, and a failed one is told until it is done again", () => {
  const told = JSON.stringify(wanted["state"]);
  const unfinished = "a change was broken off before its script had ended";
  assert.deepEqual(observe(line(told, { state: "broken" })), { ...wanted, unfinished });
  const failed = { ...wanted, unfinished: "the forum did not answer" };
  assert.deepEqual(observe(line(told), failed, wanted), failed);
  assert.deepEqual(observe(line(told, { state: "broken" }), failed, wanted), failed);
  const found = parseManifest(manifest(line(told)));
  assert.equal(script.observe(found, "b", wanted, wanted), undefined);
});

test("what was applied and is not as wanted is named by its fields, with what the check says", () => {
  const objection = (said: string) => script.objection?.(said, wanted);
  const said = (told: string) => `output state ${Buffer.from(told).toString("base64")}\napplied\n`;
  assert.equal(objection(said(JSON.stringify(wanted["state"]))), undefined);
  assert.equal(
    objection(said('{ "title": "Olds", "extra": 1 }')),
    'check says {"extra":1,"title":"Olds"}, and that is not as wanted: state.extra, state.more, state.title',
  );
  assert.equal(objection(said("junk")), 'check told no JSON object, but "junk"');
  assert.equal(objection("applied\n"), 'check told no JSON object, but ""');
});

test("the machine is sent the text, its values as assignments, and the state in canonical JSON", () => {
  const { inputs } = script.check({ ...wanted, values: { B: ["x", "it's"], A: secret("k") } }, {});
  const { values, timeoutSeconds } = script.script(inputs);
  assert.deepEqual(values, {
    SCRIPT: text,
    VALUES: "B=('x' 'it'\\''s')\nA='k'\n",
    SALT: reveal(inputs["salt"] ?? ""),
    WANTED: '{"more":{"open":true,"rank":3,"tags":["a","b"]},"title":"News"}',
    TIMEOUT: "300",
  });
  assert.equal(timeoutSeconds, 390);
});
