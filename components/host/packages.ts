import type * as pulumi from "@pulumi/pulumi";
import { source } from "../../formats/apt.ts";
import { HostResource } from "./resource.ts";
import type { Host } from "./words.ts";

/** A package by its name, or with more to say about it. */
export type WantedPackage =
  | string
  | {
      readonly name: string;
      /** Exactly this version, also when it is an older one; any installed one will do when absent. */
      readonly version?: string;
      /** Kept from every upgrade, unattended ones too (apt-mark(8)). */
      readonly held?: boolean;
    };

/** A third party's repository of packages (sources.list(5)). */
export interface PackageSource {
  /** Short name, used in file names: lower case, digits, dashes. */
  readonly name: string;
  /** Address of the repository. */
  readonly uris: string;
  readonly suites: string;
  readonly components: string;
  /** Where the key lies that signs it; another one than that with this fingerprint is refused. */
  readonly key: { readonly url: string; readonly fingerprint: string };
}

/** Arguments of packages. */
export interface PackagesArgs {
  readonly host: Host;
  readonly packages: readonly WantedPackage[];
  readonly sources?: readonly PackageSource[];
}

/**
 * Debian packages that a component needs on its host. Those already there are left alone for ever; what the
 * platform brought goes again when nobody wants it any more.
 */
export class Packages extends HostResource {
  /** When the newest of the packages was unpacked (UTC); a `Unit` that is older is started anew. */
  declare readonly changedAt: pulumi.Output<string>;

  constructor(name: string, args: PackagesArgs, opts?: pulumi.CustomResourceOptions) {
    const wanted = args.packages.map((one) => (typeof one === "string" ? { name: one } : one));
    const inputs = {
      packages: Object.fromEntries(
        wanted.map(({ name: known, version = "installed" }) => [known, version]),
      ),
      held: wanted.filter(({ held }) => held).map(({ name: known }) => known),
      sources: Object.fromEntries((args.sources ?? []).map((one) => [one.name, sourceInputs(one)])),
      changedAt: undefined,
    };
    super("Packages", name, args.host, inputs, opts);
  }
}

function sourceInputs({ name, uris, suites, components, key }: PackageSource) {
  const signedBy = `/etc/apt/keyrings/platform-${name}.asc`;
  return {
    text: source({ uris, suites, components, signedBy }),
    keyUrl: key.url,
    fingerprint: key.fingerprint,
  };
}
