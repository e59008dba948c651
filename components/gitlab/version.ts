/** A release of GitLab EE, exactly. */
export interface Version {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  /** As a person says it: `18.11.11`. GitLab's API and its VERSION file write `-ee` behind it. */
  readonly text: string;
}

/** A minor release: `19.2`. */
export type Minor = `${number}.${number}`;

/** The oldest minor release whose settings are known here (names.txt). */
export const oldest: Minor = "17.11";

/**
 * The release that the tag of an image names. Refuses (RangeError) a tag that means another image tomorrow, the Community
 * Edition, and releases whose settings are not known here.
 */
export function versionOf(tag: string): Version {
  const [, major, minor, patch] = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})-ee\.\d{1,3}$/.exec(tag) ?? [];
  if (major === undefined || minor === undefined || patch === undefined) refuse(tag);
  const version = {
    ...numbers(major, minor),
    patch: Number(patch),
    text: `${major}.${minor}.${patch}`,
  };
  if (since(version, oldest)) return version;
  throw new RangeError(
    `${version.text} is older than ${oldest}, the oldest release whose settings are known here: take a newer one`,
  );
}

/** Whether a release is of this minor release, or of a later one. */
export function since({ major, minor }: Version, first: Minor): boolean {
  const [firstMajor = "", firstMinor = ""] = first.split(".");
  const than = numbers(firstMajor, firstMinor);
  return major === than.major ? minor >= than.minor : major > than.major;
}

function numbers(major: string, minor: string): { readonly major: number; readonly minor: number } {
  return { major: Number(major), minor: Number(minor) };
}

function refuse(tag: string): never {
  const exact = "an exact release of the Enterprise Edition, such as 18.11.11-ee.0";
  if (/-ce(?:\.|$)/.test(tag)) {
    throw new RangeError(`"${tag}" is the Community Edition: take ${exact}`);
  }
  if (/^(?:latest|nightly|rc)$|^\d+(?:\.\d+)?(?:-ee)?$|-rc/.test(tag)) {
    throw new RangeError(`"${tag}" does not name one release for good: take ${exact}`);
  }
  throw new RangeError(`"${tag}" is no tag of GitLab's image: take ${exact}`);
}
