/** Where secrets stand in a stack's configuration: the section, then its fields. */
export const secretPaths = [
  ["forum", "smtp", "user"],
  ["forum", "smtp", "password"],
] as const;
