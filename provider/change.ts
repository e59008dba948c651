import { ScriptFailed, Unreachable } from "./failure.ts";
import type { Call } from "./grpc/provider.ts";
import { type Properties, text } from "./grpc/values.ts";
import { hostOf } from "./host.ts";
import type { Hosts } from "./hosts.ts";
import type { Kind } from "./kind.ts";
import { redacted } from "./secrets.ts";

/** One change of one resource on its host. */
export interface Change extends Call {
  readonly verb: "apply" | "remove";
  readonly id: string;
  /** Of a create: the ids that the program's state has, which are not to be taken for one whose answer was lost. */
  readonly known?: readonly string[];
  readonly inputs: Properties;
  /** The state before, whose secrets must not be told either. */
  readonly before?: Properties;
  /** Seconds that it waits for a machine that does not answer; 90 when absent, as for one that boots. */
  readonly patience?: number;
  /** Takes over what is there already and known to be in use: what is as it should be is only noted. */
  readonly imported?: boolean;
}

/** Runs a kind's script on the host; gives the outputs that it told, and the resource's `id`. Throws its words, without any secret. */
export async function change(kind: Kind, hosts: Hosts, what: Change): Promise<Properties> {
  const {
    verb,
    id,
    known,
    inputs,
    before = {},
    name,
    urn,
    signal,
    patience,
    imported = false,
  } = what;
  const script = kind.script(inputs);
  const making = {
    CREATE: known ? "yes" : "",
    KNOWN: known ?? [],
    IMPORTED: imported ? "yes" : "",
  };
  const values = { ...script.values, ID: id, NAME: name, OWNER: urn, ...making };
  try {
    const sent = { ...script, values };
    const host = hostOf(inputs);
    const said = await hosts.change(host, verb, sent, signal, patience);
    const wrong = verb === "apply" ? kind.objection?.(said, inputs) : undefined;
    if (wrong !== undefined) throw new Error(`${host.name}: ${name}: applied, but ${wrong}`);
    const told = verb === "apply" ? kind.told?.(said, inputs) : undefined;
    return { ...outputsIn(said, ["id", ...kind.outputs]), ...told };
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    const message = redacted(said, { inputs, before });
    throw error instanceof Unreachable && verb === "remove"
      ? new Error(`${message}; when it is gone for good: pulumi state delete '${urn}'`)
      : new Error(message, { cause: error });
  }
}

/**
 * What a change that failed has made all the same, marked as `unfinished` so that the next run does it again: the
 * engine itself forgets. Undefined when nothing was made, when the kind puts everything back, or of a create when nobody
 * answers: the next one finds it by its name.
 */
export async function halfDone(
  kind: Kind,
  hosts: Hosts,
  { id, inputs, before, signal }: Change,
  error: unknown,
): Promise<{ readonly id: string; readonly properties: Properties } | undefined> {
  if (!(error instanceof Error)) return undefined;
  const { cause, message } = error;
  if (cause instanceof Unreachable ? !cause.begun : kind.transactional === true) return undefined;
  const why = message.trim().split("\n").at(-1) ?? "";
  try {
    const manifest = await hosts.manifest(hostOf(inputs), signal);
    const told = cause instanceof ScriptFailed ? outputsIn(cause.printed, ["id"])["id"] : undefined;
    const taken = told === undefined ? id : text(told); // that of a create whose answer was lost
    const found = kind.observe(manifest, taken, inputs, inputs);
    return found && { id: taken, properties: { ...found, unfinished: why } };
  } catch {
    // What is to be done again is not to be forgotten only because nobody answers now.
    return before && { id, properties: { ...(before["olds"] as Properties), unfinished: why } };
  }
}

/** Scripts tell outputs by lines `output <name> <value>`. */
function outputsIn(said: string, names: readonly string[]): Properties {
  const lines = said.split("\n").map((line) => line.split(" "));
  return Object.fromEntries(
    names.flatMap((name) => {
      const line = lines.findLast(([word, about]) => word === "output" && about === name);
      return line ? [[name, text(line.slice(2).join(" "))]] : [];
    }),
  );
}
