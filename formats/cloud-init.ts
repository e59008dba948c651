/** Key pair of a machine's sshd, as it is written before the first packet is exchanged. */
export interface HostKeyPair {
  /** In OpenSSH's own form, with its `BEGIN` and `END` lines. */
  readonly private: string;
  /** `ssh-ed25519 AAAA…`. */
  readonly public: string;
}

/** How a machine is on its network. */
export interface MachineNetwork {
  /** The network card's hardware address, by which it is found whatever the kernel calls it. */
  readonly mac: string;
  /** With their prefixes, such as `192.0.2.7/24` or `2001:db8::7/64`; without any, the network gives them (DHCP). */
  readonly addresses: readonly string[];
  /** The ways out, IPv4 and IPv6. */
  readonly gateways: readonly string[];
  readonly nameservers: readonly string[];
}

/** What a machine is at its first boot; all else is put on it over SSH. */
export interface FirstBoot {
  /** A short name, or one with a domain. */
  readonly hostname: string;
  /** The login: root, or somebody who may become root by sudo without a password. */
  readonly user: string;
  /** Public keys that may log in, in authorized_keys form. */
  readonly authorizedKeys: readonly string[];
  readonly hostKey: HostKeyPair;
}

/** The name of our network card in the machine. */
const card = "lan";

/**
 * The `user-data` of cloud-init (Debian 12 has 22.4, Debian 13 has 25.1): JSON, which is YAML. The host key is written
 * before sshd starts, and no other is made; a password opens nothing. Every part of it runs once for an instance id.
 * Refuses a host name that is none, and a login or a key with a line break (RangeError).
 * Source: cloudinit.readthedocs.io, modules `ssh`, `users_groups`, `set_hostname`, `update_etc_hosts`.
 */
export function userData({ hostname, user, authorizedKeys, hostKey }: FirstBoot): string {
  if (
    !/^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/.test(
      hostname,
    )
  ) {
    throw new RangeError(`"${hostname}" is not a host name`);
  }
  const keys = authorizedKeys.map((key) => line("an authorized key", key));
  if (keys.length === 0) throw new RangeError("a machine without an authorized key lets nobody in");
  const [short = ""] = hostname.split(".");
  return document({
    hostname: short,
    ...(short === hostname ? {} : { fqdn: hostname, prefer_fqdn_over_hostname: false }),
    manage_etc_hosts: "localhost",
    disable_root: user !== "root",
    ssh_pwauth: false,
    ssh_deletekeys: true,
    ssh_keys: {
      ed25519_private: hostKey.private,
      ed25519_public: line("a host key", hostKey.public),
    },
    users: [login(line("a login", user), keys)],
  });
}

function login(name: string, ssh_authorized_keys: readonly string[]) {
  const one = { name, lock_passwd: true, ssh_authorized_keys };
  return name === "root" ? one : { ...one, shell: "/bin/bash", sudo: "ALL=(ALL) NOPASSWD:ALL" };
}

/**
 * The `network-config`, version 2: one card, with static addresses or with those that the network gives.
 * Gateways are named as such, for cloud-init 22.4 makes `::/64` of a route to `::/0`, and knows no `to: default`.
 * Source: cloudinit.readthedocs.io, "Networking config Version 2".
 */
export function networkConfig({ mac, addresses, gateways, nameservers }: MachineNetwork): string {
  const given = addresses.length === 0;
  const via4 = gateways.find((one) => !one.includes(":"));
  const via6 = gateways.find((one) => one.includes(":"));
  const ways = {
    ...(via4 === undefined ? {} : { gateway4: via4 }),
    ...(via6 === undefined ? {} : { gateway6: via6 }),
  };
  const ethernet = {
    match: { macaddress: mac.toLowerCase() },
    "set-name": card,
    ...(given ? { dhcp4: true } : { dhcp4: false, addresses, ...ways }),
    ...(nameservers.length === 0 ? {} : { nameservers: { addresses: nameservers } }),
  };
  return `${JSON.stringify({ version: 2, ethernets: { [card]: ethernet } }, null, 2)}\n`;
}

function document(content: object): string {
  return `#cloud-config\n${JSON.stringify(content, null, 2)}\n`;
}

function line(what: string, text: string): string {
  if (/[\r\n]/.test(text) || text === "") throw new RangeError(`${what} must be one line`);
  return text;
}
