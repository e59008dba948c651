import * as pulumi from "@pulumi/pulumi";
import type { Backup, Check, Offers, Site } from "./words.ts";

/** A component that runs on a host. What it does not offer to the rooms that collect is an empty list. */
export abstract class Service extends pulumi.ComponentResource implements Offers {
  sites: readonly Site[] = [];
  checks: readonly Check[] = [];
  backups: readonly Backup[] = [];

  /** `type` is `platform:<folder>:<Class>`; inputs are not registered, for they may be large or secret. */
  protected constructor(type: string, name: string, opts?: pulumi.ComponentResourceOptions) {
    super(type, name, {}, opts);
  }
}
