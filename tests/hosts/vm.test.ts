import assert from "node:assert/strict";
import { test } from "node:test";
import { type Properties, secret } from "../../provider/grpc/values.ts";
import type { Kept } from "../support/host-provider.ts";
import { kindOn } from "../support/kept.ts";
import { testMachine } from "../support/machine.ts";
import { hostKey } from "../support/example.ts";
import { hypervise, vmScript } from "../support/vm.ts";

const machine = await testMachine("hypervisor");
const { host, up, well, preview, remove } = kindOn(machine, "Script", "machine");

const stranger = kindOn(machine, "Script", "stranger");

const directory = "/srv/machines";
const mac = "52:54:00:01:02:03";
const mib = 1024 ** 2;
let checksum = "";

/** A machine with these sizes; `values` are those that are otherwise. */
function inputs({ cpus = 1, memory = 128, disk = 64 } = {}, values: Properties = {}): Properties {
  return {
    host,
    script: vmScript,
    values: {
      ...{
        DIRECTORY: directory,
        HOST_KEY: hostKey,
        HYPERVISOR: "web",
        MACHINE: "guest",
        CPUS: `${cpus}`,
        MEMORY: `${memory}`,
      },
      ...{ DISK: `${disk * mib}`, IMAGE: "/srv/empty.qcow2", CHECKSUM: `sha256:${checksum}` },
      ...{ NETWORK: "network default", MAC: mac, ACCELERATION: "qemu", STOP_SECONDS: "2" },
      USER_DATA: secret("#cloud-config\n{}\ncanary-of-the-host-key\n"),
      NETWORK_CONFIG: "{}\n",
      ...values,
    },
    state: {
      ...{ autostart: true, cpus, disk: disk * mib, mac, memory },
      ...{ network: "network default", running: true },
    },
    timeoutSeconds: 300,
  };
}

const instance = () => machine.succeed(`cat ${directory}/guest/instance`);
const virsh = (command: string) => machine.succeed(`virsh -q -c qemu:///system ${command}`);

test("a machine is made with its disk, its seed and its card, and found as it was made", async () => {
  await hypervise(machine);
  await machine.succeed("qemu-img create -q -f qcow2 /srv/empty.qcow2 32M");
  checksum = (await machine.succeed("sha256sum /srv/empty.qcow2")).slice(0, 64);
  const broken = `${directory}/base/${checksum}.new ${directory}/guest/{disk.qcow2.new,seed/seed.iso}`; // of runs that were killed
  await machine.succeed(`mkdir -p ${directory}/{base,guest/seed}; echo part | tee ${broken}`);
  const kept = await well("create", inputs());
  assert.equal(await machine.succeed(`ls ${broken} 2>/dev/null || true`), "");
  assert.deepEqual(kept.properties["told"], { instance: (await instance()).trim() });
  assert.equal((await virsh("domstate guest")).trim(), "running");
  const seed = `xorriso -osirrox on -indev ${directory}/guest/seed.iso -extract / /run/seed >/dev/null 2>&1; cd /run/seed; `;
  assert.equal(
    await machine.succeed(
      `${seed} cat meta-data user-data; stat -c %a ${directory}/guest/seed.iso`,
    ),
    `{"instance-id":"${(await instance()).trim()}","local-hostname":"guest"}\n` +
      "#cloud-config\n{}\ncanary-of-the-host-key\n600\n",
  );
  assert.deepEqual(await preview(inputs(), kept), {});
  await well("same", inputs(), kept);
  machineNow = kept;
});

let machineNow: Kept | undefined;
const made = () => machineNow ?? assert.fail("the machine was not made");

test("what was changed by hand is shown by the field, and put right without another disk", async () => {
  const id = await instance();
  const gone = {
    "ADD state.autostart": null,
    "ADD state.cpus": null,
    "ADD state.disk": null,
    "ADD state.mac": null,
  };
  for (const [byHand, shown] of [
    ["autostart --disable guest", { "UPDATE state.autostart": false }],
    ["destroy guest", { "UPDATE state.running": false }],
    [
      "destroy guest; virsh -q setvcpus guest 3 --config --maximum; virsh -q setvcpus guest 3 --config",
      { "UPDATE state.cpus": 3, "UPDATE state.running": false },
    ],
    [
      "destroy guest; virsh -q undefine guest",
      { ...gone, "ADD state.memory": null, "ADD state.network": null, "ADD state.running": null },
    ],
  ] as const) {
    await virsh(byHand);
    assert.deepEqual(await preview(inputs(), made()), shown);
    machineNow = await well("update", inputs(), made());
    assert.deepEqual(await preview(inputs(), made()), {});
    assert.equal(await instance(), id);
  }
});

test("one that was paused, as on a full disk, is seen and goes on", async () => {
  await virsh("suspend guest");
  assert.deepEqual(await preview(inputs(), made()), { "UPDATE state.running": false });
  machineNow = await well("update", inputs(), made());
  assert.equal((await virsh("domstate guest")).trim(), "running");
});

