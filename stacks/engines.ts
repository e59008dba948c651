import { DockerEngine } from "../components/docker-engine/index.ts";
import type { Host } from "../components/host/index.ts";
import type { Configuration } from "../config.ts";

/** The Docker of a machine: made when the first asks for it, and the same one for all. */
export type Engines = (host: Host) => DockerEngine;

/** Docker on the machines of these sections. */
export function engines(sections: Configuration["hosts"]): Engines {
  const made = new Map<string, DockerEngine>();
  return (host) => {
    const section = sections[host.name];
    if (!section) throw new RangeError(`no machine is called ${host.name}`);
    const options = section.docker;
    const engine =
      made.get(host.name) ?? new DockerEngine(`${host.name}-docker`, { host, options });
    made.set(host.name, engine);
    return engine;
  };
}
