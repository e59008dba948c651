/** What the check of a Script told. */
export interface FoundScript {
  /** Whether the last change came to its end. */
  readonly whole: boolean;
  /** The exit code of the check; 124 when its time was up. */
  readonly code: number;
  /** What it printed, 64 KiB and one byte at most. */
  readonly told: Buffer;
  /** The last line of what it said. */
  readonly words: string;
}

/** Reads the words that look.sh prints of a script, behind its id. */
export function scriptOf([
  state,
  code = "",
  told = "",
  words = "",
]: readonly string[]): FoundScript {
  return {
    whole: state === "whole",
    code: /^\d+$/.test(code) ? Number(code) : Number.NaN,
    told: Buffer.from(told, "base64"),
    words: Buffer.from(words, "base64").toString().trim(),
  };
}
