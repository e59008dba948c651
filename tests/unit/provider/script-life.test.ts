import assert from "node:assert/strict";
import { test } from "node:test";
import { type Properties, secret, UNKNOWN } from "../../../provider/grpc/values.ts";
import type { Kept } from "../../support/host-provider.ts";
import {
  badly,
  FakeHost,
  host,
  manifest,
  onFakeHost,
  there,
  urn,
  valueIn,
  well,
} from "./fake-host.ts";

const object = urn("Script");
const text = 'apply() {\n  true\n}\ncheck() { true; }\n"$@" </dev/null\n';
const wanted: Properties = {
  host,
  script: text,
  values: { NAME: "news", TOKEN: secret("canary-token") },
  state: { title: "News" },
  timeoutSeconds: 300,
};
const other = { ...wanted, values: { NAME: "olds", TOKEN: secret("canary-token") } };

const base64 = (state: unknown) => Buffer.from(written(state)).toString("base64");

/** What a check prints: JSON, or lines that are given as they are. */
const written = (state: unknown) => (typeof state === "string" ? state : JSON.stringify(state));

/** A machine whose noted check tells `noted`, and a new one `live`. */
function machineThat(noted: unknown, live: unknown = noted): FakeHost {
  const machine = new FakeHost();
  const told = (id: string, state: unknown) =>
    manifest(["script", id, "whole", "0", base64(state)]);
  machine.change = (sent) => {
    machine.manifest = told(valueIn(sent, "ID"), noted);
    return well(`output state ${base64(noted)}\napplied\n`);
  };
  machine.look = () => {
    const sent = machine.sent.at(-1) ?? assert.fail();
    const id = valueIn(sent, "ID");
    return well(id === "" ? machine.manifest : told(id, live));
  };
  return machine;
}

/** A Script that was made on the machine by an earlier run. */
async function made(machine: FakeHost): Promise<Kept> {
  const [kept] = await onFakeHost((run) => run.apply(object, wanted), { machine });
  machine.sent.length = 0;
  return there(kept);
}

test("it is made, found as it was made, and left alone", async () => {
  const machine = machineThat({ title: "News" });
  await onFakeHost(
    async (run) => {
      const [kept, step] = await run.apply(object, wanted);
      assert.deepEqual([step.op, step.error], ["create", ""]);
      const found = there(await run.refresh(there(kept)));
      assert.deepEqual(found, kept);
      assert.equal((await run.apply(object, wanted, found))[1].op, "same");
      assert.deepEqual(machine.verbs, ["apply", "look"]);
    },
    { machine },
  );
});

test("what was applied and is still not as wanted is an error, without a secret, and done again", async () => {
  const machine = machineThat({ title: "Olds", token: "canary-token" });
  await onFakeHost(
    async (run) => {
      const [, step] = await run.apply(object, wanted);
      const fault = "check told a secret as it is: let it tell what `digest` makes of it";
      assert.equal(step.error, `forum: web: applied, but ${fault}\n`);
    },
    { machine },
  );
  const without = machineThat({ title: "Olds" });
  await onFakeHost(
    async (run) => {
      const [half, { error }] = await run.apply(object, wanted);
      const said =
        'forum: web: applied, but check says {"title":"Olds"}, and that is not as wanted: state.title';
      assert.equal(error, `${said}\n`);
      assert.equal(there(half).properties["unfinished"], said);
      const [, { changes }] = await run.apply(object, wanted, half, true);
      assert.deepEqual(changes, { "state.title": "UPDATE", unfinished: "DELETE" });
    },
    { machine: without },
  );
});

test("a script that fails is told in its words, without a secret", async () => {
  const machine = new FakeHost();
  machine.change = () => badly("for canary-token\nforum: the API is away\n");
  await onFakeHost(
    async (run) => {
      const [kept, step] = await run.apply(object, wanted);
      assert.equal(step.error, "for [secret]\nforum: the API is away\n");
      assert.equal(kept, undefined);
    },
    { machine },
  );
});

