import { createHash } from "node:crypto";

/** Tells one plain value from another; of a secret, it is as secret as that. */
export function digest(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex");
}
