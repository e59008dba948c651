import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { type Properties, secret } from "../../provider/grpc/values.ts";
import { launched, setOf, setScript } from "../support/faults.ts";
import { withProvider } from "../support/host-provider.ts";
import { testMachine } from "../support/machine.ts";

const machine = await testMachine("faults");
const { address, port, hostKey, instance } = machine;
const host = { name: "web", address, port, user: "root", hostKey, instance, release: "bookworm" };
const canary = "canary-of-a-full-disk";

/** Changes a set from one side to another while a file system has more and more room; gives what was said each time. */
async function fillingUp(full: string, step: number, texts: Readonly<Record<"a" | "b", string>>) {
  for (const [name, text] of Object.entries(texts)) {
    await machine.succeed(`cat >/run/full/${name}`, launched("apply", text).text);
  }
  const said = await machine.succeed(`bash /run/full/loop ${full} ${step}`);
  return said
    .trim()
    .split("\n")
    .map((line) => /^(\d+) (\w+): (.*)$/.exec(line)?.slice(1) ?? assert.fail(line));
}

/** The script as it would be if what it asks for first had just been used up by somebody else. */
function unreserved(text: string): string {
  const changed = text.replace(/^ {2}need_space$/m, "");
  assert.notEqual(changed, text);
  return changed;
}

const apply = (text: string) => {
  const { command, text: sent } = launched("apply", text);
  return machine.run(command, sent);
};

async function removed(inputs: Properties): Promise<void> {
  const { command, text } = launched("remove", setScript(inputs));
  await machine.succeed(command, text);
}

/** Two sides of a set: one has more, and takes the place of a file of others. */
function sides(folder: string) {
  const [a, precious, b] = ["a", "precious", "new/b"].map((name) => `${folder}/${name}`);
  const one = setOf({ [a ?? ""]: "one\n" });
  const two = setOf({
    [a ?? ""]: "two\n".repeat(2000),
    [precious ?? ""]: "ours\n",
    [b ?? ""]: "b\n",
  });
  return { one, two, paths: [a, precious, b, ""].join("\n") };
}

test("notes for which there is no room at any step leave one side whole, and are made with room", async () => {
  const loop = await readFile(new URL("full-disk.sh", import.meta.url), "utf8");
  await machine.succeed("mkdir -p /run/full /etc/full; cat >/run/full/loop", loop);
  await machine.succeed("head -c 9000 /dev/zero | tr '\\0' p >/etc/full/precious");
  await machine.succeed("mount -t tmpfs -o size=400k,mode=0700 tmpfs /var/lib/platform");
  const { one, two, paths } = sides("/etc/full");
  await machine.succeed("cat >/run/full/paths", paths);
  const texts = { a: unreserved(setScript(one)), b: unreserved(setScript(two)) };
  const said = await fillingUp("/var/lib/platform", 4, texts);
  assert.match(said.map(([, side]) => side).join(""), /^a{3,}b*$/);
  for (const [, , words] of said) {
    assert.match(
      words ?? "",
      /No space left on device\|(?:.*\|)?faults: \/var\/lib\/platform is full: make room there, then run again\|$/,
    );
  }
});

test("a change for whose notes there is too little room is refused before anything is written", async () => {
  const { one, two } = sides("/etc/full");
  const said = await fillingUp("/var/lib/platform", 48, { a: setScript(one), b: setScript(two) });
  const words = said.map(([, side, refusal = ""]) => [
    side,
    refusal.replace(/\d+ KiB free/, "# KiB free"),
  ]);
  const unwritable =
    "main: line #: printf: write error: No space left on device|faults: /var/lib/platform cannot be written to (see " +
    "above), so nothing was changed: make room there, then run again|faults: /var/lib/platform is full: make room " +
    "there, then run again|";
  const refused =
    "faults: steps: /var/lib/platform/ has # KiB free and 140 KiB are needed, so nothing was changed: No space left on " +
    "device. Make room there, then run again|";
  const first = (words[0]?.[1] ?? "").replace(/line \d+/, "line #");
  assert.deepEqual([words[0]?.[0], first], ["a", unwritable]);
  assert.deepEqual(words.slice(1), Array(words.length - 1).fill(["a", refused]));
  assert.equal(words.length, 3);
  await removed(two);
});

test("what a killed change has left is put back when not even who is at work can be noted", async () => {
  const { one, two } = sides("/etc/full");
  const fill =
    ": >/var/lib/platform/owner; cat /dev/zero >/var/lib/platform/fill 2>/dev/null || true";
  const killed = {
    ...two,
    activate: [fill, "kill -KILL $(cut -d ' ' -f 4 /proc/$PPID/stat); sleep 1"],
  };
  const left = "rm /var/lib/platform/fill; ls /var/lib/platform/sets; ls /etc/full";
  assert.equal((await apply(setScript(killed))).code, 137);
  assert.equal(await machine.succeed(left), "precious\n");
  assert.equal((await apply(setScript(one))).code, 0);
  assert.equal((await apply(setScript(killed))).code, 137);
  assert.equal(await machine.succeed(`${left}; cat /etc/full/a`), "57e9\na\nprecious\none\n");
  assert.equal((await apply(setScript(two))).code, 0);
  await removed(two);
});

test("a file system of the files that is full leaves one side whole, too", async () => {
  await machine.succeed(
    "umount /var/lib/platform; mkdir /srv/full; mount -t tmpfs -o size=128k tmpfs /srv/full; cp /etc/full/precious /srv/full",
  );
  const { one, two, paths } = sides("/srv/full");
  await machine.succeed("cat >/run/full/paths", paths);
  const texts = { a: unreserved(setScript(one)), b: unreserved(setScript(two)) };
  const said = await fillingUp("/srv/full", 4, texts);
  assert.deepEqual(new Set(said.map(([, side]) => side)), new Set(["a"]));
  assert.ok(said.length >= 4, `${said.length}`);
  for (const [, , words] of said) {
    assert.match(words ?? "", /faults: \/srv\/full is full: make room there, then run again\|$/);
  }
  await removed(two);
  assert.equal(
    await machine.succeed("ls -A /srv/full; umount /srv/full; rmdir /srv/full"),
    "precious\n",
  );
});

test("what is decided and not noted yet tells no secret, for one may not be noted as such", async () => {
  const files = { "/etc/full/key": `${canary}\n` };
  const open = setOf(files);
  const hidden = { ...setOf(files, { salt: "5a17" }) };
  hidden["files"] = {
    "/etc/full/key": {
      content: secret(`${canary}, new\n`),
      mode: "0600",
      owner: "root:root",
    },
  };
  assert.equal((await apply(setScript(open))).code, 0);
  const broken = setScript(hidden).replace(/^ {2}note secrets/m, "  false$&");
  assert.equal((await apply(broken)).code, 1);
  const before = { ...open, host };
  const kept = { urn: "urn:a::b::host:index:ConfigSet::c", id: "57e9", inputs: before };
  const read = async () =>
    (await withProvider((run) => run.refresh({ ...kept, properties: before })))?.properties;
  const { files: told, unfinished } = (await read()) ?? {};
  assert.deepEqual(told, {});
  assert.equal(unfinished, "a change was broken off before its service had taken it");
  assert.equal((await apply(setScript(hidden))).code, 0);
  assert.deepEqual((await read())?.["files"], {
    "/etc/full/key": { content: "(secret)", mode: "0600", owner: "root:root" },
  });
  await removed(hidden);
  await machine.succeed("rm -r /run/full /etc/full /run/platform");
});
