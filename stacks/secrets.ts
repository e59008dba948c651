/** Where secrets stand in a stack's configuration: the section, then its fields. */
export const secretPaths = [
  ["forum", "smtp", "user"],
  ["forum", "smtp", "password"],
  ["backups", "password"],
  ["backups", "repository", "s3", "keyId"],
  ["backups", "repository", "s3", "secretKey"],
] as const;
