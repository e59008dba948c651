/** How OpenSSH is told which machine it may talk to; `ssh_config(5)` has the words. */
export interface Reach {
  readonly address: string;
  readonly port: number;
  readonly user: string;
  /** Public host key in authorized_keys form (`type base64`). */
  readonly hostKey: string;
}

const settings = {
  BatchMode: "yes",
  StrictHostKeyChecking: "yes",
  UserKnownHostsFile: "/dev/null",
  GlobalKnownHostsFile: "/dev/null",
  ConnectTimeout: "15",
  ServerAliveInterval: "15", // a machine that lost its power is noticed within a minute
  ServerAliveCountMax: "4",
};

/**
 * Options of OpenSSH that accept this host key and no other, whatever the operator's own configuration says,
 * and without a known_hosts file. `%H` fits any port and IPv6. `more` wins over what is set here.
 */
export function pinnedOptions(
  hostKey: string,
  more: Readonly<Record<string, string>> = {},
): string[] {
  const all = { ...settings, KnownHostsCommand: `/bin/echo %H ${hostKey}`, ...more };
  return [
    "-F",
    "none",
    ...Object.entries(all).flatMap(([key, value]) => ["-o", `${key}=${value}`]),
  ];
}

/** Where to log in: the arguments after the options. */
export function destination({ address, port, user }: Omit<Reach, "hostKey">): string[] {
  return ["-p", String(port), "-l", user, "--", address];
}
