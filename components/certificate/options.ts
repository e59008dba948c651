import { z } from "zod";
import { mailAddress, secret } from "../host/index.ts";
import { ChallengeOptions } from "./challenge.ts";

const certificatesPem = z
  .string()
  .regex(/^\s*(?:-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----\s*)+$/, {
    error: "must be PEM blocks of CERTIFICATE and nothing else",
  });

const keyPattern =
  /^\s*(?:-----BEGIN EC PARAMETERS-----[A-Za-z0-9+/=\s]+-----END EC PARAMETERS-----\s*)?-----BEGIN (?<kind>(?:EC |RSA )?PRIVATE KEY)-----[A-Za-z0-9+/=\s]+-----END \k<kind>-----\s*$/;

/** A certificate that the stack's own authority signs. */
const AuthoritySource = z.strictObject({
  kind: z.literal("authority").describe("The stack's own authority signs it."),
});

/** A certificate that somebody brings; `providedFaults` judges it together with the names that it is for. */
const ProvidedSource = z.strictObject({
  kind: z.literal("provided").describe("You bring it, and renew it by bringing the next one."),
  chain: certificatesPem.describe(
    "The site's certificate, then each one that signed the one before it, as PEM.",
  ),
  key: secret(keyPattern, "must be an unencrypted private key as PEM").describe(
    "Its private key, encrypted in the stack file.",
  ),
  authority: certificatesPem
    .optional()
    .describe("The root at which the chain ends, where Mozilla's list does not have it."),
});

/** A certificate that the machine obtains and renews by itself (RFC 8555). */
const AcmeSource = z.strictObject({
  kind: z.literal("acme").describe("The machine obtains it, and renews it in time."),
  directory: z
    .union([
      z.enum(["letsencrypt", "letsencrypt-staging"]),
      z.strictObject({
        url: z
          .string()
          .regex(/^https:\/\/[a-z0-9.-]+(?::\d+)?\/[\w./~-]*$/, {
            error: "must be an https address such as https://acme.example.org/directory",
          })
          .describe("The authority's directory (RFC 8555, 7.1.1)."),
        ca: certificatesPem
          .optional()
          .describe("The root of the directory's own certificate, where Debian does not know it."),
      }),
    ])
    .default("letsencrypt")
    .describe("The authority that is asked; browsers do not trust what staging signs."),
  email: mailAddress.describe("Whom the authority writes to about the account."),
  termsOfServiceAgreed: z
    .literal(true, { error: "must be true: read the authority's terms first, and agree to them" })
    .describe("That you have read the authority's terms of service, and agree."),
  keyType: z
    .enum(["ec256", "ec384", "rsa2048", "rsa4096"])
    .default("ec256")
    .describe("The kind of key; a new one is made with each certificate."),
  challenge: ChallengeOptions.default({ kind: "http" }).describe(
    "How the authority finds out that the names are yours; over HTTP when absent.",
  ),
});

/** Where a site's certificate comes from. */
export const CertificateSource = z.discriminatedUnion(
  "kind",
  [AuthoritySource, ProvidedSource, AcmeSource],
  {
    error: "must have a `kind`: authority, provided or acme",
  },
);

/** A validated source of the kind `acme`. */
export type AcmeSource = z.output<typeof AcmeSource>;

const days = (standard: number, most: number) => z.int().min(1).max(most).default(standard);

/** The certificates of the sites, and the stack's own authority, which signs them unless they come from elsewhere. */
export const CertificateOptions = z
  .strictObject({
    authorityName: z
      .string()
      .regex(/^[\w .,()-]{1,64}$/, { error: "must be 1 to 64 letters, digits, spaces or .,()-_" })
      .default("Community Platform CA")
      .describe("Common name of the certificate authority, as people see it in their trust store."),
    authorityDays: days(3650, 7300).describe("Life of the authority's certificate, in days."),
    validityDays: days(365, 366).describe(
      "Life of a site's certificate, in days; 366 at most (Mozilla's server side TLS guideline 6.0).",
    ),
    renewalDays: days(60, 365).describe(
      "A certificate is renewed by the first `pulumi up` in its last days.",
    ),
    source: CertificateSource.default({ kind: "authority" }).describe(
      "Where the certificates of the sites come from; from the stack's own authority when absent.",
    ),
  })
  .refine(({ validityDays, renewalDays }) => renewalDays < validityDays, {
    path: ["renewalDays"],
    when: () => true,
    error:
      "must be smaller than validityDays, or each run would renew: lower renewalDays or raise validityDays",
  })
  .refine(
    ({ authorityDays, validityDays, renewalDays }) => authorityDays >= validityDays + renewalDays,
    {
      path: ["authorityDays"],
      when: () => true,
      error:
        "must be at least validityDays and renewalDays together, or it ends before what it signs",
    },
  );

/** A validated certificate section. */
export type CertificateOptions = z.output<typeof CertificateOptions>;
