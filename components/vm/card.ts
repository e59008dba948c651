import { createHash } from "node:crypto";

/** The address of a machine's network card: always the same for a name, in QEMU's range (52:54:00). */
export function cardAddress(name: string): string {
  const digits = createHash("sha256").update(name).digest("hex").slice(0, 6);
  return `52:54:00:${digits.slice(0, 2)}:${digits.slice(2, 4)}:${digits.slice(4)}`;
}
