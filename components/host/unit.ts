import type * as pulumi from "@pulumi/pulumi";
import { command, type Argv } from "../../formats/shell.ts";
import type { Packages } from "./packages.ts";
import { claim } from "./claims.ts";
import { HostResource } from "./resource.ts";
import type { Host } from "./words.ts";

/** Arguments of a unit. */
export interface UnitArgs {
  readonly host: Host;
  /** Name with its suffix, such as "nginx.service". */
  readonly unit: string;
  /** Whether it starts at boot; true when absent. */
  readonly enabled?: boolean;
  /** Whether it runs; true when absent. */
  readonly active?: boolean;
  /** Succeeds as soon as the service answers; tried for a minute. */
  readonly ready: Argv;
  /** The packages that it runs from: when they change, it is started anew. */
  readonly packages?: Packages;
}

/** A systemd unit that is enabled, runs and answers. Reloading on changed files is the business of `ConfigSet`. */
export class Unit extends HostResource {
  constructor(name: string, args: UnitArgs, opts?: pulumi.CustomResourceOptions) {
    const { host, unit, enabled = true, active = true, ready, packages } = args;
    claim(host, name, [`unit ${unit}`]);
    const restartAfter = packages?.changedAt;
    const inputs = { unit, enabled, active, ready: command(ready), restartAfter };
    super("Unit", name, host, inputs, opts);
  }
}
