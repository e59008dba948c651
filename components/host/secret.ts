import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";

/**
 * A secret option: a string in the stack file under `secure`, an Output marked secret in the program, so that it
 * can neither be printed nor end up in a plain input. Refuses what the pattern or the judge refuses, without repeating it.
 */
export function secret(good: RegExp | ((text: string) => boolean), problem: string) {
  return z
    .string({
      error: ({ input }) =>
        input === undefined
          ? "is missing: set it with `pulumi config set --secret --path` and this path"
          : "must be a string",
    })
    .refine((text) => (good instanceof RegExp ? good.test(text) : good(text)), { error: problem })
    .transform((value) => pulumi.secret(value));
}
