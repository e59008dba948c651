import { readFileSync } from "node:fs";

const ruby = (name: string) =>
  readFileSync(new URL(`./programs/${name}.rb`, import.meta.url), "utf8");

/** Programs that Rails runs in an instance; each gets `host` and `secret` before it. */
export const bot = ruby("bot");

/** Sets the first password of root. */
export const root = ruby("root");

/** Scripts of these names, after what all scripts of an instance have in common. */
export function scripts(...names: readonly string[]): URL[] {
  return ["instance", ...names].map((name) => new URL(`./${name}.sh`, import.meta.url));
}
