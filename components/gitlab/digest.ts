import { createHash, hkdfSync } from "node:crypto";

/** Tells one plain value from another. */
export function digest(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex");
}

/**
 * The password of an instance's root that a seed stands for, 192 bits of HKDF (RFC 5869): who has the seed can tell all of them,
 * and who has one of them neither the seed nor another.
 */
export function passwordOf(seed: string, instance: string, edition = ""): string {
  const bits = hkdfSync("sha256", seed, "", `root of ${instance} ${edition}`.trim(), 24);
  return Buffer.from(bits).toString("base64url");
}
