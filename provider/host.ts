import type { Reach } from "../formats/ssh.ts";
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
}

const patterns: Readonly<Record<string, RegExp>> = {
  name: /^[\w.-]+$/,
  address: /^[\w.:-]+$/,
  user: /^[a-z_][\w-]*$/,
  hostKey: /^(?:ssh-ed25519|ecdsa-sha2-nistp(?:256|384|521)) [A-Za-z0-9+/]+={0,2}$/,
  instance: /^[\w.-]+$/,
  release: /^[a-z]+$/,
};

/** What is wrong with the input `host`. A field that is not known yet is accepted, but for the name. */
export function hostFailures(inputs: Properties): CheckFailure[] {
  const host = reveal(inputs["host"] ?? null);
  if (!isObject(host)) return [{ property: "host", reason: "names the machine and is missing" }];
  const wrong = Object.entries(patterns)
    .filter(([key, pattern]) =>
      host[key] === UNKNOWN ? key === "name" : !pattern.test(text(host[key])),
    )
    .map(([key]) => key);
  const { port } = host;
  if (typeof port !== "number" && port !== UNKNOWN) wrong.push("port");
  return wrong.map((key) => ({
    property: `host.${key}`,
    reason:
      key === "hostKey"
        ? "must be the machine's public host key, such as `ssh-ed25519 AAAA…`: without it no connection is made"
        : `is missing or not what a host's ${key} looks like`,
  }));
}

/** The input `host` of a resource that was checked. */
export function hostOf(properties: Properties): Host {
  const given = reveal(properties["host"] ?? null);
  const host = isObject(given) ? given : {};
  const [name = "", address = "", user = "", hostKey = "", instance = "", release = ""] =
    Object.keys(patterns).map((key) => text(host[key]));
  return { name, address, port: Number(host["port"]), user, hostKey, instance, release };
}

/** How messages name a host: by its name, and where it was looked for. */
export function described({ name, address, port }: Host): string {
  return `${name} (${address.includes(":") ? `[${address}]` : address}:${port})`;
}