/** What a preview of changed inputs shows, and what it sent. */
async function preview(machine: FakeHost, kept: Kept, inputs: Properties, env = {}) {
  return onFakeHost(
    async (run) => {
      const found = there(await run.refresh(kept));
      const [, { changes, error }] = await run.apply(object, inputs, found, true);
      assert.equal(error, "");
      return changes;
    },
    { machine, env },
  );
}

test("with other values or another text, what is compared is what the new check tells", async () => {
  const machine = machineThat({ title: "News" }, { extra: 1 });
  const kept = await made(machine);
  const shown = { "state.extra": "DELETE", "state.title": "ADD" };
  assert.deepEqual(await preview(machine, kept, other), { "values.NAME": "UPDATE", ...shown });
  assert.deepEqual(machine.verbs, ["look", "look"]);
  assert.match(machine.sent[1]?.stdin ?? "", /\nVALUES='NAME='\\''olds'\\''\n/);
  assert.deepEqual(await preview(machine, kept, { ...wanted, script: `# new\n${text}` }), {
    script: "UPDATE",
    ...shown,
  });
});

test("what a machine has to say of a change beforehand is a warning, and only of a change", async () => {
  const machine = machineThat(
    { title: "News" },
    '{"title":"News"}\ntold {"warning":"it is too late"}\n',
  );
  const kept = await made(machine);
  await onFakeHost(
    async (run) => {
      const found = there(await run.refresh(kept));
      await run.apply(object, wanted, found, true);
      assert.deepEqual(run.logs, []);
      await run.apply(object, other, found, true);
      assert.deepEqual(run.logs, ["warning: forum: it is too late"]);
    },
    { machine },
  );
});

test("the new check is not asked when nothing of it changed, or not all of it is known", async () => {
  const machine = machineThat({ title: "News" }, {});
  const kept = await made(machine);
  assert.deepEqual(await preview(machine, kept, { ...wanted, state: { title: "Olds" } }), {
    "state.title": "UPDATE",
  });
  const later = { ...wanted, values: { ...(wanted["values"] as Properties), NAME: UNKNOWN } };
  assert.deepEqual(await preview(machine, kept, later), { "values.NAME": "UPDATE" });
  assert.deepEqual(machine.verbs, ["look", "look"]);
  assert.deepEqual(await preview(machine, kept, other, { PLATFORM_OFFLINE: "1" }), {
    "values.NAME": "UPDATE",
  });
  assert.deepEqual(machine.verbs, ["look", "look"]);
});

test("a machine that does not answer, and a new check that tells nothing, leave what is known", async () => {
  const machine = machineThat({ title: "News" });
  const kept = await made(machine);
  machine.refusal = "ssh: connect to host 192.0.2.7 port 2222: Connection refused";
  const opened = machine.opened;
  assert.deepEqual(await preview(machine, kept, other), {
    unverified: "DELETE",
    "values.NAME": "UPDATE",
  });
  assert.equal(machine.opened - opened, 1); // it is not asked once more
  machine.refusal = undefined;
  const look = machine.look;
  machine.look = () => {
    const sent = machine.sent.at(-1) ?? assert.fail();
    const id = valueIn(sent, "ID");
    return id === "" ? look() : well(manifest(["script", id, "whole", "1", ""]));
  };
  assert.deepEqual(await preview(machine, kept, other), { "values.NAME": "UPDATE" });
  assert.deepEqual(machine.verbs, ["look", "look"]);
});

test("it cannot be imported, and that is said in a sentence", async () => {
  await onFakeHost(async (run, machine) => {
    const { errors } = await run.ask("Read", { urn: object, id: "ssh://root@192.0.2.7/" });
    assert.deepEqual(errors, [
      "rpc error: code = Unknown desc = this cannot be imported: declare it and run `up`",
    ]);
    assert.equal(machine.opened, 0);
  });
});
