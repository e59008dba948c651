import * as pulumi from "@pulumi/pulumi";
import { type Check, type Host, Script } from "../host/index.ts";
import type { IcingaAgent } from "./agent.ts";
import { directory } from "./master.ts";
import { bracketed } from "./node.ts";
import { stackPackage } from "./objects.ts";
import type { IcingaOptions } from "./options.ts";

/** Arguments of a stack's checks. */
export interface StackChecksArgs {
  /** The machine that monitors. */
  readonly host: Host;
  readonly options: IcingaOptions;
  readonly agents: readonly IcingaAgent[];
  readonly checks: readonly Check[];
}

/** The values by which scripts speak with Icinga's API (`api.sh`). */
export function apiValues(monitor: string, { listen }: IcingaOptions) {
  return { NODE: monitor, ADDRESS: bracketed(listen), DIRECTORY: directory };
}

/** The script that keeps a package, in parts. */
export const packageScripts = ["api.sh", "stage.sh", "first.sh", "package.sh"].map(
  (name) => new URL(`./${name}`, import.meta.url),
);

/**
 * What the components of a stack want watched, as one configuration package in Icinga. It comes after the agents, for they
 * have to know a command before the master asks them to run it.
 */
export class StackChecks extends pulumi.ComponentResource {
  constructor(name: string, args: StackChecksArgs, opts?: pulumi.ComponentResourceOptions) {
    super("platform:icinga:StackChecks", name, {}, opts);
    const { host, options, agents, checks } = args;
    const monitor = host.name;
    const names = agents.map(({ node }) => node);
    const { notify } = options;
    const made = stackPackage({ stack: pulumi.getStack(), monitor, agents: names, checks, notify });
    new Script(
      `${name}-package`,
      {
        host,
        script: packageScripts,
        values: {
          ...apiValues(monitor, options),
          PACKAGE: made.name,
          MARKER: made.marker,
          ID: made.id,
          TEXT: made.text,
          PLUGINS: made.plugins,
          AGENTS: names,
        },
        state: {
          file: made.sum,
          id: made.id,
          live: true,
        },
        timeoutSeconds: 400, // an upload, a verdict and a reload, each of which may wait for others
      },
      { parent: this, dependsOn: [...agents] },
    );
    this.registerOutputs({});
  }
}
