import { createHash } from "node:crypto";

/** Tells one plain value from another. */
export function digest(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex");
}

/** A password that a private key stands for: who has the one can tell the other, and not the other way round. */
export function passwordOf(pem: string): string {
  return createHash("sha256").update(pem).digest("base64url").slice(0, 32);
}
