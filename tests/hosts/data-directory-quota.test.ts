import assert from "node:assert/strict";
import { test } from "node:test";
import { DataDirectory } from "../../components/host/index.ts";
import { dataOn } from "../support/data-directory.ts";
import { exampleHost } from "../support/host.ts";
import { testMachine } from "../support/machine.ts";
import { applyOn, runOn } from "../support/scripts.ts";

const machine = await testMachine("components");
const { inputs, up, well, preview, remove } = dataOn(machine);
const wanted = inputs("/srv/data", { quota: "10 MiB" });
const fakes = ["findmnt", "lsattr", "chattr", "repquota", "setquota"].map(
  (name) => `/usr/local/sbin/${name}`,
);
const clear = () => machine.succeed(`rm -rf /srv/data /run/quota ${fakes.join(" ")}`);

test("without its tools, or on a file system that limits no directory, a quota is refused", async () => {
  assert.equal(
    (await up(wanted))[1].error,
    "components: data: `quota` needs setquota, and the machine has none: install the package quota\n",
  );
  const build = () =>
    new DataDirectory("data", { host: exampleHost(), path: "/srv/data", quota: "10 MiB" });
  const { commands, results } = await applyOn(machine, build);
  assert.deepEqual(
    results.map(({ name, code }) => [name, code]),
    [
      ["data-quota", 0],
      ["data", 1],
    ],
  );
  assert.match(
    results[1]?.stderr ?? "",
    /^components: data: \/srv\/data would be on \/, overlay mounted with rw,\S+, which limits no directory: give that mount the option prjquota in \/etc\/fstab and boot \(ext4 needs `tune2fs -O project,quota -Q prjquota` on it before, while it is not mounted\), or take `quota` out\n$/,
  );
  for (const command of commands) await runOn(machine, command, "delete");
  await machine.fail("test -e /srv/data || ls /var/lib/platform/data/* || command -v setquota");
});

// No kernel of a container has project quotas for sure: here, the tools are stand-ins that keep a project's limit in
// /run/quota and print what the real ones (Debian 12: quota 4.06, e2fsprogs 1.47) were recorded to print on ext4.
const standIns: Readonly<Record<string, string>> = {
  findmnt: `#!/bin/sh
case $* in
  *FSTYPE,OPTIONS*) printf '/srv ext4 %s\\n' "$(cat /run/quota/options)" ;;
  *OPTIONS*) printf '/srv %s\\n' "$(cat /run/quota/options)" ;;
  *) echo '/srv ext4 00106303-af81-4a0d-8ea8-40e78ae6f166 /dev/sdb' ;;
esac
`,
  chattr: `#!/bin/sh
printf '%s\\n' "$*" >>/run/quota/chattr
echo "$2" >/run/quota/number
`,
  lsattr: `#!/bin/sh
printf '%5s --------------e----P-- %s\\n' "$(cat /run/quota/number)" "$2"
`,
  setquota: `#!/bin/sh
[ "$1 $3 $5 $6 $7" = "-P $4 0 0 /srv" ] || exit 1
echo "$3" >/run/quota/limit
`,
  repquota: `#!/bin/sh
[ "$*" = "-P -n -O csv /srv" ] || exit 1
cat <<END
Project,BlockStatus,FileStatus,BlockUsed,BlockSoftLimit,BlockHardLimit,BlockGrace,FileUsed,FileSoftLimit,FileHardLimit,FileGrace
#0,ok,ok,13,0,0,,2,0,0,
#$(cat /run/quota/number),ok,ok,$(cat /run/quota/used),$(cat /run/quota/limit),$(cat /run/quota/limit),,3,0,0,
END
`,
};

async function fakeQuotas(): Promise<void> {
  await machine.succeed(
    "mkdir -p /run/quota; cd /run/quota; echo rw,relatime,prjquota >options; echo 3 >used; echo 0 >limit; echo 0 >number",
  );
  for (const [name, text] of Object.entries(standIns)) {
    await machine.succeed(`cat >/usr/local/sbin/${name}; chmod 755 /usr/local/sbin/${name}`, text);
  }
}

