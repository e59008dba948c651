import type { HostOptions } from "./options.ts";
import type { Host } from "./words.ts";

export { certificateFiles, type SiteCertificate } from "./certificates.ts";
export { ConfigSet, type ConfigFile, type ConfigSetArgs } from "./config-set.ts";
export { chain, lastResource } from "./chain.ts";
export { DataDirectory, type DataDirectoryArgs } from "./data-directory.ts";
export { dockerProvider } from "./connection.ts";
export { hostname, HostOptions, mailAddress, releases, size, type Release } from "./options.ts";
export { importId, type Existing } from "./import.ts";
export { Packages, type PackagesArgs, type PackageSource } from "./packages.ts";
export { RemoteScript, type RemoteScriptArgs } from "./remote-script.ts";
export { Script, type ScriptArgs } from "./script.ts";
export { secret } from "./secret.ts";
export { Service } from "./service.ts";
export { Unit, type UnitArgs } from "./unit.ts";
export type { Backup, Bastion, Check, Host, Offers, OfflineText, Site } from "./words.ts";

/** A machine that exists already, as its section of the configuration describes it. Refuses one without a pinned key. */
export function existingHost(name: string, options: HostOptions): Host {
  const { address, port, user, hostKey, instance, release, bastion } = options;
  if (hostKey === undefined) throw new RangeError(`${name} has no hostKey to be pinned`);
  const host = { name, address, port, user, hostKey, instance, release };
  return bastion ? { ...host, bastion } : host;
}
