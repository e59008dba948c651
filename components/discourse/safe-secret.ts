import { secret } from "../host/index.ts";

/**
 * A secret of the forum. Every value ends up in discourse.conf as `key = 'value'`, read by a regular expression and by ERB
 * (docs/decisions/0003-discourse-environment.md); these characters arrive as they are.
 */
export const safeSecret = secret(
  /^(?!\d+$)[A-Za-z0-9_@%+=:,./-]{1,256}$/,
  "must be 1 to 256 of the characters A-Z a-z 0-9 _@%+=:,./- and not all digits: " +
    "Discourse's configuration file changes others on the way",
);
