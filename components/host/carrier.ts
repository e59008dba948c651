import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { assignments, type ShellValue } from "../../formats/shell.ts";
import { connection } from "./connection.ts";
import type { Host } from "./words.ts";

/** What every script on a host is made of. */
export interface CarrierArgs {
  readonly host: Host;
  /** Shell files, sent in this order behind the prelude; the last one ends by running its verb. */
  readonly files: readonly URL[];
  /** Values of the script's variables; a secret one makes the whole input secret. */
  readonly values: Readonly<Record<string, pulumi.Input<ShellValue>>>;
  /** Seconds after which the host itself ends the script, besides those that it may wait for the host's lock. */
  readonly timeoutSeconds: number;
  /** Whether the script undoes its work when the resource goes. */
  readonly removable: boolean;
}

const lockSeconds = 300; // as long as prelude.sh waits

/**
 * The constant command line of a verb. Values never stand in it, since it is in process lists and in errors.
 * The login shell only starts a clean bash, so nothing of root's profile takes part.
 */
export function remoteCommand(verb: "apply" | "remove", timeoutSeconds: number): string {
  return (
    `exec env -i HOME=/root LC_ALL=C.UTF-8 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin ` +
    `timeout --kill-after=30 ${timeoutSeconds + lockSeconds} bash -s -- ${verb}`
  );
}

/**
 * The text on stdin: assignments, prelude, script. `CONTENT_ID` is the digest of all the rest; the host keeps
 * it only keyed with a secret of its own.
 */
export function scriptText(
  files: readonly URL[],
  values: Readonly<Record<string, ShellValue>>,
): string {
  const prelude = new URL("./prelude.sh", import.meta.url);
  const parts = [prelude, ...files].map((file) => readFileSync(file, "utf8"));
  const text = assignments(values) + parts.join("\n");
  const id = createHash("sha256").update(text).digest("hex");
  return assignments({ CONTENT_ID: id }) + text;
}

const lastOn = new WeakMap<Host, pulumi.Resource>();

/** The resource that was put on the host last; the next one waits for it. */
export function lastResource(host: Host): pulumi.Resource | undefined {
  return lastOn.get(host);
}

/** Makes what comes next on the host wait for this resource, so that sshd's MaxStartups is never met. */
export function chain(host: Host, resource: pulumi.Resource): void {
  lastOn.set(host, resource);
}

/** Options with which a resource waits for the host's last one, besides what the caller wants. */
export function chained(
  host: Host,
  opts: pulumi.CustomResourceOptions = {},
): pulumi.CustomResourceOptions {
  const last = lastOn.get(host);
  const wanted = opts.dependsOn === undefined ? [] : [opts.dependsOn].flat();
  return { ...opts, dependsOn: last ? [...(wanted as pulumi.Resource[]), last] : opts.dependsOn };
}

/**
 * A script on a host, carried by `remote.Command`: nothing logged, outputs secret, no previous output in the
 * environment, no triggers (they would run the old `remove` after the new `apply`).
 */
export class HostCommand extends command.remote.Command {
  constructor(name: string, args: CarrierArgs, opts?: pulumi.CustomResourceOptions) {
    const { host, files, values, timeoutSeconds, removable } = args;
    super(
      name,
      {
        connection: connection(host),
        create: remoteCommand("apply", timeoutSeconds),
        delete: removable ? remoteCommand("remove", timeoutSeconds) : undefined,
        stdin: pulumi
          .all({ ...values, RELEASE: host.release, INSTANCE: host.instance })
          .apply((known) => scriptText(files, known)),
        logging: "none",
        addPreviousOutputInEnv: false,
      },
      { ...chained(host, opts), additionalSecretOutputs: ["stdout", "stderr"] },
    );
    chain(host, this);
  }
}
