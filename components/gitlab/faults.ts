import { bytes, sizePattern, type Size as Amount } from "../../formats/size.ts";
import type { Ruby } from "../../formats/ruby.ts";
import { allocate, collisions, type Allocated } from "./allocation.ts";
import { extraProblems } from "./keys.ts";
import { InstanceOptions, sizeOfPlan, tagOf } from "./options.ts";
import { hostProblem, planProblem, type Machine, type Size } from "./plan.ts";

import { versionOf, type Version } from "./version.ts";

/** Something wrong with a fleet: where it stands below the instances, and what to do. */
export interface FleetFault {
  readonly path: readonly string[];
  readonly message: string;
}

/** What a machine has, as it was written, and what else there is on it. */
export interface MachineOf {
  readonly memory: unknown;
  readonly cores: unknown;
  /** Where its own sshd answers. */
  readonly sshPort: number;
  /** Names that others serve there. */
  readonly names: readonly string[];
  /** Services of the platform besides GitLab, in words. */
  readonly others: readonly string[];
}

/** A member of a value that may be anything. */
type Raw = Readonly<Record<string, unknown>>;

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

/** A part of an instance, when it is as the schema wants it. */
function part<K extends keyof InstanceOptions>(raw: Raw, key: K): InstanceOptions[K] | undefined {
  const { success, data } = InstanceOptions.shape[key].safeParse(raw[key]);
  return success ? (data as InstanceOptions[K]) : undefined;
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

/** What machines and neighbours have against an instance. */
function neighbours(
  all: readonly [string, Raw][],
  machines: Readonly<Record<string, MachineOf>>,
): FleetFault[] {
  return Object.entries(machines).flatMap(([host, machine]) => {
    const own = all.filter(([, raw]) => part(raw, "host") === host);
    const sizes = own.flatMap(([, raw]): Size[] => {
      const plan = part(raw, "plan");
      return plan === undefined ? [] : [sizeOfPlan(plan)];
    });
    const full = hostProblem(sizes, capacity(machine));
    const [first] = own.at(-1) ?? [];
    return [
      ...(full === undefined || first === undefined
        ? []
        : [fault([first, "host"], `${host} ${full}: take a larger machine, or another one`)]),
      ...own.flatMap(([name, raw]) => [
        ...alone(name, raw, host, [
          ...own.filter(([other]) => other !== name).map(([other]) => other),
          ...machine.others,
        ]),
        ...sshFault(name, raw, machine),
      ]),
    ];
  });
}

function capacity({ memory, cores }: MachineOf): Machine {
  const known = typeof memory === "string" && sizePattern.test(memory);
  return {
    ...(known ? { memoryBytes: bytes(memory as Amount) } : {}),
    ...(typeof cores === "number" ? { cpus: cores } : {}),
  };
}

function alone(name: string, raw: Raw, host: string, others: readonly string[]): FleetFault[] {
  if (part(raw, "isolation") !== "vm" || others.length === 0) return [];
  const message =
    `is vm, so that nobody else is on its machine, and ${host} also has ${others.join(", ")}: ` +
    "give it a machine of its own, or set sharedHost (docs/gitlab.md says what that means)";
  return [fault([name, "isolation"], message)];
}

function sshFault(name: string, raw: Raw, { sshPort }: MachineOf): FleetFault[] {
  const ssh = part(raw, "ssh");
  if (ssh?.port !== sshPort || ssh.address !== "0.0.0.0") return [];
  const message = `${sshPort} is where the machine's own sshd answers: take another port, or set \`ssh.address\` to one of its addresses`;
  return [fault([name, "ssh", "port"], message)];
}

function fault(path: readonly string[], message: string): FleetFault {
  return { path, message };
}
