import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { configSet } from "../../provider/config-set.ts";
import type { Properties } from "../../provider/grpc/values.ts";
import { detachedRun, scriptText } from "../../provider/shell/text.ts";
import type { TestMachine } from "./machine.ts";

/** The inputs of a set with these texts by path, as Check gives them on. */
export function setOf(texts: Readonly<Record<string, string>>, more: Properties = {}): Properties {
  const files = Object.fromEntries(
    Object.entries(texts).map(([path, content]) => [
      path,
      { content, mode: "0644", owner: "root:root" },
    ]),
  );
  const none = { absent: [], validate: [], activate: [], probe: [], deactivate: [] };
  return { files, adopt: "replace", ...none, ...more };
}

/** The text of the script that makes or removes a set, under a fixed id and name; `more` are values besides its own. */
export function setScript(inputs: Properties, more: Readonly<Record<string, string>> = {}): string {
  const { files, values } = configSet.script(inputs);
  const known = { OPERATOR: "tests", RUN: "steps", RELEASE: "bookworm", INSTANCE: "1" };
  const who = { ID: "57e9", NAME: "steps", OWNER: "urn:steps", CREATE: "", KNOWN: [] };
  return scriptText(files, { ...known, ...values, ...who, ...more });
}

/** What a session is sent so that a script's text runs apart from it. */
export function launched(verb: "apply" | "remove", text: string) {
  return detachedRun(randomBytes(8).toString("hex"), verb, text, 300, "root").begin;
}

/** Commands that change nothing that anybody could see; a kill before them is one before the next that does. */
const mutating = "^(mv|rm|ln|cp|mkdir|install|chown|chmod|rmdir|words|declare -p|printf|run) ";

/** The script, which kills itself with SIGKILL before the mutating command whose number is in /run/steps/k. */
export function killing(text: string): string {
  const trap = [
    "set -T",
    "step=0",
    `counted() { [[ $BASH_COMMAND =~ ${mutating.replaceAll(" ", "\\ ")} ]] || return 0; ((++step != $(</run/steps/k))) || kill -KILL $$ $BASHPID; }`,
    "trap counted DEBUG",
  ];
  const changed = text.replace(/\n"\$@" <\/dev\/null\n$/, `\n${trap.join("\n")}\n$&`);
  assert.notEqual(changed, text);
  return changed;
}

/** A side between which changes are killed: the script, and the verb that makes it so. */
export interface Side {
  readonly verb: "apply" | "remove";
  readonly text: string;
}

/** Kills changes from side to side at each of their steps, by kill-steps.sh; gives what it said of those to `a` and `b`. */
export async function killSteps(machine: TestMachine, a: Side, b: Side) {
  await machine.succeed("mkdir -p /run/steps");
  for (const [name, { verb, text }] of Object.entries({ a, b })) {
    await machine.succeed(`cat >/run/steps/${name}`, launched(verb, text).text);
    await machine.succeed(`cat >/run/steps/${name}.killed`, launched(verb, killing(text)).text);
  }
  const loop = await readFile(new URL("../hosts/kill-steps.sh", import.meta.url), "utf8");
  await machine.succeed("cat >/run/steps/loop", loop);
  const said = await machine.succeed(`bash /run/steps/loop ${a.verb} ${b.verb}`);
  const to = (side: string) =>
    said.split("\n").flatMap((line) => {
      const found = new RegExp(`^\\d+ to ${side}: (.*)$`).exec(line)?.[1];
      return found === undefined ? [] : [found];
    });
  return { toA: to("a"), toB: to("b"), said };
}
