import { z } from "zod";
import { secret } from "../host/index.ts";
import { dnsProviders } from "./providers.ts";

const environmentName = z.string().regex(/^[A-Z][A-Z0-9_]{0,63}$/, {
  error: "must be the name of an environment variable",
});

const HttpChallenge = z.strictObject({
  kind: z.literal("http").describe("It asks nginx on port 80 (RFC 8555, 8.3)."),
});

const DnsChallenge = z
  .strictObject({
    kind: z.literal("dns").describe("It asks the names' DNS servers for a record (RFC 8555, 8.4)."),
    provider: z
      .enum(dnsProviders, {
        error: "must be one of lego's DNS providers, by its code (`lego dnshelp` lists them)",
      })
      .optional()
      .describe(
        "Who runs these servers, by lego's code; https://go-acme.github.io/lego/dns/ says what it wants to know.",
      ),
    hook: z
      .string()
      .max(65_536)
      .regex(/^#!\/[^\0]*\n$/, {
        error: "must be a whole program: its first line begins with `#!/`, its last one ends",
      })
      .optional()
      .describe(
        "A program for servers that lego does not know, in its place: it is called with `present` or `cleanup`, the record's name and its text.",
      ),
    environment: z
      .record(environmentName, secret(/^[^\0]{1,8192}$/, "must be 1 to 8192 characters"))
      .default({})
      .describe("What provider or hook is to know, as environment variables, all encrypted."),
    resolvers: z
      .array(
        z.string().regex(/^(?:[\d.]+|\[[\da-f:]+\]):\d{1,5}$/, {
          error: "must be an address and its port, such as 192.0.2.53:53 or [2001:db8::53]:53",
        }),
      )
      .default([])
      .describe(
        "DNS servers that are asked whether the record is there yet; the machine's own when absent.",
      ),
  })
  .refine(({ provider, hook }) => (provider === undefined) !== (hook === undefined), {
    path: ["provider"],
    error: "must be given, or `hook`, and not both",
  });

/** How an ACME authority finds out that a name is yours. */
export const ChallengeOptions = z.discriminatedUnion("kind", [HttpChallenge, DnsChallenge], {
  error: "must have a `kind`: http or dns",
});

/** A validated challenge. */
export type ChallengeOptions = z.output<typeof ChallengeOptions>;

/** lego's code of what answers over DNS; nothing where the authority asks over HTTP. */
export function dnsProvider(challenge: ChallengeOptions): string | undefined {
  return challenge.kind === "dns" ? (challenge.provider ?? "exec") : undefined;
}
