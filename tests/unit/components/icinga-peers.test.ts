import assert from "node:assert/strict";
import { test } from "node:test";
import { IcingaOptions } from "../../../components/icinga/index.ts";
import { portGuard } from "../../../formats/nftables.ts";
import { deploy } from "../../support/deploy.ts";
import { hostInputs } from "../../support/host.ts";
import { monitoring } from "../../support/monitoring.ts";

const peers = ["10.20.0.0/24", "2001:db8::7"];

test("peers are let through by a table of their own, which comes and goes with its unit", async () => {
  for (const preview of [false, true]) {
    const { resource } = await deploy(monitoring("monitor", { peers }), preview);
    const packages = resource("icinga-peers-packages").inputs["packages"];
    assert.deepEqual(Object.keys(packages as object), ["nftables"]);
    const { inputs } = resource("icinga-peers");
    const files = inputs["files"] as Record<string, { content: string }>;
    assert.deepEqual(Object.keys(files), [
      "/etc/platform-icinga/peers.nft",
      "/etc/systemd/system/platform-icinga-peers.service",
    ]);
    assert.equal(
      files["/etc/platform-icinga/peers.nft"]?.content,
      portGuard({ table: "platform_icinga", port: 5665, networks: peers }),
    );
    const read = "/usr/sbin/nft -f /etc/platform-icinga/peers.nft";
    assert.equal(
      files["/etc/systemd/system/platform-icinga-peers.service"]?.content,
      `[Unit]
Description=Lets only Icinga's peers reach its port
After=nftables.service
PartOf=nftables.service
ReloadPropagatedFrom=nftables.service
Before=icinga2.service

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=${read}
ExecReload=${read}
ExecStop=/usr/sbin/nft delete table inet platform_icinga

[Install]
WantedBy=multi-user.target
`,
    );
    assert.deepEqual(inputs["validate"], ["/usr/sbin/nft -c -f /etc/platform-icinga/peers.nft"]);
    const unit = resource("icinga-peers-unit").inputs;
    assert.deepEqual(unit["host"], hostInputs("monitor").host);
    assert.equal(unit["ready"], "/usr/sbin/nft list table inet platform_icinga");
  }
});

test("without them, the network decides; none at all, and what is no network, are refused", async () => {
  const { list } = await deploy(monitoring("monitor"));
  assert.deepEqual(
    list.filter((line) => line.includes("peers")),
    [],
  );
  for (const wrong of [[], ["everybody"], ["10.20.0.0/33"]]) {
    assert.equal(IcingaOptions.safeParse({ host: "monitor", peers: wrong }).success, false);
  }
});
