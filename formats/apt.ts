/** One word, or several. */
export type Words = string | readonly string[];

/** A package source, in the words of sources.list(5). */
export interface PackageSource {
  /** What is offered: packages by default, or their source code besides. */
  readonly types?: Words;
  /** Where the repositories are; `https`, `http` or `file`. */
  readonly uris: Words;
  /** A release's name, or a path that ends in `/` for a repository without releases. */
  readonly suites: Words;
  /** Parts of the suites; none (`[]`) where a suite is a path. */
  readonly components: Words;
  /** The path of the only key that may sign it. */
  readonly signedBy: string;
  /** Only these of the machine's architectures; all of them by default. */
  readonly architectures?: Words;
}

/** Renders a package source as deb822. Refuses a value with a line break, for it could smuggle in another field. */
export function source(of: PackageSource): string {
  const fields: readonly (readonly [name: string, words: Words])[] = [
    ["Types", of.types ?? "deb"],
    ["URIs", of.uris],
    ["Suites", of.suites],
    ["Components", of.components],
    ["Architectures", of.architectures ?? []],
    ["Signed-By", of.signedBy],
  ];
  return fields
    .map(([name, words]) => [name, typeof words === "string" ? words : words.join(" ")] as const)
    .filter(([, value]) => value !== "")
    .map(([name, value]) => {
      if (/[\r\n]/.test(value))
        throw new RangeError(`${name} of a package source cannot hold a line break`);
      return `${name}: ${value}\n`;
    })
    .join("");
}
