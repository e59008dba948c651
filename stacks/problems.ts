/** One thing wrong in the configuration: its path and what to do. */
export interface Problem {
  readonly path: string;
  readonly message: string;
}

/** A member of a value that may be anything; undefined when it has none of that name. */
export function member(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null
    ? (value as Record<string, unknown>)[key]
    : undefined;
}

/** The members of a value that may be anything; none when it has none. */
export function entries(value: unknown): [string, unknown][] {
  return typeof value === "object" && value !== null ? Object.entries(value) : [];
}
