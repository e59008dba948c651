import { providedFaults } from "../components/certificate/index.ts";
import { typedNames } from "../components/discourse/index.ts";
import { gitlabProblems } from "./gitlab-problems.ts";
import { madeMachine, sameMachines } from "./made-machines.ts";
import { monitored } from "./monitored.ts";
import { entries, member, type Problem } from "./problems.ts";
import { routesOf } from "./routes.ts";
import { wildcardsOf } from "./wildcards.ts";

/**
 * What no schema of a single section can see. It takes the sections as they were written, whatever is wrong in
 * them, so that these problems come in one list with the others.
 */
export function contradictions(raw: unknown): Problem[] {
  const hosts = entries(member(raw, "hosts"));
  const forum = member(raw, "forum");
  const names = hosts.map(([name]) => name);
  return [
    ...machineOf("forum", forum, names),
    ...machineOf("monitoring", member(raw, "monitoring"), names),
    ...monitored(member(raw, "monitoring"), names),
    ...environmentOf(forum),
    ...sameMachines(hosts),
    ...gitlabProblems(raw, hosts),
    ...copiesOf(member(raw, "backups"), member(forum, "host"), hosts),
    ...aliasesOf(forum),
    ...wildcardsOf(forum, member(member(raw, "certificates"), "source")),
    ...providedOf(member(member(raw, "certificates"), "source"), forum),
    ...hosts.flatMap(([name, host]) => [
      ...routesOf(name, member(host, "nginx"), forum),
      ...groupOf(name, member(host, "nginx")),
      ...madeMachine(name, host, hosts),
    ]),
  ];
}

function machineOf(section: string, of: unknown, machines: readonly string[]): Problem[] {
  const host = member(of, "host");
  if (typeof host !== "string" || machines.includes(host)) return [];
  return [
    { path: `${section}.host`, message: `names no machine: take one of ${machines.join(", ")}` },
  ];
}

function environmentOf(forum: unknown): Problem[] {
  const launcher = member(member(forum, "image"), "launcher");
  return [
    ["forum.environment", forum] as const,
    ["forum.image.launcher.environment", launcher] as const,
  ].flatMap(([path, section]) =>
    entries(member(section, "environment"))
      .filter(([name]) => typedNames.includes(name))
      .map(([name]) => ({
        path: `${path}.${name}`,
        message: "is set by a typed option of the forum: use that one",
      })),
  );
}

/** Copies are of use only on another machine than what they are of, and their password only elsewhere than they are. */
function copiesOf(
  backups: unknown,
  saved: unknown,
  hosts: readonly (readonly [string, unknown])[],
): Problem[] {
  const keeper = member(member(member(backups, "repository"), "machine"), "name");
  const escrow = member(backups, "escrow");
  const names = hosts.map(([name]) => name);
  const wrong = (path: string, machine: unknown) => {
    if (typeof machine !== "string") return [];
    const others = names.filter((name) => name !== saved && name !== machine).join(", ");
    const message = !names.includes(machine)
      ? "names no machine"
      : machine === saved
        ? "is the machine whose data are copied: both would be lost at once"
        : path === "backups.escrow" && machine === keeper
          ? "is where the copies are: whoever gets at them there would have their password, too"
          : undefined;
    if (message === undefined) return [];
    return [
      { path, message: `${message}; take one of ${others || "those that you add to hosts"}` },
    ];
  };
  return [...wrong("backups.repository.machine.name", keeper), ...wrong("backups.escrow", escrow)];
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
