import * as pulumi from "@pulumi/pulumi";
import { renderImportId, type Thing } from "../../formats/import-id.ts";
import type { WantedPackage } from "./packages.ts";
import type { Host } from "./words.ts";

/** What is on a machine already: files of a `ConfigSet`, packages of `Packages`, or the unit of a `Unit`. */
export type Existing =
  | {
      /** Paths of plain files. */
      readonly files?: readonly string[];
      /** Paths of files whose content is a secret. */
      readonly secrets?: readonly string[];
      /** Paths at which nothing is. */
      readonly absent?: readonly string[];
    }
  | { readonly packages: readonly WantedPackage[] }
  | { readonly unit: string };

/**
 * The id by which something that is on a host already is imported, for the option `import` of its resource. Refuses a
 * host whose address, key or instance another resource makes: such a machine has nothing to import.
 */
export function importId(host: Host, existing: Existing): string {
  const { name, port, user, release, bastion } = host;
  const plain = (field: string, value: pulumi.Input<string>) => {
    if (typeof value === "string") return value;
    throw new pulumi.RunError(
      `importId: \`${field}\` of the host ${name} comes from another resource, and an import has to know it before ` +
        "anything is made: write it as a plain string",
    );
  };
  const machine = {
    ...{ name, port, user, release },
    address: plain("address", host.address),
    hostKey: plain("hostKey", host.hostKey),
    instance: plain("instance", host.instance),
  };
  const between = bastion && {
    ...{ port: bastion.port, user: bastion.user },
    address: plain("bastion.address", bastion.address),
    hostKey: plain("bastion.hostKey", bastion.hostKey),
  };
  return renderImportId(between ? { ...machine, bastion: between } : machine, thingsOf(existing));
}

function thingsOf(existing: Existing): Thing[] {
  if ("unit" in existing) return [["unit", existing.unit]];
  if ("packages" in existing) return existing.packages.flatMap(packageThings);
  const { files = [], secrets = [], absent = [] } = existing;
  const all = (field: string, paths: readonly string[]) =>
    paths.map((path): Thing => [field, path]);
  return [...all("file", files), ...all("secret", secrets), ...all("absent", absent)];
}

function packageThings(wanted: WantedPackage): Thing[] {
  const { name, version, held } = typeof wanted === "string" ? { name: wanted } : wanted;
  const exact = version === undefined ? name : `${name}=${version}`;
  return [["package", exact], ...(held === true ? [["held", name] as const] : [])];
}
