import { command } from "./shell.ts";

/** One login by SSH, and the machine that it may happen on; `ssh_config(5)` has the words. */
export interface Login {
  readonly address: string;
  readonly port: number;
  readonly user: string;
  /** Public host key in authorized_keys form (`type base64`). */
  readonly hostKey: string;
}

/** How OpenSSH is told which machine it may talk to. */
export interface Reach extends Login {
  /** The machine that connects through to it; directly when absent. */
  readonly bastion?: Login;
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
export function destination({ address, port, user }: Omit<Login, "hostKey">): string[] {
  return ["-p", String(port), "-l", user, "--", address];
}

/**
 * Settings that reach a machine through a bastion with a pin of its own; none without one. Not ProxyJump, whose ssh
 * takes no option from ours. The agent is not forwarded to the bastion.
 */
export function throughBastion(bastion: Login | undefined): Readonly<Record<string, string>> {
  if (bastion === undefined) return {};
  // When it is the bastion that is gone, its own ssh notices first, and says so.
  const options = pinnedOptions(bastion.hostKey, { ServerAliveInterval: "10" });
  return {
    ProxyCommand: proxyCommand(options, bastion),
    ConnectTimeout: "30", // two logins, one after the other, of 15 seconds each
  };
}

/** The command that connects through: an ssh with these options and no other, to the machine in between. */
export function proxyCommand(options: readonly string[], to: Omit<Login, "hostKey">): string {
  // ssh expands what begins with a percent sign, and then hands the line to a shell.
  const literally = (word: string) => word.replaceAll("%", "%%");
  const [before, after] = [options, destination(to)].map((words) => words.map(literally));
  return command(["ssh", ...(before ?? []), "-W", "[%h]:%p", ...(after ?? [])]);
}
