import { readFileSync } from "node:fs";
import type * as pulumi from "@pulumi/pulumi";
import type { ShellValue } from "../../formats/shell.ts";
import { HostResource } from "./resource.ts";
import type { Host } from "./words.ts";

/** A value of JSON, parts of which other resources may make. */
export type StateValue =
  | pulumi.Input<string | number | boolean>
  | readonly StateValue[]
  | { readonly [name: string]: StateValue };

/** Arguments of a script that keeps state. */
export interface ScriptArgs {
  readonly host: Host;
  /** The `.sh` file with the verbs, as `new URL("./name.sh", import.meta.url)`; of several, the last one has them. */
  readonly script: URL | readonly URL[];
  /** Values of its variables; of a secret one, previews only show that it changes. */
  readonly values?: Readonly<Record<string, pulumi.Input<ShellValue>>>;
  /** What the JSON of `check` shall be; in place of a secret, `check` tells what `digest` makes of it. */
  readonly state: Readonly<Record<string, StateValue>>;
  /** Seconds after which `apply` and `remove` are ended; 300 when absent. */
  readonly timeoutSeconds?: number;
}

const texts = new Map<string, string>();

/** Read once, for many instances have the same scripts. */
function textOf(file: URL): string {
  const text = texts.get(file.href) ?? readFileSync(file, "utf8");
  texts.set(file.href, text);
  return text;
}

/**
 * State on a host that only a program can make and tell, such as an API's object. Its `check` is asked before every
 * preview and compared field by field; `apply` runs when something differs, and `remove`, if there is one, at the end.
 */
export class Script extends HostResource {
  /** What `check` tells besides its state, in a last line `told {…}` of JSON with texts; absent when it tells none. */
  declare readonly told: pulumi.Output<Readonly<Record<string, string>> | undefined>;

  constructor(name: string, args: ScriptArgs, opts?: pulumi.CustomResourceOptions) {
    const { host, values = {}, state, timeoutSeconds = 300 } = args;
    const script = [args.script].flat().map(textOf).join("\n");
    super("Script", name, host, { script, values, state, timeoutSeconds, told: undefined }, opts);
  }
}
