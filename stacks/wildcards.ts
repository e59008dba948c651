import { member, type Problem } from "./problems.ts";

/** Names that stand for many: only DNS can prove that they are yours, and no certificate names one of those beside them. */
export function wildcardsOf(forum: unknown, source: unknown): Problem[] {
  const aliases = [member(forum, "aliases") ?? []].flat();
  const names = [member(forum, "hostname"), ...aliases].filter((name) => typeof name === "string");
  const byDns = member(member(source, "challenge"), "kind") === "dns";
  return aliases.flatMap((alias: unknown, index) => {
    if (typeof alias !== "string" || !alias.startsWith("*.")) return [];
    const path = `forum.aliases.${index}`;
    if (member(source, "kind") !== "acme" || !byDns) {
      const message =
        "stands for many names, which only `certificates.source` of the kind acme with a `challenge` of the kind dns " +
        "can have certified: set that, or name each one";
      return [{ path, message }];
    }
    const below = names.filter((name) => name.replace(/^[^.]+/, "*") === alias && name !== alias);
    const message = `stands for ${below.join(", ")}, too, and authorities refuse to certify both: take out one of them`;
    return below.length > 0 ? [{ path, message }] : [];
  });
}
