import type { Ruby } from "../../formats/ruby.ts";
import { allocate, collisions, type Allocated } from "./allocation.ts";
import { extraProblems } from "./keys.ts";
import { neighbours } from "./neighbours.ts";
import { sizeOfPlan, tagOf } from "./options.ts";
import { planProblem } from "./plan.ts";
import { fault, part, type FleetFault, type MachineOf, type Raw } from "./written.ts";
import { versionOf, type Version } from "./version.ts";

/**
 * All that is wrong among instances as they were written, whatever else is wrong in them; `machines` are those of the stack by
 * name. A part that is not as its schema wants it is left to that.
 */
export function fleetFaults(
  written: Readonly<Record<string, unknown>>,
  machines: Readonly<Record<string, MachineOf>>,
): FleetFault[] {
  const all = Object.entries(written).filter(
    (one): one is [string, Raw] => typeof one[1] === "object" && one[1] !== null,
  );
  return [
    ...all.flatMap(([name, raw]) => ownFaults(name, raw, machines)),
    ...names(all, machines),
    ...ports(all),
    ...neighbours(all, machines),
  ];
}

function ownFaults(
  name: string,
  raw: Raw,
  machines: Readonly<Record<string, MachineOf>>,
): FleetFault[] {
  const host = part(raw, "host");
  const there = Object.keys(machines);
  const plan = part(raw, "plan");
  const bad = plan === undefined ? undefined : planProblem(sizeOfPlan(plan));
  return [
    ...(host !== undefined && !there.includes(host)
      ? [fault([name, "host"], `names no machine: take one of ${there.join(", ")}`)]
      : []),
    ...(bad === undefined ? [] : [fault([name, "plan"], bad)]),
    ...versionFaults(name, raw),
  ];
}

function versionFaults(name: string, raw: Raw): FleetFault[] {
  const image = part(raw, "image");
  if (image === undefined) return [];
  let version: Version;
  try {
    version = versionOf(tagOf(image.name));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return [fault([name, "image", "name"], error.message)];
  }
  const extra = part(raw, "extra") ?? {};
  return extraProblems(extra as Record<string, Record<string, Ruby>>, version).map(
    ({ path, message }) => fault([name, "extra", ...path], message),
  );
}

/** Each name leads to one site. */
function names(
  all: readonly [string, Raw][],
  machines: Readonly<Record<string, MachineOf>>,
): FleetFault[] {
  const others = Object.values(machines).flatMap((one) => one.names);
  const seen = new Map(others.map((one) => [one, "the forum"]));
  return all.flatMap(([name, raw]) =>
    written(raw).flatMap(([path, host]) => {
      const other = seen.get(host);
      seen.set(host, name);
      if (other === undefined) return [];
      const where = other === name ? "another option of this instance" : other;
      return [fault([name, ...path], `${host} is a name of ${where} already: take another one`)];
    }),
  );
}

/** The names of an instance, and where each was written. */
function written(raw: Raw): [string[], string][] {
  const inner = (key: "registry" | "pages") => part(raw, key)?.hostname;
  const single: [string[], string | undefined][] = [
    [["hostname"], part(raw, "hostname")],
    [["providerName"], part(raw, "providerName")],
    [["registry", "hostname"], inner("registry")],
    [["pages", "hostname"], inner("pages")],
  ];
  const aliases = part(raw, "aliases") ?? [];
  return [
    ...single.flatMap(([path, host]): [string[], string][] =>
      host === undefined ? [] : [[path, host]],
    ),
    ...aliases.map((host, index): [string[], string] => [["aliases", String(index)], host]),
  ];
}

/** Ports and networks of one machine. */
function ports(all: readonly [string, Raw][]): FleetFault[] {
  const known = all.flatMap(([name, raw]): Allocated[] => {
    const [host, slot, ssh] = [part(raw, "host"), part(raw, "slot"), part(raw, "ssh")];
    if (host === undefined || ssh === undefined) return [];
    try {
      const allocation = allocate(name, { slot, sshPort: ssh.port });
      return [{ name, host, allocation, sshAddress: ssh.address }];
    } catch {
      return []; // a slot that there is not: the schema says so
    }
  });
  return collisions(known).map(({ instance, other, what }) =>
    fault([instance], `and ${other} ${what}`),
  );
}
