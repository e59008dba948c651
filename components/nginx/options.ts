import { z } from "zod";
import { hostname } from "../host/index.ts";
import { hstsDays } from "./profiles.ts";
import { TrafficOptions } from "./traffic.ts";

const pem = z
  .string()
  .regex(/^-----BEGIN DH PARAMETERS-----\n[A-Za-z0-9+/=\n]+-----END DH PARAMETERS-----\n$/, {
    error:
      "must be a PEM block of DH PARAMETERS that ends with a line break, as `openssl dhparam` writes it",
  });

const path = z.string().regex(/^\/[\w./~-]*$/, {
  error: "must be a path of plain characters that starts with a slash, such as /old-forum/",
});

const target = z.string().regex(/^https?:\/\/[a-z0-9.-]+(?::\d+)?(?:\/[\w./~%?=&-]*)?$/, {
  error: "must be an http(s) URL of plain characters, such as https://archive.example.org/forum/",
});

/** A plain redirect of one path, or of all below it when it ends in a slash. */
export const RedirectOptions = z
  .strictObject({
    hostname: hostname.describe("The site that answers."),
    from: path.describe("A path; one that ends in a slash stands for everything below it."),
    to: target.describe(
      "Where it went; what stood behind `from` is appended when both end in a slash.",
    ),
    status: z
      .union([z.literal(301), z.literal(302)])
      .default(301)
      .describe("301 for ever, which browsers remember, or 302 for now."),
  })
  .refine(({ from, to }) => from.endsWith("/") === to.endsWith("/"), {
    path: ["to"],
    error:
      "must end in a slash exactly when `from` does: both stand for a tree, or both for one page",
  })
  .refine(({ from }) => from !== "/" && !/^\/(?:\.platform|message-bus|srv)(?:\/|$)/.test(from), {
    path: ["from"],
    error:
      "must not be the whole site, nor a path that the site itself needs (/message-bus/, /srv/)",
  });

/** A validated redirect. */
export type RedirectOptions = z.output<typeof RedirectOptions>;

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
  redirects: z
    .array(RedirectOptions)
    .refine(
      (list) => new Set(list.map(({ hostname, from }) => hostname + from)).size === list.length,
      {
        error: "must not lead one path to two places: take one of the redirects out",
      },
    )
    .default([])
    .describe("Redirects for other web applications that used to live on a site."),
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
