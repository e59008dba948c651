import { configuration, hostKey, type Sections } from "./example.ts";
import type { Configuration } from "../../config.ts";

/** A fleet as a person writes it: so many small instances, on so many machines in turn. */
export function fleetSections(instances: number, machines: number): Sections {
  const name = (index: number) => `c${index}`;
  const host = (index: number) => `shared-${index % machines}`;
  const reach = (index: number) => ({
    address: `192.0.2.${index + 1}`,
    hostKey,
    release: "trixie",
  });
  return {
    hosts: Object.fromEntries(
      Array.from({ length: machines }, (_, index) => [host(index), reach(index)]),
    ),
    gitlab: {
      instances: Object.fromEntries(
        Array.from({ length: instances }, (_, index) => [
          name(index),
          {
            customer: `Customer ${index}`,
            ...{ host: host(index), hostname: `git.${name(index)}.example` },
            image: { name: "gitlab/gitlab-ee:18.11.11-ee.0" },
            ...{ plan: "S", isolation: "sharedHost", slot: Math.floor(index / machines) },
          },
        ]),
      ),
    },
  };
}

/** The same, checked. */
export function fleet(instances: number, machines: number): Configuration {
  return configuration(fleetSections(instances, machines));
}
