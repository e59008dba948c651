import assert from "node:assert/strict";
import { before, test } from "node:test";
import { type Existing, importId } from "../../components/host/index.ts";
import { type Properties, secret, text } from "../../provider/grpc/values.ts";
import { type Kept, type ProviderRun, withProvider } from "../support/host-provider.ts";
import { testMachine } from "../support/machine.ts";

const machine = await testMachine("components");
const { address, port, hostKey, instance } = machine;
const host = {
  ...{ name: "web", address, port, user: "root", hostKey, instance },
  ...{ release: "bookworm" as const },
};
const urn = (kind: string) => `urn:pulumi:test::platform::host:index:${kind}::imported`;
const set = urn("ConfigSet");

const large = "0123456789abcdef\n".repeat(5000);
const paths = ["conf", "large", "key"].map((name) => `/etc/imported/${name}`);
const [conf = "", big = "", key = ""] = paths;
const existing = { files: [conf, big], secrets: [key], absent: ["/etc/imported/gone"] };
const activate = ["sh -c 'echo x >>/run/imported'"];
const program = (more: Properties = {}): Properties => ({
  host,
  files: {
    [conf]: { content: "ümläut\n", mode: "0644", owner: "root:root" },
    [big]: { content: large, mode: "0644", owner: "root:root" },
    [key]: { content: secret("canary"), mode: "0600", owner: "root:adm" },
  },
  absent: ["/etc/imported/gone"],
  ...{ adopt: "refuse", validate: ["false"], activate, probe: [], deactivate: [] },
  ...more,
});

before(async () => {
  await machine.succeed(
    `mkdir -p /etc/imported; echo ümläut >${conf}; printf canary >${key}; cat >${big}`,
    large,
  );
  await machine.succeed(
    `chmod 600 ${key}; chgrp adm ${key}; touch -d @1 /etc/imported/*; rm -f /run/imported`,
  );
});

/** All that must not change, and how often the set was activated. */
const now = () =>
  machine.succeed(
    "stat -c '%n %i %Y %a %U:%G' /etc/imported/*; sha256sum /etc/imported/*; cat /run/imported 2>/dev/null | wc -l",
  );
/** What is noted of resources; `recover` is the host's own, and goes with the last set. */
const notes = () =>
  machine.succeed(
    "find /var/lib/platform -path '*/images' -prune -o '!' -type d -print | grep -vE '/(lock|owner|key|recover)$' || true",
  );

async function imported(run: ProviderRun, what: Existing, of = set): Promise<Kept> {
  const { response = {}, errors } = await run.ask("Read", { urn: of, id: importId(host, what) });
  assert.equal(errors, undefined);
  const found = response as unknown as { id: string; inputs: Properties; properties: Properties };
  return { urn: of, id: found.id, inputs: found.inputs, properties: found.properties };
}

const onlyNoted = { op: "update", changes: { imported: "DELETE" }, error: "" };

/** Reads it, and makes it as the program has it; gives what was done. */
async function step(run: ProviderRun, kept: Kept, inputs: Properties) {
  const found = (await run.refresh(kept)) ?? assert.fail("it is there");
  const [next, done] = await run.apply(kept.urn, inputs, found);
  return [next ?? assert.fail(), done] as const;
}

test("files are imported, noted without being touched, then no different, and stay when they are let go", async () => {
  const standing = await now();
  const noted = await notes();
  let kept = await withProvider((run) => imported(run, existing));
  assert.equal(await notes(), noted);
  await withProvider(async (run) => {
    const [next, done] = await step(run, kept, program());
    assert.deepEqual(done, onlyNoted);
    kept = next;
  });
  assert.equal(await now(), standing);
  assert.notEqual(await notes(), noted);
  await withProvider(async (run) => {
    const [next, done] = await step(run, kept, program());
    assert.equal(done.op, "same", JSON.stringify(done));
    await run.remove({ ...next, inputs: program({ validate: [], activate: [] }) });
  });
  const left = (text: string) => text.replace(/^(\S+) \d+ /gm, "$1 ");
  assert.equal(left(await now()), left(standing));
  assert.equal(await notes(), noted);
});

test("let go before it was noted, nothing happens on the machine", async () => {
  const standing = await now();
  await withProvider(async (run) => {
    const kept = await imported(run, existing);
    assert.equal((await run.remove(kept)).op, "delete");
  });
  assert.equal(await now(), standing);
});