test("a machine that runs while its disk was deleted is left alone, for its data is still there", async () => {
  const path = `${directory}/guest/disk.qcow2`;
  await machine.succeed(`mv ${path} ${path}.away`);
  const [, { error }] = await up(inputs(), made());
  assert.match(
    error,
    /^hypervisor: guest runs, but .*disk\.qcow2 was deleted: its data is only in/,
  );
  assert.equal((await virsh("domstate guest")).trim(), "running");
  await machine.succeed(`mv ${path}.away ${path}`);
  machineNow = await well("update", inputs(), made());
});

test("a machine whose disk is gone is another one: another instance, unknown before", async () => {
  const before = made().properties["told"];
  await virsh(`destroy guest; virsh -q undefine guest; rm -r ${directory}/guest`);
  machineNow = await well("update", inputs(), made());
  assert.notDeepEqual(machineNow.properties["told"], before);
  assert.deepEqual(machineNow.properties["told"], { instance: (await instance()).trim() });
});

test("it grows, and what would lose data or does not fit is refused with nothing changed", async () => {
  await virsh("destroy guest"); // nothing in it that could shut it down
  machineNow = await well("update", inputs({ cpus: 2, memory: 160, disk: 96 }), made());
  const info = `qemu-img info --force-share ${directory}/guest/disk.qcow2 | grep -c '(100663296 bytes)'`;
  assert.equal(await machine.succeed(info), "1\n");
  const now = inputs({ cpus: 2, memory: 160, disk: 96 });
  assert.deepEqual(await preview(now, made()), {});
  const running = async (word: string) => {
    assert.equal((await virsh("domstate guest")).trim(), "running", word);
  };
  for (const [wrong, said] of [
    [
      { disk: 64 },
      /^hypervisor: guest: its disk has 100663296 bytes, and a disk is never made smaller/,
    ],
    [{ cpus: 1 }, /^hypervisor: guest did not shut down within 2 s: .*; it goes on as it was\n/],
    [
      { disk: 1024 ** 3 },
      /^hypervisor: guest: \/srv\/machines has \d+ MiB free, and what its disk grows by takes up to/,
    ],
  ] as const) {
    const [, { error }] = await up(inputs({ cpus: 2, memory: 160, disk: 96, ...wrong }), made());
    assert.match(error, said);
    await running(said.source);
  }
  machineNow = await well("update", now, made());
});

test("an image that is not what it should be, or one that is not there, makes nothing", async () => {
  const other = (values: Properties) =>
    inputs({}, { MACHINE: "other", MAC: "52:54:00:01:02:04", ...values });
  const wrong = "0".repeat(64);
  for (const [values, said] of [
    [
      { CHECKSUM: `sha256:${wrong}` },
      `/srv/empty.qcow2 is not what was to be had: its checksum is sha256:${checksum}`,
    ],
    [
      { IMAGE: "/srv/none.qcow2", CHECKSUM: `sha256:${wrong}` },
      "/srv/none.qcow2 is not on the hypervisor",
    ],
    [
      { IMAGE: "http://127.0.0.1:9/x", CHECKSUM: `sha256:${wrong}` },
      "http://127.0.0.1:9/x could not be fetched",
    ],
    [{ NETWORK: "network none" }, "other: the hypervisor has no network none"],
    [{ MEMORY: "99999999" }, "other: the hypervisor has "],
  ] as const) {
    const [, { op, error }] = await stranger.up(other(values));
    assert.equal(op, "failed");
    assert.ok(error.includes(`hypervisor: ${said}`), error);
  }
  assert.equal(
    await machine.succeed(`ls ${directory} ${directory}/base`),
    `${directory}:\nbase\nguest\n\n${directory}/base:\n${checksum}.img\n`,
  );
});

test("a machine of somebody else is refused and left alone; our own goes with its disk", async () => {
  await virsh(
    "dumpxml guest | sed '/<uuid>/d; s/guest/theirs/g; /mac address/d' >/run/theirs.xml; virsh -q define /run/theirs.xml",
  );
  const theirs = inputs({}, { MACHINE: "theirs", DIRECTORY: "/srv/ours" });
  const [, { error }] = await stranger.up(theirs);
  assert.match(error, /^hypervisor: there is a machine theirs already, which was not made here: /);
  await virsh("undefine theirs");
  const sizes = { cpus: 2, memory: 160, disk: 96 };
  const again = inputs(sizes, { HOST_KEY: `${hostKey}Other` });
  const [, other] = await stranger.up(again);
  assert.match(
    other.error,
    /^hypervisor: \/srv\/machines\/guest is that of a machine with another host key/,
  );
  const renamed = await stranger.well("create", inputs(sizes, { HYPERVISOR: "metal" }));
  await remove(made()); // the hypervisor is called otherwise now, and the machine is the new resource's
  assert.equal((await virsh("domstate guest")).trim(), "running");
  await virsh("destroy guest");
  await stranger.remove(renamed);
  assert.equal(
    await machine.succeed(`virsh -q -c qemu:///system list --all --name; ls ${directory}`),
    "base\n",
  );
});
