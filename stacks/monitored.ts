import { member, type Problem } from "./problems.ts";

/** What Icinga calls zones of its own. */
const zones = ["master", "global-templates"];

/** What the machines that are monitored need of the one that monitors, and how they may be called. */
export function monitored(monitoring: unknown, machines: readonly string[]): Problem[] {
  const monitor = member(monitoring, "host");
  if (typeof monitor !== "string") return [];
  const others = machines.filter((name) => name !== monitor);
  const names = others
    .filter((name) => zones.includes(name))
    .map((name) => ({
      path: `hosts.${name}`,
      message: "is what Icinga calls a zone of its own: call the machine otherwise",
    }));
  const listen = member(monitoring, "listen");
  const reached = typeof listen === "string" && !/^(?:127\.|::1$)/.test(listen);
  if (reached || others.length === 0) return names;
  const message = `must be an address of ${monitor} that ${others.join(", ")} can reach, for their agents connect to it`;
  return [{ path: "monitoring.listen", message }, ...names];
}
