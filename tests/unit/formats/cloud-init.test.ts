import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "yaml";
import { networkConfig, userData } from "../../../formats/cloud-init.ts";
import { hostKey as key } from "../../support/example.ts";

const pem = "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n";
const operator = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOperator op@example.org";
const root = {
  hostname: "forum",
  user: "root",
  authorizedKeys: [operator],
  hostKey: { private: pem, public: key },
};

/** What cloud-init makes of the document, by its own reader's rules: YAML behind one line of its own. */
function read(document: string): unknown {
  assert.equal(document.slice(0, 14), "#cloud-config\n");
  return parse(document);
}

test("root logs in with the keys alone, to a sshd that has the one host key", () => {
  assert.deepEqual(read(userData(root)), {
    hostname: "forum",
    manage_etc_hosts: "localhost",
    disable_root: false,
    ssh_pwauth: false,
    ssh_deletekeys: true,
    ssh_keys: { ed25519_private: pem, ed25519_public: key },
    users: [{ name: "root", lock_passwd: true, ssh_authorized_keys: [operator] }],
  });
});

test("another login may become root by sudo, and root has none then", () => {
  const document = read(userData({ ...root, hostname: "forum.example.org", user: "admin" }));
  const { hostname, fqdn, disable_root, users } = document as Record<string, unknown>;
  assert.deepEqual([hostname, fqdn, disable_root], ["forum", "forum.example.org", true]);
  assert.deepEqual(users, [
    {
      name: "admin",
      lock_passwd: true,
      ssh_authorized_keys: [operator],
      shell: "/bin/bash",
      sudo: "ALL=(ALL) NOPASSWD:ALL",
    },
  ]);
});

test("what could say something else, or lets nobody in, is refused", () => {
  for (const [wrong, why] of [
    [{ hostname: "Forum" }, '"Forum" is not a host name'],
    [{ hostname: "a\nb" }, '"a\nb" is not a host name'],
    [{ hostname: `${"a".repeat(250)}.org` }, `"${"a".repeat(250)}.org" is not a host name`],
    [{ user: "" }, "a login must be one line"],
    [{ authorizedKeys: [] }, "a machine without an authorized key lets nobody in"],
    [{ authorizedKeys: [`${operator}\nssh-rsa B`] }, "an authorized key must be one line"],
    [{ hostKey: { private: pem, public: `${key}\n` } }, "a host key must be one line"],
  ] as const) {
    assert.throws(() => userData({ ...root, ...wrong }), new RangeError(why));
  }
});

test("the card is found by its address; it has static addresses, or those of its network", () => {
  const mac = "52:54:00:AB:cd:ef";
  const none = { mac, addresses: [], gateways: [], nameservers: [] };
  const card = { match: { macaddress: "52:54:00:ab:cd:ef" }, "set-name": "lan" };
  assert.deepEqual(parse(networkConfig(none)), {
    version: 2,
    ethernets: { lan: { ...card, dhcp4: true } },
  });
  const both = {
    mac,
    addresses: ["192.0.2.7/24", "2001:db8::7/64"],
    gateways: ["192.0.2.1", "2001:db8::1"],
    nameservers: ["192.0.2.53"],
  };
  assert.deepEqual(parse(networkConfig(both)), {
    version: 2,
    ethernets: {
      lan: {
        ...card,
        dhcp4: false,
        addresses: both.addresses,
        gateway4: "192.0.2.1",
        gateway6: "2001:db8::1",
        nameservers: { addresses: ["192.0.2.53"] },
      },
    },
  });
});
