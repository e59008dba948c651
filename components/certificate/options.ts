import { z } from "zod";

const days = (standard: number, most: number) => z.int().min(1).max(most).default(standard);

/** The stack's own certificate authority and the certificates that it signs. */
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
