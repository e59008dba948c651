import { createHash, randomBytes } from "node:crypto";
import { isObject, isSecret, reveal, revealAll, secret, UNKNOWN } from "./grpc/values.ts";
import type { Properties, Value } from "./grpc/values.ts";

/** A salt for the digests of one resource, itself a secret; the one that it has stays. */
export function saltOf(earlier: Properties): Value {
  return earlier["salt"] ?? secret(randomBytes(16).toString("hex"));
}

/**
 * A digest by which a secret is compared and shown: look.sh makes the same one from the file. Without the salt,
 * which never leaves state and host, nothing can be guessed from it.
 */
export function digest(salt: Value, content: Value): Value {
  const [known, text] = [reveal(salt), reveal(content)];
  if (typeof known !== "string" || typeof text !== "string" || text === UNKNOWN) return UNKNOWN;
  return createHash("sha256").update(`${known}\n${text}`).digest("hex").slice(0, 32);
}

/** The text without any secret of the properties, line by line: for error messages. */
export function redacted(message: string, properties: Properties): string {
  const words = secretTexts(properties)
    .flatMap((text) => text.split("\n"))
    .filter((line) => line.trim().length >= 6)
    .sort((a, b) => b.length - a.length);
  if (words.length === 0) return message;
  const any = words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|");
  return message.replace(new RegExp(any, "g"), "[secret]");
}

function secretTexts(value: Value): string[] {
  if (isSecret(value)) return allTexts(reveal(value));
  if (Array.isArray(value)) return value.flatMap(secretTexts);
  return isObject(value) ? Object.values(value).flatMap(secretTexts) : [];
}

/** Each text in the value, secret or not. */
export function allTexts(value: Value): string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(allTexts);
  return isObject(value) ? Object.values(revealAll(value)).flatMap(allTexts) : [];
}
