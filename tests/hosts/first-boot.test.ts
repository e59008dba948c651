import assert from "node:assert/strict";
import { test } from "node:test";
import { setOf } from "../support/faults.ts";
import { kindOn } from "../support/kept.ts";
import { testMachine } from "../support/machine.ts";

const machine = await testMachine("components");
const { host, well, remove } = kindOn(machine, "ConfigSet", "booted");

/** A unit that is at work as cloud-init's last stage is at a first boot; it tells when it has ended. */
const unit = `[Service]
Type=oneshot
ExecStart=/bin/sh -c 'sleep 4; date +%%s.%%N >/run/booted; echo {} >/run/cloud-init/result.json'
`;

test("what is put on a machine waits for the end of its cloud-init, and not a second time", async () => {
  await machine.succeed("cat >/run/systemd/system/cloud-final.service", unit);
  await machine.succeed(
    "mkdir -p /run/cloud-init; touch /run/cloud-init/enabled; systemctl daemon-reload; " +
      "systemctl start --no-block cloud-final.service",
  );
  const kept = await well("create", { ...setOf({ "/etc/booted": "one\n" }), host });
  assert.equal(
    await machine.succeed("ls /run/cloud-init/result.json"),
    "/run/cloud-init/result.json\n",
  );
  const newer = await machine.succeed("find -L /etc/booted -newer /run/booted");
  assert.equal(newer, "/etc/booted\n");
  await machine.succeed("rm /run/booted; systemctl start --no-block cloud-final.service");
  const after = await well("update", { ...setOf({ "/etc/booted": "two\n" }), host }, kept);
  await machine.fail("ls /run/booted"); // it is still at work, at something that no boot waits for
  await machine.succeed("systemctl stop cloud-final.service");
  await remove(after);
});

test("a machine whose cloud-init never was to run is not waited for", async () => {
  await machine.succeed(
    "rm -f /run/cloud-init/result.json /run/systemd/system/cloud-final.service; systemctl daemon-reload",
  );
  const kept = await well("create", { ...setOf({ "/etc/booted": "one\n" }), host });
  await remove(kept);
  await machine.succeed("rm -r /run/cloud-init");
});
