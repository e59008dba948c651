import { z } from "zod";
import { network } from "../host/index.ts";
import { NotifyOptions } from "./notify-options.ts";

/** Icinga 2 on one machine of the stack, without a web interface. */
export const IcingaOptions = z.strictObject({
  host: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,30}$/, { error: "must be a machine's name" })
    .describe("The machine of `hosts` that monitors the others, best in another house than they."),
  source: z
    .enum(["icinga", "debian"])
    .default("icinga")
    .describe(
      "Icinga's own packages, which get fixes; or Debian's, which are years behind and whose port 5665 must not be open to strangers.",
    ),
  listen: z
    .union([z.ipv4(), z.ipv6()], { error: "must be an IP address of the machine" })
    .refine((address) => !["0.0.0.0", "::"].includes(address), {
      error: "must be one address, that of the network which the monitored machines are in",
    })
    .default("127.0.0.1")
    .describe(
      "Where its API answers, on port 5665, and the agents of the other machines connect to; by default only to the machine itself.",
    ),
  peers: z
    .array(network)
    .min(1)
    .optional()
    .describe(
      "Addresses and networks, as the machine sees them, that may reach port 5665; all others are kept out by rules of its own. Absent leaves that to the network.",
    ),
  log: z
    .enum(["critical", "warning", "information", "notice", "debug"])
    .default("information")
    .describe("How much it writes to /var/log/icinga2/icinga2.log."),
  notify: NotifyOptions.optional().describe(
    "Who is told when something is not green; without it, nobody is.",
  ),
});

/** A validated monitoring section. */
export type IcingaOptions = z.output<typeof IcingaOptions>;
