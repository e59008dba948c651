import assert from "node:assert/strict";
import { test } from "node:test";
import { dataDirectory } from "../../../provider/data-directory.ts";
import { difference } from "../../../provider/difference.ts";
import type { Properties } from "../../../provider/grpc/values.ts";
import { parseManifest } from "../../../provider/manifest.ts";
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

const state: Properties = { host, path: "/srv/forum", mode: "0750", owner: "1000:www-data" };
const limited: Properties = { ...state, quota: "10 MiB" };

/** What look.sh prints of a directory that is as it should be, but for these words. */
function line({
  state = "whole",
  lost = "-",
  quota = "0",
  is = "750\t1000\tops\t33\twww-data",
} = {}) {
  return ["data", "a", "/srv/forum", state, lost, quota, ...is.split("\t")];
}

function observe(words: readonly string[], inputs = state): Properties | undefined {
  return dataDirectory.observe(parseManifest(manifest(words)), "a", inputs, inputs);
}

/** The changes that would bring the directory back to these inputs. */
function changes(words: readonly string[], inputs = state) {
  return difference(observe(words, inputs) ?? {}, inputs, dataDirectory.inputs);
}

/** What Check has against the inputs, as `property: reason`. */
function problems(more: Properties): string[] {
  const { failures } = dataDirectory.check({ ...state, ...more }, {});
  return failures.map(({ property, reason }) => `${property}: ${reason}`);
}

test("a directory of its own is accepted, with owners by name or number and a quota", () => {
  for (const path of [
    "/data",
    "/srv/forum",
    "/var/discourse/shared/standalone",
    "/var/lib/postgresql",
    "/var/opt/gitlab",
    "/home/git",
    "/mnt/disk/forum",
    "/etcetera",
    "/user",
  ]) {
    assert.deepEqual(problems({ path }), [], path);
  }
  for (const owner of ["root:root", "1000:1000", "www-data:0", "0:_apt"]) {
    assert.deepEqual(problems({ owner }), [], owner);
  }
  assert.deepEqual(problems({ quota: "50 GiB" }), []);
});

test("a directory of the system's is refused, and one that is too broad", () => {
  for (const path of [
    ...["/bin", "/boot", "/dev/shm/x", "/etc", "/etc/forum", "/home", "/lib", "/lib64", "/media"],
    ...["/mnt", "/opt", "/proc/1", "/root", "/run/forum", "/sbin", "/srv", "/sys", "/tmp/forum"],
    ...["/usr", "/usr/local/forum", "/var", "/var/lib", "/var/log", "/var/opt", "/var/tmp/x"],
    ...["/var/cache/x", "/var/run", "/var/lib/platform", "/var/lib/platform/data"],
  ]) {
    assert.deepEqual(problems({ path }), [
      `path: ${path} is the system's, or too broad: give the data a directory of its own, such as /srv/forum`,
    ]);
  }
  for (const path of ["/", "/srv/../etc", "srv/a", "/srv/a/", "/srv/a b"]) {
    assert.deepEqual(problems({ path }), [`path: "${path}" is not a plain absolute path`]);
  }
});

test("each field that is wrong is told", () => {
  assert.deepEqual(problems({ mode: "750", owner: "root", quota: "50 GB" }), [
    'mode: must have four octal digits, as "0750"',
    'owner: must be a user and a group, by name or number, as "root:root" or "1000:1000"',
    'quota: must be a size, as "50 GiB"',
  ]);
});

test("a directory that is as it should be differs in nothing", () => {
  assert.deepEqual(observe(line()), state);
  assert.deepEqual(observe(line({ quota: "10240" }), limited), limited);
  assert.deepEqual(changes(line()), {});
});

test("an owner is told by name or by number, as it is wanted, and by number when it has no name", () => {
  const owner = (wanted: string, is: string) =>
    observe(line({ is }), { ...state, owner: wanted })?.["owner"];
  assert.equal(owner("ops:33", "750\t1000\tops\t33\twww-data"), "ops:33");
  assert.equal(owner("1000:www-data", "750\t1001\tother\t34\tbackup"), "1001:backup");
  assert.equal(owner("ops:ops", "750\t1001\tUNKNOWN\t1002\tUNKNOWN"), "1001:1002");
});

test("mode, owner and quota that were changed by hand are told", () => {
  assert.deepEqual(changes(line({ is: "0\t1000\tops\t0\troot" })), {
    mode: "update",
    owner: "update",
  });
  assert.equal(observe(line({ is: "0\t0\troot\t0\troot" }))?.["mode"], "0000");
  assert.equal(observe(line({ is: "4755\t0\troot\t0\troot" }))?.["mode"], "4755");
  assert.deepEqual(changes(line(), limited), { quota: "add" });
  assert.deepEqual(changes(line({ quota: "10240" })), { quota: "delete" });
  assert.equal(observe(line({ quota: "10241" }), limited)?.["quota"], "10241 KiB");
  assert.equal(observe(line({ quota: "1048576" }), limited)?.["quota"], "1 GiB");
});

