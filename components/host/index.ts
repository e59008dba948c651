import type * as pulumi from "@pulumi/pulumi";
import { madeBy } from "./chain.ts";
import type { HostOptions } from "./options.ts";
import type { Script } from "./script.ts";
import type { Host } from "./words.ts";

export { certificateFiles, type SiteCertificate } from "./certificates.ts";
export { ConfigSet, type ConfigFile, type ConfigSetArgs } from "./config-set.ts";
export { chain, goesWith, lastResource } from "./chain.ts";
export { DataDirectory, type DataDirectoryArgs } from "./data-directory.ts";
export { dockerProvider } from "./connection.ts";
export {
  hostname,
  HostOptions,
  mailAddress,
  network,
  publicKey,
  releases,
  size,
  wildcard,
  type Release,
} from "./options.ts";
export { onlyGiven } from "./given.ts";
export { importId, type Existing } from "./import.ts";
export { Packages, type PackagesArgs, type PackageSource } from "./packages.ts";
export { relayScript } from "./relay.ts";
export { RemoteScript, type RemoteScriptArgs } from "./remote-script.ts";
export { Script, type ScriptArgs } from "./script.ts";
export { secret } from "./secret.ts";
export { Service } from "./service.ts";
export { Unit, type UnitArgs } from "./unit.ts";
export type {
  Backup,
  Bastion,
  Check,
  Host,
  Maintenance,
  Offers,
  PageText,
  Site,
  SiteDeployment,
  Watcher,
} from "./words.ts";

/** A machine that exists already, as its section of the configuration describes it. Refuses one without a pinned key. */
export function existingHost(name: string, options: HostOptions): Host {
  const { hostKey, instance } = options;
  if (hostKey === undefined) throw new RangeError(`${name} has no hostKey to be pinned`);
  return { ...reached(name, options), hostKey, instance };
}

/** What makes a machine: its key, the Script that tells its `instance`, and whether that is protected. */
export interface Making {
  readonly hostKey: pulumi.Input<string>;
  readonly by: Script;
  readonly protect: boolean;
}

/**
 * A machine that a Script makes. What is put on it goes with it, unless it is protected: then a destroy would have
 * forgotten all that is on it before it is refused.
 */
export function madeHost(
  name: string,
  options: HostOptions,
  { hostKey, by, protect }: Making,
): Host {
  const instance = by.told.apply((told) => told?.["instance"] ?? "");
  const host = { ...reached(name, options), hostKey, instance };
  if (!protect) madeBy(host, by);
  return host;
}

function reached(name: string, options: HostOptions): Omit<Host, "hostKey" | "instance"> {
  const { address, port, user, release, bastion, bootSeconds } = options;
  return {
    ...{ name, address, port, user, release },
    ...(bastion ? { bastion } : {}),
    ...(bootSeconds === undefined ? {} : { bootSeconds }),
  };
}
