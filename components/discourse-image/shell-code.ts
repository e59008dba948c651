import { z } from "zod";
import { fixedParams, freeParams } from "./templates.ts";

/** What splits the launcher's input into documents, wherever it stands. */
export const separator = "_FILE_SEPERATOR_";

/** A command of a step, run by a shell as root. */
const command = z
  .string()
  .min(1, { error: "must not be empty" })
  .max(8192)
  .regex(/^[\t\n\x20-\x7e]*$/, { error: "must be printable ASCII, tabs and line breaks" })
  .refine((text) => !text.includes(separator), {
    error: `must not hold ${separator}: the launcher would split the file there`,
  });

/** The commands of a step; each is run by a shell as root, and one that fails ends the build. */
export const commands = z
  .array(command)
  .min(1, { error: "needs at least one command" })
  .describe("What is run there, each by a shell as root. `$home` is where Discourse lies.");

const params: readonly string[] = [...freeParams, ...fixedParams];

/**
 * Finds words in which pups would put a parameter's value into the middle: it replaces `$home` in `$homedir`, too, for it
 * looks for the text alone (pups, config.rb, interpolate_params).
 */
export function cutParams(text: string): { readonly word: string; readonly param: string }[] {
  return [...text.matchAll(/\$\{?(\w+)/g)].flatMap(([whole, word = ""]) => {
    if (whole.startsWith("${")) return [];
    const param = params.find((one) => word.startsWith(one) && !params.includes(word));
    return param === undefined ? [] : [{ word, param }];
  });
}

/** Refuses commands with such words. */
export function refuseParams(
  list: readonly string[],
  path: readonly (string | number)[],
  context: z.RefinementCtx,
): void {
  list.forEach((text, index) => {
    for (const { word, param } of cutParams(text)) {
      context.addIssue({
        code: "custom",
        path: [...path, "commands", index],
        message: `has $${word}, of which pups would replace $${param}: write \${${word}}`,
      });
    }
  });
}
