import assert from "node:assert/strict";
import { test } from "node:test";
import { type Properties, secret, text, type Value } from "../../../provider/grpc/values.ts";
import { digest } from "../../../provider/secrets.ts";
import { keepsSets, motd, onFakeHost, there, urn, valueIn } from "./fake-host.ts";
import { imported, note, refusal, stands, standsMotd, update } from "./importing.ts";

const set = urn("ConfigSet");

test("a file is imported as it stands, noted by the same up, and then no different", async () => {
  await onFakeHost(async (run, machine) => {
    standsMotd(machine);
    const kept = await imported(run, { files: ["/etc/motd"] });
    assert.match(kept.id, /^[0-9a-f]{16}$/);
    assert.deepEqual(kept.inputs, motd);
    assert.deepEqual(kept.properties, { ...motd, imported: note, format: 1 });
    keepsSets(machine, { "/etc/motd": "hello\n" });
    const wanted = {
      ...motd,
      validate: ["true"],
      activate: ["reload"],
      probe: ["ask"],
      adopt: "refuse",
    };
    const [noted, step] = await run.apply(set, wanted, kept);
    assert.deepEqual(step, update({ imported: "DELETE" }));
    const { stdin = "" } = machine.sent.at(-1) ?? {};
    assert.match(stdin, /\nIMPORTED='yes'\n/);
    assert.deepEqual(there(noted).properties, { ...wanted, format: 1, notedAs: set });
    const found = there(await run.refresh(there(noted)));
    assert.equal((await run.apply(set, wanted, found))[1].op, "same");
    assert.deepEqual(machine.verbs, ["look", "apply", "look"]);
    assert.equal(valueIn(machine.sent[1] ?? assert.fail(), "ID"), kept.id);
  });
});

test("a later change is an ordinary one", async () => {
  await onFakeHost(async (run, machine) => {
    standsMotd(machine);
    const kept = await imported(run, { files: ["/etc/motd"] });
    const [noted] = await run.apply(set, motd, kept);
    await run.apply(set, { ...motd, activate: ["reload"] }, noted);
    assert.match(machine.sent.at(-1)?.stdin ?? "", /\nIMPORTED=''\n/);
  });
});

test("what the program has otherwise is shown by the field, with the commands that it runs", async () => {
  await onFakeHost(async (run, machine) => {
    standsMotd(machine, "by hand\n");
    const kept = await imported(run, { files: ["/etc/motd"] });
    const [, step] = await run.apply(set, { ...motd, activate: ["reload"] }, kept, true);
    assert.deepEqual(step.changes, {
      imported: "DELETE",
      'files["/etc/motd"].content': "UPDATE",
      "activate[0]": "ADD",
    });
  });
});

test("a secret becomes a secret input, and is compared by its digest", async () => {
  await onFakeHost(async (run, machine) => {
    standsMotd(machine, "canary\n");
    const kept = await imported(run, { secrets: ["/etc/motd"] });
    const salt = kept.inputs["salt"] ?? assert.fail("there is no salt");
    assert.deepEqual(kept.inputs["files"], {
      "/etc/motd": {
        ...{ content: secret("canary\n"), mode: "0644", owner: "root:root" },
        digest: digest(salt, "canary\n"),
      },
    });
    const again = there(await run.refresh(kept));
    assert.deepEqual(again.properties["files"], kept.inputs["files"]);
    const files = (content: Value) => ({
      files: { "/etc/motd": { content, mode: "0644", owner: "root:root" } },
    });
    const same = { ...motd, ...files(secret("canary\n")) };
    assert.deepEqual((await run.apply(set, same, again, true))[1], update({ imported: "DELETE" }));
    const other = { ...motd, ...files(secret("other\n")) };
    assert.deepEqual((await run.apply(set, other, again, true))[1].changes, {
      imported: "DELETE",
      'files["/etc/motd"].digest': "UPDATE",
    });
    const shown = [...run.logs, JSON.stringify(machine.sent)];
    assert.ok(shown.every((text) => !text.includes("canary")));
  });
});

test("a large text is imported whole, and compared by its digest", async () => {
  await onFakeHost(async (run, machine) => {
    const large = "0123456789abcdef".repeat(5000);
    standsMotd(machine, large);
    const kept = await imported(run, { files: ["/etc/motd"] });
    const { content, digest: told } =
      (kept.inputs["files"] as Record<string, Properties>)["/etc/motd"] ?? {};
    assert.equal(content, large);
    assert.match(text(told), /^[0-9a-f]{32}$/);
    const wanted = {
      ...motd,
      files: { "/etc/motd": { content: large, mode: "0644", owner: "root:root" } },
    };
    assert.deepEqual((await run.apply(set, wanted, kept, true))[1], update({ imported: "DELETE" }));
  });
});

test("what cannot be a file of a set is refused by name, all at once", async () => {
  await onFakeHost(async (run, machine) => {
    const line = (id: string, path: string, type: string, content: string, owner = "root:root") => [
      ...["path", id, path, "0644", owner, type, content],
    ];
    stands(machine, (id) => [
      ["set", id],
      line(id, "/etc/folder", "directory", "-"),
      line(id, "/etc/link", "symbolic link", "-"),
      line(id, "/etc/binary", "regular file", "ff00"),
      line(id, "/etc/nul", "regular file", "6100"),
      line(id, "/etc/huge", "regular file", `=${"0".repeat(64)}`),
      line(id, "/etc/there", "regular file", ""),
    ]);
    const files = ["folder", "link", "binary", "nul", "huge", "missing"].map(
      (name) => `/etc/${name}`,
    );
    assert.equal(
      await refusal(run, { files, absent: ["/etc/there"] }),
      "nothing was imported: /etc/folder is a directory, and a set has plain files only; " +
        "/etc/link is a symbolic link, and a set has plain files only; " +
        "/etc/binary is not text in UTF-8, and a set has text only; " +
        "/etc/nul is not text in UTF-8, and a set has text only; /etc/huge is larger than 4 MiB; " +
        "/etc/missing is not there; /etc/there is there, and `absent` says that it is not",
    );
    stands(machine, (id) => [["set", id], line(id, "/etc/own", "regular file", "", "1000:root")]);
    assert.equal(
      await refusal(run, { files: ["/etc/own"] }),
      'nothing was imported: files["/etc/own"].owner must be a user and a group, as "root:root"',
    );
  });
});

test("a wrong path is refused before any machine is asked", async () => {
  await onFakeHost(async (run, machine) => {
    assert.equal(
      await refusal(run, { files: ["etc/motd"], absent: ["/etc/../a"] }),
      'nothing was imported: files["etc/motd"] "etc/motd" is not a plain absolute path; ' +
        'absent "/etc/../a" is not a plain absolute path',
    );
    const { errors } = await run.ask("Read", { urn: set, id: "0123456789abcdef" });
    assert.match(
      errors?.[0] ?? "",
      /the import id is refused, and no machine was asked: it is no URL/,
    );
    assert.equal(machine.opened, 0);
  });
});
