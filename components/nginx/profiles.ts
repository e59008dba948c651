const ecdhe = [
  "ECDHE-ECDSA-AES128-GCM-SHA256",
  "ECDHE-RSA-AES128-GCM-SHA256",
  "ECDHE-ECDSA-AES256-GCM-SHA384",
  "ECDHE-RSA-AES256-GCM-SHA384",
  "ECDHE-ECDSA-CHACHA20-POLY1305",
  "ECDHE-RSA-CHACHA20-POLY1305",
];

const dhe = ["DHE-RSA-AES128-GCM-SHA256", "DHE-RSA-AES256-GCM-SHA384", "DHE-RSA-CHACHA20-POLY1305"];

/** What a configuration of a guideline offers, in the words of OpenSSL and nginx. */
export interface Profile {
  readonly protocols: readonly string[];
  /** Suites of TLS 1.2; those of 1.3 are OpenSSL's own, and all good. */
  readonly ciphers: readonly string[];
  readonly groups: readonly string[];
}

const groups = ["X25519MLKEM768", "X25519", "prime256v1", "secp384r1"];

/**
 * Mozilla's server side TLS guidelines (https://ssl-config.mozilla.org/guidelines/6.0.json, of 2026-04-06): its two
 * configurations, and the intermediate one of 5.7 as `compatible`, the last that offers DHE.
 */
export const profiles = {
  modern: { protocols: ["TLSv1.3"], ciphers: [], groups },
  intermediate: { protocols: ["TLSv1.2", "TLSv1.3"], ciphers: ecdhe, groups },
  compatible: {
    protocols: ["TLSv1.2", "TLSv1.3"],
    ciphers: [...ecdhe, ...dhe],
    groups: ["X25519", "prime256v1", "secp384r1"],
  },
} as const satisfies Readonly<Record<string, Profile>>;

/** How long browsers remember that a site is for HTTPS alone, in days (`hsts_min_age` of all configurations). */
export const hstsDays = 730;
