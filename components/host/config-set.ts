import * as pulumi from "@pulumi/pulumi";
import { commands, type Argv } from "../../formats/shell.ts";
import { HostCommand } from "./carrier.ts";
import type { Host } from "./words.ts";

/** One file of a set. */
export interface ConfigFile {
  /** Absolute path. */
  readonly path: string;
  /** Text of the file; a secret one makes the whole set's input secret. */
  readonly content: pulumi.Input<string>;
  /** Octal permissions; "0644" when absent. */
  readonly mode?: string;
  /** `user:group` by name; "root:root" when absent. */
  readonly owner?: string;
}

/** Arguments of a ConfigSet. */
export interface ConfigSetArgs {
  readonly host: Host;
  readonly files: readonly ConfigFile[];
  /** Paths that must not exist; what is there comes back when the set is removed. */
  readonly absent?: readonly string[];
  /**
   * What happens to a file that stands there already and was not written by the platform: it is replaced and
   * comes back when the set is removed, or the set is refused. "replace" when absent.
   */
  readonly adopt?: "replace" | "refuse";
  /** Asks the real program about the files in their place; the live ones are untouched meanwhile. */
  readonly validate?: readonly Argv[];
  /** Makes the new files take effect. */
  readonly activate?: readonly Argv[];
  /** Asks the running service whether they did; if not, the old files come back. */
  readonly probe?: readonly Argv[];
}

const claimed = new WeakMap<Host, Map<string, string>>();

/**
 * Files of one service on one host that stand or fall together: staged, validated by the real program, swapped
 * by renames, activated, probed, and put back when anything refuses. Refuses two sets that claim one path.
 */
export class ConfigSet extends HostCommand {
  constructor(name: string, args: ConfigSetArgs, opts?: pulumi.CustomResourceOptions) {
    const { host, files, absent = [] } = args;
    claim(name, host, [...files.map((file) => file.path), ...absent]);
    super(
      name,
      {
        host,
        files: ["./transaction.sh", "./swap.sh", "./view.sh", "./config-set.sh"].map(
          (file) => new URL(file, import.meta.url),
        ),
        values: {
          NAME: name,
          PATHS: files.map((file) => file.path),
          MODES: files.map((file) => file.mode ?? "0644"),
          OWNERS: files.map((file) => file.owner ?? "root:root"),
          ABSENT: absent,
          ADOPT: args.adopt ?? "replace",
          VALIDATE: commands(args.validate ?? []),
          ACTIVATE: commands(args.activate ?? []),
          PROBE: commands(args.probe ?? []),
          CONTENTS: pulumi.all(files.map((file) => file.content)),
        },
        timeoutSeconds: 300,
        removable: true,
      },
      opts,
    );
  }
}

function claim(name: string, host: Host, paths: readonly string[]): void {
  const owners = claimed.get(host) ?? new Map<string, string>();
  claimed.set(host, owners);
  for (const path of paths) {
    const owner = owners.get(path);
    if (!/^\/(?:[\w.@:+-]+\/)*[\w.@:+-]+$/.test(path) || /\/\.\.?(?:\/|$)/.test(path)) {
      throw new pulumi.RunError(`${name}: "${path}" on ${host.name} is not a plain absolute path`);
    }
    if (owner !== undefined) {
      throw new pulumi.RunError(
        `${name}: ${path} on ${host.name} belongs to ${owner} already; give one of them another path`,
      );
    }
    owners.set(path, name);
  }
}