test("what is changed by hand between import and note shows by the field, and up puts it right", async () => {
  await withProvider(async (run) => {
    const kept = await imported(run, existing);
    await machine.succeed(`echo x >>${conf}; echo x >>${big}; echo x >>${key}; chmod 644 ${key}`);
    const [next, done] = await step(run, kept, program({ validate: [], adopt: "replace" }));
    assert.deepEqual(done, {
      op: "update",
      changes: {
        imported: "DELETE",
        [`files["${conf}"].content`]: "UPDATE",
        [`files["${big}"].digest`]: "UPDATE",
        [`files["${key}"].digest`]: "UPDATE",
        [`files["${key}"].mode`]: "UPDATE",
        "activate[0]": "ADD",
      },
      error: "",
    });
    assert.equal(await machine.succeed(`cat ${conf} ${key} /run/imported`), "ümläut\ncanaryx\n");
    await run.remove(next);
  });
  assert.equal(await machine.succeed(`cat ${conf} ${key}`), "ümläut\nx\ncanaryx\n");
  await machine.succeed(
    `echo ümläut >${conf}; printf canary >${key}; chmod 600 ${key}; rm /run/imported; cat >${big}`,
    large,
  );
});

test("a probe that fails on what was imported is told, and nothing is touched", async () => {
  const [standing, noted] = [await now(), await notes()];
  await withProvider(async (run) => {
    const kept = await imported(run, existing);
    const [, done] = await step(run, kept, program({ probe: ["sh -c 'echo no; false'"] }));
    assert.equal(
      done.error,
      "no\ncomponents: imported: the imported files are as they are to be, but the service does not answer as it " +
        "should with them (see above), and nothing was changed: make them active by hand or correct `probe`, then run again\n",
    );
  });
  assert.deepEqual([await now(), await notes()], [standing, noted]);
});

test("what cannot be imported is refused by name, and so is the wrong release", async () => {
  await machine.succeed(
    "cd /etc/imported; mkdir folder; ln -s conf link; printf '\\377' >binary; truncate -s 5M huge",
  );
  await withProvider(async (run) => {
    const refusal = async (files: string[], release: "bookworm" | "trixie" = "bookworm") => {
      const id = importId(
        { ...host, release },
        { files: files.map((name) => `/etc/imported/${name}`) },
      );
      return (await run.ask("Read", { urn: set, id })).errors?.[0]?.replace(/^.* desc = /, "");
    };
    assert.equal(
      await refusal(["folder", "link", "binary", "huge", "missing"]),
      "nothing was imported: /etc/imported/folder is a directory, and a set has plain files only; " +
        "/etc/imported/link is a symbolic link, and a set has plain files only; " +
        "/etc/imported/binary is not text in UTF-8, and a set has text only; " +
        "/etc/imported/huge is larger than 4 MiB; /etc/imported/missing is not there",
    );
    assert.match(
      (await refusal(["conf"], "trixie")) ?? "",
      /components: the machine runs Debian bookworm but `release` says trixie: correct the option/,
    );
  });
  await machine.succeed("cd /etc/imported; rm -r folder link binary huge");
});

test("packages that are imported are only noted, and stay when they are let go", async () => {
  const of = urn("Packages");
  const versions = () =>
    machine.succeed("dpkg-query -W curl libc6; apt-mark showmanual; apt-mark showhold");
  const standing = await versions();
  const version = (await machine.succeed("dpkg-query -W -f '${Version}' curl")).trim();
  await withProvider(async (run) => {
    const kept = await imported(run, { packages: [{ name: "curl", version }, "libc6"] }, of);
    const inputs = { host, packages: { curl: version, libc6: "installed" }, held: [], sources: {} };
    const [next, done] = await step(run, kept, inputs);
    assert.deepEqual(done, onlyNoted);
    assert.equal(next.properties["changedAt"], kept.properties["changedAt"]);
    assert.match(text(next.properties["changedAt"]), /^20\d\d-\d\d-\d\dT/);
    const [last, again] = await step(run, next, inputs);
    assert.equal(again.op, "same");
    assert.equal((await run.remove(last)).error, "");
    assert.equal(await versions(), standing);
    const { errors } = await run.ask("Read", {
      urn: of,
      id: importId(host, { packages: ["no-such-package"] }),
    });
    assert.match(errors?.[0] ?? "", /nothing was imported: no-such-package is not installed$/);
  });
});

test("a unit that is imported is only noted, not restarted for its packages, and stays when it is let go", async () => {
  const of = urn("Unit");
  const standing = () =>
    machine.succeed("systemctl show --property=MainPID,UnitFileState,ActiveState ssh.service");
  const before = await standing();
  const later = (await machine.succeed("date -u +%FT%TZ")).trim();
  await withProvider(async (run) => {
    const kept = await imported(run, { unit: "ssh.service" }, of);
    const inputs = {
      ...{ host, unit: "ssh.service", enabled: true, active: true },
      ...{ ready: "true", restartAfter: later },
    };
    const [next, done] = await step(run, kept, inputs);
    assert.deepEqual(done, onlyNoted);
    const [last, again] = await step(run, next, inputs);
    assert.equal(again.op, "same");
    assert.equal((await run.remove(last)).error, "");
    assert.equal(await standing(), before);
    const { errors } = await run.ask("Read", {
      urn: of,
      id: importId(host, { unit: "no-such.service" }),
    });
    assert.match(
      errors?.[0] ?? "",
      /nothing was imported: there is no unit no-such\.service on the machine$/,
    );
  });
});
