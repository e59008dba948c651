import { hostname } from "node:os";
import type { Open } from "../../../provider/connection.ts";
import type { Host } from "../../../provider/host.ts";
import { printed } from "../../host/command/printed.ts";
import type { Request } from "./command-line.ts";

const program = "/usr/local/sbin/platform-maintenance";

/** What the outputs of a stack tell of its machines and of what they serve. */
export interface Outputs {
  readonly hosts?: Readonly<Record<string, Host>>;
  readonly sites?: readonly {
    readonly name: string;
    readonly host: string;
    /** Absent in what an older version wrote. */
    readonly closable?: boolean;
  }[];
}

/** The machine that serves a site. Refuses one that the stack does not have or that cannot be closed, with those that can. */
export function serving({ hosts = {}, sites: served = [] }: Outputs, site: string): Host {
  const sites = served.filter(({ closable = true }) => closable);
  const machine = sites.find(({ name }) => name === site)?.host;
  const host = machine !== undefined && Object.hasOwn(hosts, machine) ? hosts[machine] : undefined;
  if (host) return host;
  const all = sites.map(({ name }) => name).join(", ");
  throw new Error(
    `the stack has no site ${site} that can be closed; it has: ${all || "none, or run `pulumi up` once"}`,
  );
}

/**
 * Does what was asked on the machine of the site; gives what that said. It does not take the host's lock: a restore has it
 * for hours, and that is when a site is to be closed. Throws with the reason.
 */
export function maintain(
  host: Host,
  { verb, site, reason = "" }: Exclude<Request, { verb: "help" }>,
  open?: Open,
): Promise<string> {
  const person = `${process.env["USER"] ?? process.env["LOGNAME"] ?? "somebody"}@${hostname()}`;
  const more = verb === "on" ? [person, reason] : [];
  return printed(host, [program, verb, site, ...more], open);
}
