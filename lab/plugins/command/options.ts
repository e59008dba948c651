import { proxyCommand } from "../../../formats/ssh.ts";

/** One machine to dial, as the inputs have it once Check has filled in the defaults. */
export interface Dial {
  host: string;
  port: number;
  user: string;
  hostKey: string | undefined;
  /** How many failed dials are forgiven; -1 for any number. */
  dialErrorLimit: number;
  /** Seconds; 0 waits for as long as it takes. */
  perDialTimeout: number;
}

/** Where a command runs. */
export interface Connection extends Dial {
  privateKey: string | undefined;
  /** The machine that connects through to it. */
  proxy: Dial | undefined;
}

type Settings = Record<string, string>;

/** Options of ssh for a connection. No configuration of the operator's counts; `connected` is made by a login. */
export function sshOptions(
  connection: Connection,
  environment: readonly string[],
  connected: string,
): string[] {
  const { proxy } = connection;
  const settings: Settings = {
    BatchMode: "yes",
    ClearAllForwardings: "yes",
    ControlPath: "none",
    GlobalKnownHostsFile: "/dev/null",
    LocalCommand: `: > '${connected}'`, // tells a dial from a command
    LogLevel: "ERROR",
    PermitLocalCommand: "yes",
    UserKnownHostsFile: "/dev/null",
    ...timeout([connection, ...(proxy ? [proxy] : [])]),
    ...hostKeySettings(connection.hostKey, "connection"),
    ...(proxy ? { ProxyCommand: through(proxy) } : {}),
  };
  const sent = environment.flatMap((name) => ["-o", `SendEnv=${name}`]);
  return ["-F", "none", "-T", ...optionsOf(settings), ...sent];
}

/** The ssh of a proxy, with an agent only; it says why the machine behind it was not reached. */
function through(proxy: Dial): string {
  const settings: Settings = {
    BatchMode: "yes",
    ControlPath: "none",
    GlobalKnownHostsFile: "/dev/null",
    UserKnownHostsFile: "/dev/null",
    ...timeout([proxy]),
    ...hostKeySettings(proxy.hostKey, "connection.proxy"),
  };
  return proxyCommand(["-F", "none", ...optionsOf(settings)], { ...proxy, address: proxy.host });
}

function optionsOf(settings: Settings): string[] {
  return Object.entries(settings).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
}

/** A dial ends after the time of all that it passes. */
function timeout(dials: readonly Dial[]): Settings {
  const seconds = dials.map(({ perDialTimeout }) => perDialTimeout);
  if (!seconds.every((one) => one > 0)) return {};
  return { ConnectTimeout: String(seconds.reduce((all, one) => all + one, 0)) };
}

/** Like the real provider: a host key is pinned, with its algorithm; without one any key will do. */
function hostKeySettings(hostKey: string | undefined, path: string): Settings {
  if (hostKey === undefined) return { StrictHostKeyChecking: "no" };
  const [type, key] = hostKey.trim().split(/\s+/);
  if (!type || !key || !/^[a-z0-9@.-]+$/.test(type) || !/^[A-Za-z0-9+/=]+$/.test(key)) {
    throw new Error(`failed to parse host key: ${path}.hostKey has to be \`type key\``);
  }
  return {
    HostKeyAlgorithms: type,
    KnownHostsCommand: `/bin/echo %H ${type} ${key}`,
    StrictHostKeyChecking: "yes",
  };
}
