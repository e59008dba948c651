import { z } from "zod";

/** The name of an environment variable. */
export const variable = z
  .string()
  .regex(/^[A-Z][A-Z0-9_]{0,63}$/, { error: "must be the name of an environment variable" });

/**
 * A value that arrives unchanged: the launcher reads it with a shell's `read`, Docker takes it as an argument, and at boot it
 * becomes a line of discourse.conf (docs/decisions/0003-discourse-environment.md).
 */
export const variableValue = z.string().regex(/^[A-Za-z0-9_@%+=:,./-]{1,256}$/, {
  error:
    "must be 1 to 256 of the characters A-Z a-z 0-9 _@%+=:,./-: Discourse's configuration file changes others on the way",
});
