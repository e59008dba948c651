import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { ShellValue } from "../../formats/shell.ts";
import { remoteCommand, scriptText } from "../../provider/shell/text.ts";
import { chain, chained } from "./chain.ts";
import { connection } from "./connection.ts";
import { onlyGiven } from "./given.ts";
import type { Host } from "./words.ts";

/** Arguments of a script resource. */
export interface RemoteScriptArgs {
  readonly host: Host;
  /** The `.sh` file, as `new URL("./name.sh", import.meta.url)`; of several, the last one has the verb. */
  readonly script: URL | readonly URL[];
  /** Values of its variables; a secret one makes the whole input secret. */
  readonly values?: Readonly<Record<string, pulumi.Input<ShellValue>>>;
  /** Seconds after which the host itself ends it, besides those that it may wait for the host's lock; 900 when absent. */
  readonly timeoutSeconds?: number;
}

const once = new URL("../../provider/shell/once.sh", import.meta.url);

/**
 * What happens on a host once per change, such as loading an image; taking the resource away undoes nothing. It is
 * carried by `remote.Command`: nothing logged, outputs secret, no previous output in the environment, no triggers, and
 * none of its outputs for the program.
 */
export class RemoteScript extends command.remote.Command {
  constructor(name: string, args: RemoteScriptArgs, opts?: pulumi.CustomResourceOptions) {
    const { host, script, values = {}, timeoutSeconds = 900 } = args;
    super(
      name,
      {
        connection: connection(host),
        create: remoteCommand("apply", timeoutSeconds, host.user),
        stdin: pulumi
          .all({ ...values, SCRIPT: name, RELEASE: host.release, INSTANCE: host.instance })
          .apply((known) => scriptText([once, ...[script].flat()], known)),
        logging: "none",
        addPreviousOutputInEnv: false,
      },
      {
        ...chained(host, opts),
        additionalSecretOutputs: ["stdout", "stderr"],
        transformations: [onlyGiven()],
      },
    );
    chain(host, this);
  }
}
