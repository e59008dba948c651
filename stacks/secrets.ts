import { entries, member } from "./problems.ts";

/** Where secrets stand for which any text will do; the lab makes them up. */
export const inventedSecrets = [
  ["forum", "smtp", "user"],
  ["forum", "smtp", "password"],
  ["backups", "password"],
  ["backups", "repository", "s3", "keyId"],
  ["backups", "repository", "s3", "secretKey"],
] as const;

/** Where secrets stand in a stack's configuration: the section, then its fields; `<name>` is any. */
export const secretPaths = [
  ...inventedSecrets,
  ["forum", "database", "password"],
  ["forum", "redis", "password"],
  ["forum", "data", "password"],
  ["monitoring", "notify", "mail", "relay", "user"],
  ["monitoring", "notify", "mail", "relay", "password"],
  ["monitoring", "notify", "webhook", "url"],
  ["certificates", "source", "key"],
  ["certificates", "source", "challenge", "environment"],
  ["gitlab", "instances", "<name>", "smtp", "password"],
  ["gitlab", "instances", "<name>", "licence"],
  ["gitlab", "instances", "<name>", "certificate", "key"],
  ["gitlab", "instances", "<name>", "certificate", "challenge", "environment"],
] as const;

/** The places at which a path leads to something, with the names that stand for `<name>`. */
export function found(of: unknown, path: readonly string[]): string[][] {
  const [step, ...rest] = path;
  if (step === undefined) return of === undefined ? [] : [[]];
  const steps = step === "<name>" ? entries(of).map(([name]) => name) : [step];
  return steps.flatMap((one) => found(member(of, one), rest).map((end) => [one, ...end]));
}
