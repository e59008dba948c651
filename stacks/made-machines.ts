import { member, type Problem } from "./problems.ts";

/** What makes a machine, and the option that names the machine on which. */
const makers = [
  ["vm", "hypervisor"],
  ["container", "on"],
] as const;

/** A machine is there already, with a key that is known, or it is made on one that is. */
export function madeMachine(
  name: string,
  host: unknown,
  all: readonly (readonly [string, unknown])[],
): Problem[] {
  const at = `hosts.${name}`;
  const made = makers.filter(([maker]) => member(host, maker) !== undefined);
  if (made.length === 0) return pinned(at, host);
  if (made.length > 1) {
    return [{ path: at, message: "is a `vm` or a `container`: take one of the two out" }];
  }
  const fixed = ["hostKey", "instance"]
    .filter((field) => member(host, field) !== undefined)
    .map((field) => ({ path: `${at}.${field}`, message: "is made with the machine: take it out" }));
  const there = all.filter(([, one]) => isThere(one)).map(([one]) => one);
  const places = made.flatMap(([maker, field]) => {
    const on = member(member(host, maker), field);
    if (typeof on !== "string" || there.includes(on)) return [];
    const names = there.join(", ") || "those that you add to hosts";
    const message = `names no machine that is there: take one of ${names}`;
    return [{ path: `${at}.${maker}.${field}`, message }];
  });
  return [...fixed, ...rootOf(at, host), ...places];
}

function isThere(host: unknown): boolean {
  return makers.every(([maker]) => member(host, maker) === undefined);
}

function pinned(at: string, host: unknown): Problem[] {
  if (member(host, "hostKey") !== undefined) return [];
  const message = "is missing: give the key in /etc/ssh/ssh_host_ed25519_key.pub on the machine";
  return [{ path: `${at}.hostKey`, message }];
}

/** Nothing makes logins in a container. */
function rootOf(at: string, host: unknown): Problem[] {
  const user = member(host, "user") ?? "root";
  if (member(host, "container") === undefined || user === "root") return [];
  return [{ path: `${at}.user`, message: "must be root on a machine in a container: take it out" }];
}

/** Two sections for one machine would each think that it is theirs alone. */
export function sameMachines(all: readonly (readonly [string, unknown])[]): Problem[] {
  const first = new Map<string, string>();
  return all.flatMap(([name, host]) => {
    const address = member(host, "address");
    if (typeof address !== "string") return [];
    const way = [address, member(host, "port") ?? 22, member(member(host, "bastion"), "address")];
    const place = JSON.stringify(way);
    const other = first.get(place);
    if (other === undefined) first.set(place, name);
    const message = `is that of ${other ?? ""} as well: give each machine an address or a port of its own`;
    return other === undefined ? [] : [{ path: `hosts.${name}.address`, message }];
  });
}
