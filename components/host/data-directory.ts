import type * as pulumi from "@pulumi/pulumi";
import type { Size } from "../../formats/size.ts";
import { claim } from "./claims.ts";
import { Packages } from "./packages.ts";
import { HostResource } from "./resource.ts";
import type { Host } from "./words.ts";

/** Arguments of a data directory. */
export interface DataDirectoryArgs {
  readonly host: Host;
  /** Absolute path, not one of the system's; another one is another directory, and the data of the old one stay there. */
  readonly path: string;
  /** Octal permissions of the directory itself; "0750" when absent. */
  readonly mode?: string;
  /** `user:group` by name, or by number where the host has no name for it; "root:root" when absent. */
  readonly owner?: string;
  /** How large all that is in it may get; the file system must be mounted with `prjquota`. No limit when absent. */
  readonly quota?: Size;
}

/**
 * A directory on a host whose data must outlive everything. What is in it is never touched, also when this resource
 * is deleted; one that is lost, or whose disk is not mounted, shows in every preview and is not made anew.
 */
export class DataDirectory extends HostResource {
  constructor(name: string, args: DataDirectoryArgs, opts?: pulumi.CustomResourceOptions) {
    const { host, path, mode = "0750", owner = "root:root", quota } = args;
    claim(host, name, [path]);
    if (quota !== undefined) {
      const child = opts?.parent === undefined ? {} : { parent: opts.parent };
      new Packages(`${name}-quota`, { host, packages: ["quota"] }, child);
    }
    super("DataDirectory", name, host, { path, mode, owner, quota }, opts);
  }
}
