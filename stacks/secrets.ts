/** Where secrets stand for which any text will do; the lab makes them up. */
export const inventedSecrets = [
  ["forum", "smtp", "user"],
  ["forum", "smtp", "password"],
  ["backups", "password"],
  ["backups", "repository", "s3", "keyId"],
  ["backups", "repository", "s3", "secretKey"],
] as const;

/** Where secrets stand in a stack's configuration: the section, then its fields. */
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
] as const;
