import type { Site } from "../host/index.ts";
import type { Allocation } from "./allocation.ts";
import type { InstanceOptions } from "./options.ts";
import { containerName } from "./paths.ts";

/** All names of an instance that visitors use, the one in the address bar first; without the provider's where that is apart. */
export function namesOf(options: InstanceOptions, apart = false): [string, ...string[]] {
  const { hostname, registry, pages } = options;
  return [
    hostname,
    ...leading(options, apart),
    ...(registry ? [registry.hostname] : []),
    ...(pages ? [pages.hostname] : []),
  ];
}

function leading({ providerName, aliases }: InstanceOptions, apart: boolean): string[] {
  return [...(providerName === undefined || apart ? [] : [providerName]), ...aliases];
}

/** The provider's own name for an instance, where it has another certificate than the customer's; else it is among the others. */
export function providerSites(instance: string, options: InstanceOptions): Site[] {
  const { providerName, hostname } = options;
  if (providerName === undefined) return [];
  return [
    {
      ...{ name: `${containerName(instance)}-provider`, hostname: providerName },
      ...{ leadsTo: hostname, upstream: "127.0.0.1:9", maxBodyBytes: 1024, streaming: [] },
      offline: away,
    },
  ];
}

/** Seconds that GitLab may be silent in the middle of an answer: a large clone takes long to begin (omnibus-gitlab, nginx). */
const answerSeconds = 3600;

const away = {
  language: "en",
  title: "GitLab is not available",
  message: "It is being worked on, or it starts. This page asks again by itself.",
};

/** What an instance wants served: itself, and its registry and pages where it has them. */
export function instanceSites(
  instance: string,
  options: InstanceOptions,
  allocation: Allocation,
  apart = false,
): Site[] {
  const { hostname, registry, pages } = options;
  const name = containerName(instance);
  const passing = { maxBodyBytes: "unlimited", passing: { answerSeconds } } as const;
  const site = (suffix: string, of: string, port: number): Site => ({
    ...{ name: `${name}${suffix}`, hostname: of, upstream: `127.0.0.1:${port}` },
    ...{ ...passing, streaming: [], offline: away },
  });
  return [
    { ...site("", hostname, allocation.httpPort), aliases: leading(options, apart) },
    ...(registry ? [site("-registry", registry.hostname, allocation.registryPort)] : []),
    ...(pages ? [site("-pages", pages.hostname, allocation.pagesPort)] : []),
  ];
}
