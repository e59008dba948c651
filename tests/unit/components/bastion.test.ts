import assert from "node:assert/strict";
import { test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { sshOptions } from "../../../components/host/connection.ts";
import {
  ConfigSet,
  dockerProvider,
  existingHost,
  HostOptions,
  RemoteScript,
} from "../../../components/host/index.ts";
import { throughBastion } from "../../../formats/ssh.ts";
import { deploy } from "../../support/deploy.ts";
import { bastion, hostKey } from "../../support/example.ts";
import { exampleHost, hostInputs } from "../../support/host.ts";

const written = { address: "10.0.0.7", hostKey, release: "bookworm" };
const behind = () => ({ ...exampleHost(), bastion });
const script = new URL("../../../components/discourse/image-holds.sh", import.meta.url);

function problems(change: object): string[] {
  const given = { ...written, bastion: { ...bastion, ...change } };
  const { error } = HostOptions.safeParse(given);
  return (error?.issues ?? []).map(({ path, message }) => `${path.join(".")} ${message}`);
}

test("a bastion has port 22 unless it says otherwise, and a host without one is reached directly", () => {
  const { address, user, hostKey: key } = bastion;
  const options = HostOptions.parse({ ...written, bastion: { address, user, hostKey: key } });
  const direct = existingHost("forum", HostOptions.parse(written));
  assert.deepEqual(existingHost("forum", options), {
    ...direct,
    bastion: { ...bastion, port: 22 },
  });
  assert.equal("bastion" in direct, false);
});

test("a bastion without login or key is refused, and so is what is not an option", () => {
  for (const address of ["192.0.2.1", "2001:db8::1"]) assert.deepEqual(problems({ address }), []);
  assert.deepEqual(problems({ user: undefined, hostKey: "ssh-rsa AAAA", port: 0 }), [
    "bastion.port Too small: expected number to be >=1",
    "bastion.user must name the login on the bastion, which seldom is root",
    "bastion.hostKey must be the bastion's public host key as `ssh-ed25519 AAAA…` or `ecdsa-sha2-nistp256 AAAA…` " +
      "(read /etc/ssh/ssh_host_ed25519_key.pub on the bastion; RSA keys cannot be pinned)",
  ]);
  assert.deepEqual(problems({ user: "-oProxyCommand=id", address: "-x" }), [
    "bastion.address must be a host name or an IP address",
    "bastion.user must be a login on the bastion, such as jump",
  ]);
  assert.match(problems({ privateKey: "x" }).join(), /^bastion Unrecognized key: "privateKey"$/);
});

test("state on a host goes through its bastion, as the input says", async () => {
  for (const preview of [false, true]) {
    const { resource } = await deploy(
      () => new ConfigSet("set", { host: behind(), files: [] }),
      preview,
    );
    assert.deepEqual(resource("set").inputs["host"], { ...hostInputs().host, bastion });
  }
});

test("what happens once dials its bastion first, and pins it", async () => {
  const patience = { dialErrorLimit: 20, perDialTimeout: 15 };
  for (const preview of [false, true]) {
    const { resource } = await deploy(
      () => new RemoteScript("once", { host: behind(), script }),
      preview,
    );
    const { inputs, secrets } = resource("once");
    const proxy = { host: "gate.example.org", port: 2200, user: "jump", hostKey: bastion.hostKey };
    assert.deepEqual(inputs["connection"], {
      ...{ host: "192.0.2.7", port: 2222, user: "root", hostKey },
      ...patience,
      proxy: { ...proxy, ...patience },
    });
    assert.deepEqual(secrets, ["connection"]);
  }
});

test("Docker's ssh goes through the bastion, also when its key is an output", async () => {
  const { ProxyCommand = "" } = throughBastion(bastion);
  assert.match(ProxyCommand, / -W '\[%h\]:%p' -p 2200 -l jump -- gate\.example\.org$/);
  const options = sshOptions(hostKey, "7", bastion);
  const made = { ...bastion, hostKey: pulumi.output(bastion.hostKey) };
  const { resource } = await deploy(() =>
    dockerProvider("docker", { ...exampleHost(), bastion: made }, {}),
  );
  const { host, sshOpts } = resource("docker").inputs;
  assert.equal(host, "ssh://root@192.0.2.7:2222");
  assert.deepEqual(JSON.parse(String(sshOpts)), options);
  assert.deepEqual(options.slice(10, 12), ["-o", "ConnectTimeout=30"]);
  assert.ok(options.includes(`ProxyCommand=${ProxyCommand}`));
});

test("Docker's ssh shares a connection only with what is behind the same bastion", () => {
  const pathOf = (options: string[]) => options.find((option) => option.startsWith("ControlPath="));
  const paths = [
    sshOptions(hostKey, "7"),
    sshOptions(hostKey, "7", bastion),
    sshOptions(hostKey, "7", { ...bastion, address: "other.example.org" }),
    sshOptions(hostKey, "7", { ...bastion, hostKey }),
  ].map(pathOf);
  assert.equal(new Set(paths).size, 4);
});