test("a quota counts what is there already, is read, repaired, changed and lifted", async () => {
  await fakeQuotas();
  await machine.succeed(
    "mkdir -p /srv/data/deep; echo x >/srv/data/deep/file; ln -s / /srv/data/link",
  );
  let kept = await well("create", wanted);
  const project = String(0x10000000 + parseInt(kept.id.slice(0, 7), 16));
  assert.deepEqual((await machine.succeed("cat /run/quota/chattr")).split("\n"), [
    `-p ${project} +P -- /srv/data/ /srv/data/deep`,
    `-p ${project} -- /srv/data/deep/file`,
    "",
  ]);
  assert.equal(await machine.succeed("cat /run/quota/limit"), "10240\n");
  assert.deepEqual(await preview(wanted, kept), {});

  await machine.succeed("echo 2048 >/run/quota/limit");
  assert.deepEqual(await preview(wanted, kept), { "UPDATE quota": "2 MiB" });
  kept = await well("update", wanted, kept);
  await machine.succeed("echo 0 >/run/quota/number");
  assert.deepEqual(await preview(wanted, kept), { "ADD quota": null });
  kept = await well("update", wanted, kept);
  await machine.succeed("echo rw,relatime >/run/quota/options");
  assert.deepEqual(await preview(wanted, kept), { "ADD quota": null });
  assert.match((await up(wanted, kept))[1].error, /\/srv, ext4 mounted with rw,relatime, which/);
  await machine.succeed("echo rw,relatime,prjquota >/run/quota/options");
  assert.deepEqual(await preview(wanted, kept), {});

  const none = inputs("/srv/data");
  assert.deepEqual(await preview(none, kept), { "DELETE quota": "10 MiB" });
  kept = await well("update", none, kept);
  assert.equal(await machine.succeed("cat /run/quota/limit"), "0\n");
  assert.deepEqual(await preview(none, kept), {});
  kept = await well("update", wanted, kept);
  assert.equal(await machine.succeed("cat /run/quota/limit"), "10240\n");
  await remove(kept);
  assert.equal(await machine.succeed("cat /run/quota/limit /srv/data/deep/file"), "0\nx\n");
  await clear();
});

test("a quota smaller than what is there is refused and not set", async () => {
  await fakeQuotas();
  await machine.succeed("echo 20484 >/run/quota/used");
  const [kept, { error }] = await up(wanted);
  assert.equal(
    error,
    "components: data: /srv/data holds 20484 KiB already, more than the 10240 KiB of `quota`: raise it, or make room\n",
  );
  assert.equal(await machine.succeed("cat /run/quota/limit"), "0\n");
  await remove(kept ?? assert.fail("the directory was made"));
  await clear();
});

test("a file counts for one quota only", async () => {
  await fakeQuotas();
  for (const [first, second] of [
    ["/srv/data", "/srv/data/deep"],
    ["/srv/data/deep", "/srv/data"],
  ] as const) {
    const kept = await well("create", inputs(first, { quota: "1 MiB" }));
    assert.equal(
      (await up(inputs(second, { quota: "1 MiB" })))[1].error,
      `components: data: ${first} has a quota already, and a file counts for one only: take \`quota\` out of one of the two\n`,
    );
    await remove(await well("create", inputs(second)));
    await remove(kept);
  }
  await clear();
});

test("what e2fsprogs refuses is told, and done again by the next up", async () => {
  await fakeQuotas();
  await machine.succeed(
    "cat >/usr/local/sbin/chattr",
    "#!/bin/sh\necho 'chattr: Operation not supported while setting project on /srv/data' >&2; exit 1\n",
  );
  const [kept, { error }] = await up(wanted);
  assert.equal(
    error,
    "components: data: the files of /srv/data cannot be counted: " +
      "chattr: Operation not supported while setting project on /srv/data\n",
  );
  await fakeQuotas();
  const whole = await well("update", wanted, kept);
  assert.deepEqual(await preview(wanted, whole), {});
  await remove(whole);
  await clear();
});
