/** A data directory, as it was found. */
export interface FoundDirectory {
  readonly path: string;
  /** What happened to one that stood there before, in a sentence; undefined when it is where it was. */
  readonly lost: string | undefined;
  /** Whether the change that was to make it was broken off. */
  readonly broken: boolean;
  /** The limit in force; 0 when there is none. */
  readonly quotaKib: number;
  /** Mode and owner; undefined when no directory is there. */
  readonly is: { readonly mode: string; readonly user: Owner; readonly group: Owner } | undefined;
}

/** A user or a group: its number, and its name, which is "UNKNOWN" when it has none (stat(1)). */
interface Owner {
  readonly number: string;
  readonly name: string;
}

/** Reads the words that look.sh prints of a data directory, behind its id. */
export function directoryOf(words: readonly string[]): FoundDirectory {
  const [path = "", state, lost, quota, mode = "-", uid = "", user = "", gid = "", group = ""] =
    words;
  const is = {
    mode: mode.padStart(4, "0"),
    user: { number: uid, name: user },
    group: { number: gid, name: group },
  };
  return {
    path,
    lost: lost === "-" ? undefined : lost,
    broken: state === "broken",
    quotaKib: Number(quota),
    is: mode === "-" ? undefined : is,
  };
}

/** The owner in the form in which it is wanted, `user:group`, each by name or by number. */
export function ownerLike(
  wanted: string,
  { user, group }: NonNullable<FoundDirectory["is"]>,
): string {
  const forms = wanted.split(":");
  const words = [user, group].map(({ number, name }, index) =>
    /^\d+$/.test(forms[index] ?? "") || name === "UNKNOWN" ? number : name,
  );
  return words.join(":");
}
