import type { Thing } from "../formats/import-id.ts";
import type { ShellValue } from "../formats/shell.ts";
import type { Changes } from "./difference.ts";
import type { CheckFailure } from "./grpc/provider.ts";
import type { Properties } from "./grpc/values.ts";
import type { HostScript } from "./hosts.ts";
import type { Manifest } from "./manifest.ts";

/** How what stands on a host already becomes a resource of the kind. */
export interface Importing {
  /** The fields of an import id that name such things. */
  readonly fields: readonly string[];
  /** The end of an import id, to show. */
  readonly example: string;
  /** Inputs that stand in the program alone: no machine can tell them. */
  readonly unread: readonly string[];
  /** The inputs, as far as an id says them. */
  named(things: readonly Thing[]): Properties;
  /** The variables of survey.sh that ask for all that state and inputs name. */
  values(state: Properties, inputs: Properties): Readonly<Record<string, ShellValue>>;
  /** The inputs as they were found, and what cannot be imported as it stands, each by its name. */
  found(
    manifest: Manifest,
    id: string,
    named: Properties,
  ): { readonly inputs: Properties; readonly refused: readonly string[] };
}

/** What sets one type of host resource apart; `resource.ts` gives it its life. */
export interface Kind {
  /** Names of the inputs that are compared with what is found, besides `host`. */
  readonly inputs: readonly string[];
  /** Names of the outputs that a change may set. */
  readonly outputs: readonly string[];
  /** Completes the inputs, and says what is wrong with them. `olds` are the inputs of the last run. */
  check(news: Properties, olds: Properties): { inputs: Properties; failures: CheckFailure[] };
  /** What belongs to this resource alone on its host, by the input that says so. */
  claims(inputs: Properties): Readonly<Record<string, string>>;
  /** The script that has the verbs `apply` and `remove`. */
  script(inputs: Properties): HostScript;
  /**
   * The state as the host has it now; undefined when nothing of the resource is noted there. `inputs` are those of
   * the last run: what was missing then may be there now.
   */
  observe(
    manifest: Manifest,
    id: string,
    state: Properties,
    inputs: Properties,
  ): Properties | undefined;
  /**
   * The script that asks how the host is as these inputs see it, and changes nothing. Undefined when those of the
   * state see the same, and while not all is known.
   */
  live?(state: Properties, inputs: Properties): HostScript | undefined;
  /** What is wrong with what a change that went well has printed, as the end of a sentence. */
  objection?(said: string, inputs: Properties): string | undefined;
  /** The properties as they are compared, where that is not field by field. */
  comparable?(properties: Properties): Properties;
  /** What a change brings about besides, as changes of further properties, so that previews show it. */
  effects?(changes: Changes, inputs: Properties): Changes;
  /** Outputs whose value cannot be known before such a change of this state was made. */
  unknownAfter?(changes: Changes, olds: Properties): readonly string[];
  /** Outputs that a change has told otherwise than by lines `output <name> <value>`. */
  told?(said: string, inputs: Properties): Properties;
  /** True when a change that failed was put back by its own script. */
  readonly transactional?: boolean;
  /** How it is imported; a kind without it cannot be. */
  readonly importing?: Importing;
  /** Whether a change of this path needs a new resource. */
  replaces?(path: string): boolean;
}
