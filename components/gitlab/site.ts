import type { Site } from "../host/index.ts";
import type { Allocation } from "./allocation.ts";
import type { InstanceOptions } from "./options.ts";
import { containerName } from "./paths.ts";

/** All names of an instance that visitors use, the one in the address bar first. */
export function namesOf(options: InstanceOptions): [string, ...string[]] {
  const { hostname, registry, pages } = options;
  return [
    hostname,
    ...leading(options),
    ...(registry ? [registry.hostname] : []),
    ...(pages ? [pages.hostname] : []),
  ];
}

function leading({ providerName, aliases }: InstanceOptions): string[] {
  return [...(providerName === undefined ? [] : [providerName]), ...aliases];
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
): Site[] {
  const { hostname, registry, pages } = options;
  const name = containerName(instance);
  const passing = { maxBodyBytes: "unlimited", passing: { answerSeconds } } as const;
  const site = (suffix: string, of: string, port: number): Site => ({
    ...{ name: `${name}${suffix}`, hostname: of, upstream: `127.0.0.1:${port}` },
    ...{ ...passing, streaming: [], offline: away },
  });
  return [
    { ...site("", hostname, allocation.httpPort), aliases: leading(options) },
    ...(registry ? [site("-registry", registry.hostname, allocation.registryPort)] : []),
    ...(pages ? [site("-pages", pages.hostname, allocation.pagesPort)] : []),
  ];
}
