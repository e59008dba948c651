import { typedNames } from "../components/discourse/index.ts";
import { madeMachine, sameMachines } from "./made-machines.ts";
import { entries, member, type Problem } from "./problems.ts";

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
    ...sameMachines(hosts),
    ...hosts.flatMap(([name, host]) => [
      ...redirectsOf(name, member(host, "nginx"), forum),
      ...groupOf(name, member(host, "nginx")),
      ...madeMachine(name, host, hosts),
    ]),
  ];
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
