import * as pulumi from "@pulumi/pulumi";
import type { Host } from "./words.ts";

const claimed = new WeakMap<Host, Map<string, string>>();

/**
 * Claims things on a host, such as paths or units, for the resource of that name. Refuses what another one has:
 * here, before anything is registered; the provider refuses it once more, over all components.
 */
export function claim(host: Host, name: string, things: readonly string[]): void {
  const owners = claimed.get(host) ?? new Map<string, string>();
  claimed.set(host, owners);
  for (const thing of things) {
    const owner = owners.get(thing);
    if (owner !== undefined) {
      throw new pulumi.RunError(
        `${name}: ${thing} on ${host.name} belongs to ${owner} already: take it out of one of the two`,
      );
    }
    owners.set(thing, name);
  }
}
