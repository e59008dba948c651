import type { CheckFailure } from "./grpc/provider.ts";
import { UNKNOWN } from "./grpc/values.ts";
import type { Host } from "./host.ts";

type Machine = Pick<Host, "name" | "address" | "port" | "hostKey" | "bastion">;

/** Who owns what in this run: the engine checks each resource of the program, in a preview all of them. */
export class Claims {
  readonly #owners = new Map<string, string>();

  /**
   * Claims things of a host for a resource, such as "path /etc/motd". Gives a failure for each that another
   * resource of this run has claimed.
   */
  claim(urn: string, host: Machine, things: Readonly<Record<string, string>>): CheckFailure[] {
    const failures: CheckFailure[] = [];
    const { name } = host;
    const machine = machineOf(host);
    for (const [property, thing] of Object.entries(things)) {
      const owner =
        this.#owner(`${name}\n${thing}`, urn) ?? this.#owner(`${machine}\n${thing}`, urn);
      if (owner !== undefined) {
        const other = owner.split("::").at(-1) ?? owner;
        const reason = `${thing} on ${name} belongs to ${other} already: take it out of one of the two`;
        failures.push({ property, reason });
      }
    }
    return failures;
  }

  /** Another owner of the thing, or undefined: then it is this one's from now on. */
  #owner(key: string, urn: string): string | undefined {
    const owner = this.#owners.get(key) ?? urn;
    this.#owners.set(key, owner);
    return owner === urn ? undefined : owner;
  }
}

/**
 * What a machine goes by. It may have two names, and two that were cloned one key; behind two bastions, two may have
 * one address besides.
 */
function machineOf({ name, bastion, ...host }: Machine): string {
  const way = bastion ? [host, bastion] : [host];
  const parts = way.flatMap(({ address, port, hostKey }) => [address, port, hostKey]);
  return [host.hostKey, bastion?.address, bastion?.hostKey].includes(UNKNOWN)
    ? name
    : parts.join(" ");
}
