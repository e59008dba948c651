import type * as pulumi from "@pulumi/pulumi";
import { Script } from "./script.ts";
import type { Host } from "./words.ts";

/** Debian packages that a component needs on its host; those already there are left alone for ever. */
export class Packages extends Script {
  constructor(
    name: string,
    args: { readonly host: Host; readonly packages: readonly string[] },
    opts?: pulumi.CustomResourceOptions,
  ) {
    const script = new URL("./packages.sh", import.meta.url);
    super(name, { host: args.host, script, values: { NAME: name, PACKAGES: args.packages } }, opts);
  }
}
