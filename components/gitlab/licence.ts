const boundary = /^-{5}(?:BEGIN|END) [A-Z ]+-{5}$/;

/**
 * Whether a text has the shape of a licence of GitLab: base64 of JSON with `data`, `key` and `iv`, with or without lines
 * around it. Whether GitLab takes it, only GitLab can tell.
 */
export function isLicence(text: string): boolean {
  const lines = text
    .trim()
    .split(/\r?\n/)
    .filter((line) => !boundary.test(line));
  const encoded = lines.join("");
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(encoded) || encoded.length % 4 !== 0) return false;
  try {
    const value: unknown = JSON.parse(Buffer.from(encoded, "base64").toString("utf8"));
    if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
    const members = Object.entries(value);
    const names = members.map(([name]) => name).toSorted();
    return (
      names.join() === "data,iv,key" &&
      members.every(([, one]) => typeof one === "string" && one !== "")
    );
  } catch {
    return false;
  }
}

/** A licence as its file has it: LF, and one at the end. */
export function licenceText(text: string): string {
  return `${text.trim().replaceAll("\r\n", "\n")}\n`;
}
