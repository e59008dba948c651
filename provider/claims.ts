import type { CheckFailure } from "./grpc/provider.ts";

/** Who owns what in this run: the engine checks each resource of the program, in a preview all of them. */
export class Claims {
  readonly #owners = new Map<string, string>();

  /**
   * Claims things of a host for a resource, such as "path /etc/motd". Gives a failure for each that another
   * resource of this run has claimed.
   */
  claim(urn: string, host: string, things: Readonly<Record<string, string>>): CheckFailure[] {
    const failures: CheckFailure[] = [];
    for (const [property, thing] of Object.entries(things)) {
      const key = `${host}\n${thing}`;
      const owner = this.#owners.get(key) ?? urn;
      this.#owners.set(key, owner);
      if (owner !== urn) {
        const other = owner.split("::").at(-1) ?? owner;
        const reason = `${thing} on ${host} belongs to ${other} already: take it out of one of the two`;
        failures.push({ property, reason });
      }
    }
    return failures;
  }
}
