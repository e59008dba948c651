import { createHash } from "node:crypto";

/** What an instance has of its machine to itself. */
export interface Allocation {
  readonly slot: number;
  /** Its network in Docker, sixteen addresses. */
  readonly subnet: string;
  /** The machine's address there. */
  readonly gateway: string;
  /** The container's address there. */
  readonly address: string;
  /** Ports of the machine's loopback, for its nginx alone. */
  readonly httpPort: number;
  readonly registryPort: number;
  readonly pagesPort: number;
  /** Port for git over SSH, where customers reach it. */
  readonly sshPort: number;
}

/** How many slots a machine has. */
export const slots = 5000;

/**
 * The first port of each kind; a slot has the one as far behind it as its number. All lie above those that need root and
 * that the platform uses, and below 32768, where Linux takes a port for a connection (net.ipv4.ip_local_port_range).
 */
const firstPort = { http: 12_000, registry: 17_000, pages: 22_000, ssh: 27_000 } as const;

/**
 * 10.208.0.0/15, of which 80,000 addresses are used: private (RFC 1918), so that GitLab keeps webhooks away from it, and none
 * of Docker's own networks (172.17.0.0/16 to 172.31.0.0/16, 192.168.0.0/16, and 10.0.0.0/16 of a swarm).
 */
const network = { first: 10, second: 208, size: 16 } as const;

/**
 * What an instance has, by its name alone, so that no other instance changes it; or by the slot and the SSH port that are
 * wanted. Refuses a slot that there is not (RangeError).
 */
export function allocate(
  name: string,
  wanted: { readonly slot?: number | undefined; readonly sshPort?: number | undefined } = {},
): Allocation {
  const slot = wanted.slot ?? slotOf(name);
  if (!Number.isInteger(slot) || slot < 0 || slot >= slots) {
    throw new RangeError(`there is no slot ${slot}: take one from 0 to ${slots - 1}`);
  }
  return {
    slot,
    subnet: `${address(slot, 0)}/28`,
    gateway: address(slot, 1),
    address: address(slot, 2),
    httpPort: firstPort.http + slot,
    registryPort: firstPort.registry + slot,
    pagesPort: firstPort.pages + slot,
    sshPort: wanted.sshPort ?? firstPort.ssh + slot,
  };
}

function slotOf(name: string): number {
  return createHash("sha256").update(name).digest().readUIntBE(0, 6) % slots;
}

function address(slot: number, host: number): string {
  const offset = slot * network.size + host;
  const { first, second } = network;
  return `${first}.${second + (offset >> 16)}.${(offset >> 8) & 255}.${offset & 255}`;
}

/** An instance on its machine. */
export interface Allocated {
  readonly name: string;
  readonly host: string;
  readonly allocation: Allocation;
  /** Address on which its SSH port is; all of the machine when absent. */
  readonly sshAddress?: string | undefined;
}

/** Two instances that want the same of one machine. */
export interface Collision {
  readonly instance: string;
  readonly other: string;
  /** What both have, and which option of `instance` to set. */
  readonly what: string;
}

/** The instances that have what an earlier one of their machine has already. */
export function collisions(instances: readonly Allocated[]): readonly Collision[] {
  return Array.from(Map.groupBy(instances, ({ host }) => host).values(), onOneMachine).flat();
}

function onOneMachine(own: readonly Allocated[]): Collision[] {
  const slotsOf = new Map<number, string>();
  const taken = new Set(own.map(({ allocation }) => allocation.slot));
  const ports = new Map<number, Port[]>();
  return own.flatMap((one) => {
    const { name, allocation } = one;
    const other = slotsOf.get(allocation.slot);
    if (other !== undefined) return [slotTwice(one, other, free(taken))];
    slotsOf.set(allocation.slot, name);
    const [had] = portsOf(one).flatMap((port) => claim(port, ports));
    return had === undefined ? [] : [portTwice(one, had)];
  });
}

/** Gives who has a port already, and notes it. */
function claim(port: Port, ports: Map<number, Port[]>): Port[] {
  const same = ports.get(port.port) ?? [];
  ports.set(port.port, [...same, port]);
  return same.filter((other) => overlap(port, other));
}

interface Port {
  readonly name: string;
  readonly port: number;
  readonly address: string;
}

/** Every address of the machine, its loopback as well. */
const everywhere = "0.0.0.0";

function portsOf({ name, allocation, sshAddress = everywhere }: Allocated): Port[] {
  const { httpPort, registryPort, pagesPort, sshPort } = allocation;
  const inside = [httpPort, registryPort, pagesPort];
  return [
    ...inside.map((port) => ({ name, port, address: "127.0.0.1" })),
    { name, port: sshPort, address: sshAddress },
  ];
}

function overlap(one: Port, other: Port): boolean {
  const addresses = [one.address, other.address];
  return one.address === other.address || addresses.includes(everywhere);
}

function slotTwice({ name, allocation }: Allocated, other: string, instead: number): Collision {
  const what = `both have slot ${allocation.slot} (${allocation.subnet}) of their machine: set \`slot\` of one of them, ${instead} is free`;
  return { instance: name, other, what };
}

function portTwice({ name }: Allocated, { name: other, port }: Port): Collision {
  const what = `both want port ${port} of their machine: set \`ssh.port\` or \`ssh.address\` of one of them`;
  return { instance: name, other, what };
}

/** A slot that nobody has, which is taken from now on. */
function free(taken: Set<number>): number {
  const slot = Array.from({ length: slots }, (_, one) => one).find((one) => !taken.has(one)) ?? -1;
  taken.add(slot);
  return slot;
}
