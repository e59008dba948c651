import { z } from "zod";
import { hstsDays } from "./profiles.ts";
import { ApplicationList } from "./routes/application-options.ts";
import { RedirectList } from "./routes/redirect-options.ts";
import { TrafficOptions } from "./traffic.ts";

const pem = z
  .string()
  .regex(/^-----BEGIN DH PARAMETERS-----\n[A-Za-z0-9+/=\n]+-----END DH PARAMETERS-----\n$/, {
    error:
      "must be a PEM block of DH PARAMETERS that ends with a line break, as `openssl dhparam` writes it",
  });

// What typed options and sites decide; a second word on it would be refused by nginx or open a hole.
const owned =
  /^(?:listen|server_name|location|include|return|if|rewrite|root|alias|error_page|open_file_cache.*|access_log|client_(?:max_body_size|header_timeout|body_timeout)|limit_(?:req|conn)(?:_status)?|real_ip_.*|set_real_ip_from|ssl_.*|proxy_(?:pass|set_header|intercept_errors|http_version|read_timeout))$/;

const setting = z
  .string()
  .regex(/^[a-z][a-z0-9_]*$/, { error: "must be the name of an nginx directive" })
  .refine((name) => !owned.test(name), {
    error: "is decided by typed options and by the site itself: take it out of `settings`",
  });

const value = z.union([
  z.number(),
  z.string().regex(/^[^$\0]*$/, { error: "must not hold a $: nginx would read a variable there" }),
]);

/** Strict-Transport-Security (RFC 6797), which browsers remember. */
const HstsOptions = z
  .strictObject({
    maxAgeDays: z
      .int()
      .min(0)
      .max(3650)
      .default(hstsDays)
      .describe("How long browsers remember it; 0 makes them forget."),
    includeSubDomains: z
      .boolean()
      .default(false)
      .describe("Whether it is for all names below, too, whoever serves them."),
    preload: z
      .boolean()
      .default(false)
      .describe("Agrees to be built into browsers, which takes months to undo."),
  })
  .refine(
    ({ maxAgeDays, includeSubDomains, preload }) =>
      !preload || (includeSubDomains && maxAgeDays >= 365),
    {
      path: ["preload"],
      error: "must go with includeSubDomains and at least 365 days (https://hstspreload.org)",
    },
  );

/** The reverse proxy of a host. */
export const NginxOptions = z.strictObject({
  profile: z
    .enum(["modern", "intermediate", "compatible"])
    .default("intermediate")
    .describe(
      "Mozilla's guideline 6.0, modern (TLS 1.3 alone) or intermediate, or 5.7, which still offers DHE to old clients.",
    ),
  dhparam: z
    .union([
      z.enum(["ffdhe2048", "ffdhe3072", "ffdhe4096", "none"]),
      z.strictObject({ pem: pem.describe("The group.") }),
    ])
    .default("ffdhe4096")
    .describe(
      "Diffie-Hellman group: one of RFC 7919, a PEM of your own, or none. Never made during a run.",
    ),
  hsts: z
    .union([z.literal("off"), HstsOptions])
    .optional()
    .describe(
      "Browsers come by HTTPS alone from then on; for two years if absent, and off with the stack's own authority.",
    ),
  resolvers: z
    .array(z.union([z.ipv4(), z.ipv6()], { error: "must be an IP address" }))
    .max(3)
    .default([])
    .describe("DNS servers by which nginx finds the responder of a certificate (OCSP stapling)."),
  ...TrafficOptions.shape,
  redirects: RedirectList.default([]).describe(
    "Redirects for other web applications that used to live on a site.",
  ),
  applications: ApplicationList.default([]).describe(
    "Further applications below paths of a site, and archives of old ones.",
  ),
  settings: z
    .record(setting, z.union([value, z.array(value)]))
    .refine((all) => !/^strict-transport-security/i.test(String([all["add_header"]].flat()[0])), {
      path: ["add_header"],
      error: "must not be about Strict-Transport-Security: that is the option `hsts`",
    })
    .default({})
    .describe("More directives for each site's server block, by name."),
});

/** A validated nginx section. */
export type NginxOptions = z.output<typeof NginxOptions>;
