import type * as pulumi from "@pulumi/pulumi";
import { command, type Argv } from "../../formats/shell.ts";
import { claim } from "./claims.ts";
import { HostResource } from "./resource.ts";
import type { Host } from "./words.ts";

/** One file of a set. */
export interface ConfigFile {
  /** Absolute path. */
  readonly path: string;
  /** Text of the file; of a secret one, previews show a digest. */
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
  /** What takes the place of `activate` when the set is removed; for a service that may have been stopped before. */
  readonly deactivate?: readonly Argv[];
  /**
   * Seconds that each of these four may take, 1 to 7200; 120 when absent. What takes longer is ended and counts as a
   * refusal. The commands have it as COMMAND_SECONDS in their environment, to end by themselves before.
   */
  readonly commandSeconds?: number;
}

/**
 * Files of one service on one host that stand or fall together: staged, validated by the real program, swapped
 * by renames, activated, probed, and put back when anything refuses. Content, mode and owner are read before
 * every preview. Refuses two resources of one run that claim one path.
 */
export class ConfigSet extends HostResource {
  constructor(name: string, args: ConfigSetArgs, opts?: pulumi.CustomResourceOptions) {
    const { host, files, absent = [], adopt = "replace", commandSeconds } = args;
    claim(host, name, [...files.map(({ path }) => path), ...absent]);
    const lines = (list: readonly Argv[] = []) => list.map(command);
    const inputs = {
      files: Object.fromEntries(
        files.map(({ path, content, mode = "0644", owner = "root:root" }) => [
          path,
          { content, mode, owner },
        ]),
      ),
      absent: [...absent],
      adopt,
      validate: lines(args.validate),
      activate: lines(args.activate),
      probe: lines(args.probe),
      deactivate: lines(args.deactivate),
      ...(commandSeconds === undefined ? {} : { commandSeconds }),
    };
    super("ConfigSet", name, host, inputs, opts);
  }
}
