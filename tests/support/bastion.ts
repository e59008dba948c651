import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import type { Bastion, Host } from "../../components/host/index.ts";
import { testMachine, type TestMachine } from "./machine.ts";

/** How often somebody has logged in on a machine, by user; as root, only through the bastion. */
interface Logins {
  readonly jump: number;
  readonly root: number;
}

/** A network that only the two machines are on: from here there is no way to it. */
const addresses = { gate: "198.18.84.1", inner: "198.18.84.2", name: "behind.lab.test" };
const six = { gate: "fd84::1", inner: "fd84::2" };

/** Lends the bastion an IPv6 address of this computer while the work takes; undefined when there is none. */
async function onIPv6<T>(gate: TestMachine, work: (port: number) => Promise<T>) {
  const server = createServer((one) => {
    const other = connect(gate.port, gate.address);
    for (const end of [one, other]) end.on("error", () => end.destroy());
    one.pipe(other).pipe(one);
  });
  try {
    await once(server.listen(0, "::1"), "listening");
  } catch {
    return undefined;
  }
  try {
    return await work((server.address() as AddressInfo).port);
  } finally {
    server.close();
  }
}

/**
 * Two machines: `gate`, the bastion, where `jump` may connect through and has no shell, and `behind`, of which the
 * host value knows only the address on a network that this computer is not on.
 */
export async function behindBastion() {
  const [gate, inner] = [await testMachine("gate"), await testMachine("behind")];
  const { code } = await gate.run("test -e /proc/sys/net/ipv6");
  for (const [machine, one] of [
    [gate, "gate"],
    [inner, "inner"],
  ] as const) {
    await machine.succeed(`ip address replace ${addresses[one]}/24 dev eth0`);
    if (code === 0) await machine.succeed(`ip address replace ${six[one]}/64 dev eth0 nodad`);
  }
  await gate.succeed(login);
  const bastion = { ...reached(gate), user: "jump" } satisfies Bastion;
  const host: Host = {
    name: "behind",
    ...reached(inner),
    address: addresses.inner,
    user: "root",
    instance: inner.instance,
    release: "bookworm",
    bastion,
  };
  const lend = <T>(work: (port: number) => Promise<T>) =>
    code === 0 ? onIPv6(gate, work) : Promise.resolve(undefined);
  return { gate, inner, host, bastion, addresses: { ...addresses, six: six.inner }, lend, logins };
}

const login = `
id jump >/dev/null 2>&1 || useradd --create-home --shell /usr/sbin/nologin jump
install -d -o jump -m 0700 /home/jump/.ssh
sed 's/^/restrict,port-forwarding /' /root/.ssh/authorized_keys >/home/jump/.ssh/authorized_keys
chown jump: /home/jump/.ssh/authorized_keys
grep -q ' ${addresses.name}$' /etc/hosts || echo ${addresses.inner} ${addresses.name} >>/etc/hosts
`;

function reached({ address, port, hostKey }: TestMachine) {
  return { address, port, hostKey };
}

/** What a machine's sshd has noted. */
async function logins(machine: TestMachine): Promise<Logins> {
  const log = await machine.succeed("journalctl --no-pager --output=cat --unit=ssh");
  const count = (who: string) => log.split(`Accepted publickey for ${who}`).length - 1;
  return { jump: count("jump from"), root: count(`root from ${addresses.gate} `) };
}
