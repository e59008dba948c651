import type { Login, Reach } from "../formats/ssh.ts";
import type { CheckFailure } from "./grpc/provider.ts";
import { isObject, type Properties, reveal, text, UNKNOWN } from "./grpc/values.ts";

/** A host as the input `host` of every resource describes it. */
export interface Host extends Reach {
  /** Known when the program is planned; another name is another machine. */
  readonly name: string;
  /** New for each creation of the machine. */
  readonly instance: string;
  /** Code name of the Debian release that is expected there. */
  readonly release: string;
  /** Seconds that what is new there waits for its sshd; 90 when absent. */
  readonly bootSeconds?: number;
}

const address = /^[\w.:-]+$/;
const hostKey = /^(?:ssh-ed25519|ecdsa-sha2-nistp(?:256|384|521)) [A-Za-z0-9+/]+={0,2}$/;

type Patterns = Readonly<Record<string, RegExp>>;

const patterns: Patterns = {
  name: /^[\w.-]+$/,
  address,
  user: /^[a-z_][\w-]*$/,
  hostKey,
  instance: /^[\w.-]+$/,
  release: /^[a-z]+$/,
};

/** A bastion need not be Debian: its logins may be of any form that a command line can take. */
const bastionPatterns: Patterns = { address, user: /^[A-Za-z_][\w.@-]*$/, hostKey };

/** What is wrong with the input `host`. A field that is not known yet is accepted, but for the name. */
export function hostFailures(inputs: Properties): CheckFailure[] {
  const host = reveal(inputs["host"] ?? null);
  if (!isObject(host)) return [{ property: "host", reason: "names the machine and is missing" }];
  const { bastion, bootSeconds = 90 } = host;
  const failures = failuresOf(host, patterns, ["host", "host", "machine"]);
  if (typeof bootSeconds !== "number") {
    failures.push({ property: "host.bootSeconds", reason: "must be a number of seconds" });
  }
  if (bastion === undefined) return failures;
  if (!isObject(bastion)) {
    const reason = "must have the address, port, user and hostKey of the machine in between";
    return [...failures, { property: "host.bastion", reason }];
  }
  const wrong = failuresOf(bastion, bastionPatterns, ["host.bastion", "bastion", "bastion"]);
  return [...failures, ...wrong];
}

/** The fields of a login that are wrong. `words` are its path, and what it and its machine are called. */
function failuresOf(
  login: Properties,
  expected: Patterns,
  [path, kind, machine]: readonly [string, string, string],
): CheckFailure[] {
  const wrong = Object.entries(expected)
    .filter(([key, pattern]) =>
      login[key] === UNKNOWN ? key === "name" : !pattern.test(text(login[key])),
    )
    .map(([key]) => key);
  const { port } = login;
  if (typeof port !== "number" && port !== UNKNOWN) wrong.push("port");
  return wrong.map((key) => ({
    property: `${path}.${key}`,
    reason:
      key === "hostKey"
        ? `must be the ${machine}'s public host key, such as \`ssh-ed25519 AAAA…\`: without it no connection is made`
        : `is missing or not what a ${kind}'s ${key} looks like`,
  }));
}

/** The input `host` of a resource that was checked. */
export function hostOf(properties: Properties): Host {
  const given = reveal(properties["host"] ?? null);
  const host = isObject(given) ? given : {};
  const { bastion, bootSeconds } = host;
  return {
    name: text(host["name"]),
    ...loginOf(host),
    instance: text(host["instance"]),
    release: text(host["release"]),
    ...(isObject(bastion) ? { bastion: loginOf(bastion) } : {}),
    ...(typeof bootSeconds === "number" ? { bootSeconds } : {}),
  };
}

function loginOf(given: Properties): Login {
  const [at, user, key] = ["address", "user", "hostKey"].map((name) => text(given[name]));
  return { address: at ?? "", port: Number(given["port"]), user: user ?? "", hostKey: key ?? "" };
}

/** How messages name a host: by its name, and where it was looked for. */
export function described(host: Host): string {
  return `${host.name} (${place(host)})`;
}

/** Address and port in one word; an IPv6 address stands in brackets. */
export function place({ address: at, port }: Pick<Login, "address" | "port">): string {
  return `${at.includes(":") ? `[${at}]` : at}:${port}`;
}
