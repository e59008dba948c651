import assert from "node:assert/strict";

/** The assignments at the head of a script's text: the lines between the content id and the prelude. */
export function assignmentLines(stdin: unknown): string[] {
  const lines = String(stdin).split("\n");
  assert.match(lines[0] ?? "", /^CONTENT_ID='[0-9a-f]{64}'$/);
  return lines.slice(
    1,
    lines.findIndex((line) => line.startsWith("# shellcheck")),
  );
}