test("a directory that is lost says what happened, and has neither mode nor owner when it is gone", () => {
  const lost = "/srv/forum was on / (ext4 00106303-af81-4a0d-8ea8-40e78ae6f166) and is gone";
  assert.deepEqual(observe(line({ lost, is: "-" })), { host, path: "/srv/forum", lost });
  assert.deepEqual(changes(line({ lost, is: "-" })), { mode: "add", owner: "add", lost: "delete" });
  assert.deepEqual(changes(line({ lost })), { lost: "delete" });
  assert.deepEqual(
    dataDirectory.observe(parseManifest(manifest(line())), "a", { ...state, lost }, state),
    state,
  );
});

test("a change that was broken off is told until it is finished", () => {
  const unfinished = "a change was broken off before the directory stood";
  assert.deepEqual(observe(line({ state: "broken" })), { ...state, unfinished });
  assert.deepEqual(observe(line({ state: "broken", is: "-" })), {
    host,
    path: "/srv/forum",
    unfinished,
  });
});

test("a directory that another resource owns, or nobody, is gone", () => {
  const found = parseManifest(manifest(line()));
  assert.equal(dataDirectory.observe(found, "b", state, state), undefined);
  assert.equal(dataDirectory.observe(parseManifest(manifest()), "a", state, state), undefined);
});

test("another path is another resource; anything else changes in place", () => {
  const replacing = dataDirectory.inputs.filter((path) => dataDirectory.replaces?.(path));
  assert.deepEqual(replacing, ["path"]);
});

test("a path belongs to one resource of a run, be it files or data", async () => {
  await onFakeHost(async (run) => {
    const check = async (kind: Parameters<typeof urn>[0], name: string, news: Properties) =>
      (await run.ask("Check", { urn: urn(kind, name), news, olds: {} })).response?.["failures"];
    assert.equal(await check("DataDirectory", "first", state), undefined);
    const reason = "/srv/forum on forum belongs to first already: take it out of one of the two";
    assert.deepEqual(await check("DataDirectory", "second", state), [{ property: "path", reason }]);
    const inside = { ...state, path: "/srv/forum/uploads" };
    assert.equal(await check("DataDirectory", "inside", inside), undefined);
    const file = { content: "", mode: "0644", owner: "root:root" };
    const set = { host, files: { "/srv/forum/app.yml": file }, absent: [], adopt: "replace" };
    assert.equal(await check("ConfigSet", "set", set), undefined);
    assert.deepEqual(await check("ConfigSet", "file", { ...set, files: { "/srv/forum": file } }), [
      { property: 'files["/srv/forum"]', reason },
    ]);
  });
});

test("the script is sent plain words, the quota in KiB, and the places that are not for data", () => {
  const { files, values, timeoutSeconds } = dataDirectory.script({ ...state, quota: "2 GiB" });
  assert.deepEqual(
    files.map(({ pathname }) => pathname.split("/").at(-1)),
    ["place.sh", "quota.sh", "data-directory.sh"],
  );
  const { SYSTEM, ...rest } = values;
  assert.deepEqual(rest, {
    DIRECTORY: "/srv/forum",
    MODE: "0750",
    OWNED_BY: "1000:www-data",
    QUOTA: "2097152",
  });
  assert.match(String(SYSTEM), /^\^\/\(bin\|boot\|.*\|srv\|/);
  assert.equal(timeoutSeconds, 900);
  assert.equal(dataDirectory.script(state).values["QUOTA"], "");
});

test("no variable of the script is one that every change has", async () => {
  await onFakeHost(async (run, machine) => {
    await run.apply(urn("DataDirectory"), state);
    const [sent = assert.fail()] = machine.sent;
    for (const [name, value] of Object.entries(dataDirectory.script(state).values)) {
      assert.equal(valueIn(sent, name), value, name);
    }
  });
});

test("a refusal is not held against a directory that is back", async () => {
  const machine = new FakeHost();
  const step = <T>(work: Parameters<typeof onFakeHost<T>>[0]) => onFakeHost(work, { machine });
  const told = (id: string, more = {}) => manifest(["data", id, ...line(more).slice(2)]);
  machine.change = (sent) => {
    machine.manifest = told(valueIn(sent, "ID"));
    return well();
  };
  const [made] = await step((run) => run.apply(urn("DataDirectory"), state));
  const { id } = there(made);
  const lost = "/srv/forum was on / (ext4 1) and is gone";
  machine.manifest = told(id, { lost, is: "-" });
  machine.change = () => badly(`web: ${lost}\n`);
  const kept = await step(async (run) => {
    const found = there(await run.refresh(there(made)));
    assert.equal(found.properties["lost"], lost);
    const [still, { error }] = await run.apply(urn("DataDirectory"), state, found);
    assert.equal(error, `web: ${lost}\n`);
    assert.equal(there(still).properties["unfinished"], `web: ${lost}`);
    return there(still);
  });
  machine.manifest = told(id);
  const back = there(await step((run) => run.refresh(kept)));
  assert.deepEqual(back.properties, { ...state, format: 1, notedAs: urn("DataDirectory") });
});
