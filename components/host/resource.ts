import * as pulumi from "@pulumi/pulumi";
import { chain, chained } from "./chain.ts";
import type { Host } from "./words.ts";

/** The version of the `host` provider; it stays as it is, and Pulumi.yaml names it. */
const version = "1.0.0";

/**
 * State on a host, kept by the `host` provider (`provider/`): read before every preview, compared field by field.
 * It waits for what was put on its host before it, so that the order of the program is that of the machine.
 */
export abstract class HostResource extends pulumi.CustomResource {
  protected constructor(
    kind: string,
    name: string,
    host: Host,
    inputs: pulumi.Inputs,
    opts?: pulumi.CustomResourceOptions,
  ) {
    const type = `host:index:${kind}`;
    super(type, name, { ...inputs, host: { ...host } }, { ...chained(host, opts), version });
    chain(host, this);
  }
}
