import type * as pulumi from "@pulumi/pulumi";
import { command, type Argv } from "../../formats/shell.ts";
import { Script } from "./script.ts";
import type { Host } from "./words.ts";

/** Arguments of a unit. */
export interface UnitArgs {
  readonly host: Host;
  /** Name with its suffix, such as "nginx.service". */
  readonly unit: string;
  /** Succeeds as soon as the service answers; tried for a minute. */
  readonly ready: Argv;
}

/** A systemd unit that is enabled, runs and answers. Reloading on changed files is the business of `ConfigSet`. */
export class Unit extends Script {
  constructor(name: string, args: UnitArgs, opts?: pulumi.CustomResourceOptions) {
    const script = new URL("./unit.sh", import.meta.url);
    const values = { UNIT: args.unit, READY: command(args.ready) };
    super(name, { host: args.host, script, values, timeoutSeconds: 180 }, opts);
  }
}
