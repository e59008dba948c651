import { createHash } from "node:crypto";
import { type IcingaObject, render } from "../../formats/icinga.ts";
import type { Check } from "../host/index.ts";
import { dependency } from "./dependency.ts";
import { masterZone } from "./master.ts";
import { notifications } from "./notifications.ts";
import type { NotifyOptions } from "./notify-options.ts";

/** What a stack wants watched. */
export interface Watched {
  /** The stack's name, by which its package is known in Icinga. */
  readonly stack: string;
  /** The machine that monitors; what is to be run on it, it runs itself. */
  readonly monitor: string;
  /** The other machines, by their names, each of which has an agent. */
  readonly agents: readonly string[];
  readonly checks: readonly Check[];
  /** Who is told of them, if anybody is. */
  readonly notify?: NotifyOptions | undefined;
}

/** A stack's configuration package: one file. */
export interface StackPackage {
  /** Its name in Icinga, which takes letters, digits, dashes and underscores there. */
  readonly name: string;
  /** The command in whose variables the id stands. */
  readonly marker: string;
  /** Tells this text from any other. */
  readonly id: string;
  readonly text: string;
  /** What tells a file with this text from one that somebody has changed. */
  readonly sum: string;
  /** The programs that the monitoring machine itself has to run. */
  readonly plugins: readonly string[];
}

/** How long until a machine that went away is called so, in seconds. */
const reached = { check_interval: 30, retry_interval: 15, max_check_attempts: 3 };

/** Renders what a stack wants watched. Refuses a check of a machine that is not there, and two of one name. */
export function stackPackage(watched: Watched): StackPackage {
  const { stack, monitor, agents, checks, notify } = watched;
  const name = `platform-${stack.replaceAll(/[^\w-]/g, "_")}`;
  const marker = `package.${name}`;
  const about = [
    ...[monitor, ...agents].map((one) => machine(one, monitor)),
    ...checks.flatMap((check) => watch(check, watched)),
  ];
  const told = about
    .filter((one) => one.type === "Host" || one.type === "Service")
    .filter(({ attributes: { vars } }) => vars?.["gate"] !== true);
  const rest = render([...about, ...(notify ? notifications(notify, told) : [])]);
  const id = digest(rest);
  const mark: IcingaObject = {
    type: "CheckCommand",
    name: marker,
    origin: `the stack ${stack}`,
    attributes: { command: ["/bin/true"], vars: { id } },
  };
  const own = checks.filter((check) => !isRemote(check, monitor)).map(programOf);
  const plugins = [...new Set(own)].toSorted();
  const text = `${render([mark])}\n${rest}`;
  return { name, marker, id, text, sum: digest(text), plugins };
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

/** A check's command. Its words are fixed: whoever may have it run can have nothing else run by it. */
export function checkCommand(check: Check): IcingaObject {
  const words = [programOf(check), ...check.command.slice(1)];
  return {
    type: "CheckCommand",
    name: commandName(check),
    origin: origin(check),
    attributes: { command: words, timeout: check.timeoutSeconds },
  };
}

/** The program that a check runs. */
export function programOf({ command: [program] }: Check): string {
  return program.startsWith("/") ? program : `/usr/lib/nagios/plugins/${program}`;
}

/** Names of machines and checks have no dots, so this one belongs to no other check. */
function commandName({ host, name }: Check): string {
  return `platform.${host}.${name}`;
}

/** What stands above the check's objects, where errors are traced back to. */
function origin({ component, option }: Check): string {
  return `${component}, ${option}`;
}

function isRemote({ from, host }: Check, monitor: string): boolean {
  return from === "inside" && host !== monitor;
}

/** A machine is up while its agent is connected; that the monitoring one is, its own Icinga says. */
function machine(name: string, monitor: string): IcingaObject {
  const by =
    name === monitor
      ? { check_command: "icinga" }
      : { check_command: "cluster-zone", vars: { cluster_zone: name } };
  return {
    type: "Host",
    name,
    origin: `hosts.${name}`,
    attributes: { ...by, ...reached, zone: masterZone },
  };
}

/** The objects of one check. */
function watch(check: Check, watched: Watched): IcingaObject[] {
  const { monitor, agents } = watched;
  const { host, name, component, option, site, gate } = check;
  if (host !== monitor && !agents.includes(host)) {
    throw new RangeError(`${component}: the check ${name} is about ${host}, which is no machine`);
  }
  const remote = isRemote(check, monitor);
  const service: IcingaObject = {
    type: "Service",
    name,
    origin: origin(check),
    attributes: {
      host_name: host,
      check_command: commandName(check),
      check_interval: check.intervalSeconds,
      retry_interval: check.retrySeconds,
      max_check_attempts: 3,
      ...(remote ? { command_endpoint: host } : {}),
      zone: masterZone,
      notes: check.runbook,
      vars: {
        component,
        option,
        ...(site === undefined ? {} : { site }),
        ...(gate ? { gate } : {}),
      },
    },
  };
  const parent = dependency(check, remote, watched.checks);
  return [checkCommand(check), service, ...(parent ? [{ ...parent, origin: origin(check) }] : [])];
}
