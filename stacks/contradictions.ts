import { providedFaults } from "../components/certificate/index.ts";
import { typedNames } from "../components/discourse/index.ts";

/** One thing wrong in the configuration: its path and what to do. */
export interface Problem {
  readonly path: string;
  readonly message: string;
}

/** A member of a value that may be anything; undefined when it has none of that name. */
export function member(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null
    ? (value as Record<string, unknown>)[key]
    : undefined;
}

/**
 * What no schema of a single section can see. It takes the sections as they were written, whatever is wrong in
 * them, so that these problems come in one list with the others.
 */
export function contradictions(raw: unknown): Problem[] {
  const hosts = entries(member(raw, "hosts"));
  const forum = member(raw, "forum");
  return [
    ...machineOf(
      forum,
      hosts.map(([name]) => name),
    ),
    ...environmentOf(forum),
    ...aliasesOf(forum),
    ...providedOf(member(member(raw, "certificates"), "source"), forum),
    ...hosts.flatMap(([name, host]) => [
      ...redirectsOf(name, member(host, "nginx"), forum),
      ...groupOf(name, member(host, "nginx")),
      ...virtualOf(name, host, hosts),
    ]),
  ];
}

/** The members of a value that may be anything; none of one that is no object. */
export function entries(value: unknown): [string, unknown][] {
  return typeof value === "object" && value !== null ? Object.entries(value) : [];
}

function machineOf(forum: unknown, machines: readonly string[]): Problem[] {
  const host = member(forum, "host");
  if (typeof host !== "string" || machines.includes(host)) return [];
  return [{ path: "forum.host", message: `names no machine: take one of ${machines.join(", ")}` }];
}

function environmentOf(forum: unknown): Problem[] {
  return entries(member(forum, "environment"))
    .filter(([name]) => typedNames.includes(name))
    .map(([name]) => ({
      path: `forum.environment.${name}`,
      message: "is set by a typed option of the forum: use that one",
    }));
}

function aliasesOf(forum: unknown): Problem[] {
  const names = [member(forum, "hostname"), member(forum, "aliases") ?? []].flat();
  return names.flatMap((name, index) =>
    index > 0 && names.indexOf(name) < index
      ? [{ path: `forum.aliases.${index - 1}`, message: "is named twice: take one of them out" }]
      : [],
  );
}

/** A provided certificate, its key and the names that it is to serve. */
function providedOf(source: unknown, forum: unknown): Problem[] {
  const [chain, key, authority] = ["chain", "key", "authority"].map((field) =>
    member(source, field),
  );
  const names = [member(forum, "hostname"), member(forum, "aliases")]
    .flat()
    .filter((name) => typeof name === "string");
  if (member(source, "kind") !== "provided") return [];
  if (typeof chain !== "string" || typeof key !== "string") return []; // the schema says so
  const root = typeof authority === "string" ? authority : undefined;
  return providedFaults({ chain, key, authority: root }, names).map(({ field, message }) => ({
    path: `certificates.source.${field}`,
    message,
  }));
}

function redirectsOf(machine: string, nginx: unknown, forum: unknown): Problem[] {
  const redirects = member(nginx, "redirects");
  if (!Array.isArray(redirects)) return [];
  const served = member(forum, "host") === machine ? String(member(forum, "hostname")) : "none";
  return redirects.flatMap((redirect: unknown, index) =>
    member(redirect, "hostname") === served
      ? []
      : [
          {
            path: `hosts.${machine}.nginx.redirects.${index}.hostname`,
            message: `is not served there (served: ${served})`,
          },
        ],
  );
}

/** A machine is there already, with a key that is known, or it is made on one that is. */
function virtualOf(
  name: string,
  host: unknown,
  all: readonly (readonly [string, unknown])[],
): Problem[] {
  const at = `hosts.${name}`;
  const vm = member(host, "vm");
  if (vm === undefined) {
    if (member(host, "hostKey") !== undefined) return [];
    const message = "is missing: give the key in /etc/ssh/ssh_host_ed25519_key.pub on the machine";
    return [{ path: `${at}.hostKey`, message }];
  }
  const made = ["hostKey", "instance"]
    .filter((field) => member(host, field) !== undefined)
    .map((field) => ({ path: `${at}.${field}`, message: "is made with the machine: take it out" }));
  const hypervisor = member(vm, "hypervisor");
  const there = all.filter(([, one]) => member(one, "vm") === undefined).map(([one]) => one);
  if (typeof hypervisor !== "string" || there.includes(hypervisor)) return made;
  const message = `names no machine that is there: take one of ${there.join(", ") || "those that you add to hosts"}`;
  return [...made, { path: `${at}.vm.hypervisor`, message }];
}

function groupOf(machine: string, nginx: unknown): Problem[] {
  if (member(nginx, "profile") !== "compatible" || member(nginx, "dhparam") !== "none") return [];
  return [
    {
      path: `hosts.${machine}.nginx.dhparam`,
      message:
        "must name a group while `profile` is compatible, which offers DHE; or set `profile` to intermediate",
    },
  ];
}
