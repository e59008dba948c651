import type * as pulumi from "@pulumi/pulumi";
import type { ShellValue } from "../../formats/shell.ts";
import { HostCommand } from "./carrier.ts";
import type { Host } from "./words.ts";

/** Arguments of a script resource. */
export interface ScriptArgs {
  readonly host: Host;
  /** The `.sh` file, as `new URL("./name.sh", import.meta.url)`. */
  readonly script: URL;
  /** Values of its variables. */
  readonly values?: Readonly<Record<string, pulumi.Input<ShellValue>>>;
  /** Seconds after which the host itself ends it; 900 when absent. */
  readonly timeoutSeconds?: number;
}

/** State on a host that a `.sh` file keeps: `apply` makes it so, again and again; `remove` undoes it. */
export class Script extends HostCommand {
  constructor(name: string, args: ScriptArgs, opts?: pulumi.CustomResourceOptions) {
    super(name, carrierArgs(args, true), opts);
  }
}

/** What happens on a host once per change, such as loading an image; taking the resource away undoes nothing. */
export class RemoteScript extends HostCommand {
  constructor(name: string, args: ScriptArgs, opts?: pulumi.CustomResourceOptions) {
    super(name, carrierArgs({ ...args, values: { ...args.values, SCRIPT: name } }, false), opts);
  }
}

function carrierArgs(
  { host, script, values = {}, timeoutSeconds = 900 }: ScriptArgs,
  removable: boolean,
) {
  return { host, files: [script], values, timeoutSeconds, removable };
}
