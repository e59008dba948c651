import assert from "node:assert/strict";
import { test } from "node:test";
import { networkConfig, userData } from "../../formats/cloud-init.ts";
import { hostKey } from "../support/example.ts";
import { testMachine } from "../support/machine.ts";

const machine = await testMachine("hypervisor");

const mac = "52:54:00:01:02:03";
const user = {
  hostname: "guest",
  authorizedKeys: [hostKey],
  hostKey: { private: "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n", public: hostKey },
};
const network = { mac, addresses: ["192.0.2.8/24", "2001:db8::8/64"], nameservers: ["192.0.2.53"] };

test("Debian's own cloud-init takes the documents, for root and for another login", async () => {
  await machine.succeed(
    "mkdir -p /etc/cloud; touch /etc/cloud/cloud-init.disabled; apt-get -qq update; " +
      "apt-get -qq install --no-install-recommends cloud-init >/dev/null 2>&1",
  );
  for (const login of ["root", "admin"]) {
    await machine.succeed("cat >/run/user-data", userData({ ...user, user: login }));
    const said = await machine.succeed("cloud-init schema --config-file /run/user-data 2>&1");
    assert.match(said, /^Valid (?:cloud-config|schema)/);
  }
  const document = networkConfig({ ...network, gateways: ["192.0.2.1", "2001:db8::1"] });
  await machine.succeed("cat >/run/network", document);
  for (const [renderer, file, lines] of [
    ["eni", "network/interfaces.d/50-cloud-init", ["gateway 192.0.2.1", "gateway 2001:db8::1"]],
    [
      "networkd",
      "systemd/network/10-cloud-init-lan.network",
      ["Gateway=192.0.2.1", "Gateway=2001:db8::1"],
    ],
    ["netplan", "netplan/50-cloud-init.yaml", ["gateway4: 192.0.2.1", "gateway6: 2001:db8::1"]],
  ] as const) {
    const convert = `cloud-init devel net-convert -p /run/network -k yaml -O ${renderer} -D debian -d /run/net -m lan,${mac}`;
    const text = await machine.succeed(`${convert} >/dev/null 2>&1; cat /run/net/etc/${file}`);
    for (const part of [...lines, "192.0.2.8/24", "2001:db8::8/64", "192.0.2.53"]) {
      assert.ok(text.includes(part), `${renderer} has no ${part}:\n${text}`);
    }
  }
});
