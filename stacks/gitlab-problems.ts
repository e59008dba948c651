import { providedFaults } from "../components/certificate/index.ts";
import { fleetFaults, type MachineOf } from "../components/gitlab/index.ts";
import { entries, member, type Problem } from "./problems.ts";

/** What is wrong among the GitLab instances of a stack, and between them and its other sections. */
export function gitlabProblems(
  raw: unknown,
  hosts: readonly (readonly [string, unknown])[],
): Problem[] {
  const instances = entries(member(member(raw, "gitlab"), "instances"));
  if (instances.length === 0) return [];
  const machines = Object.fromEntries(
    hosts.map(([name, host]) => [name, machine(name, host, raw)]),
  );
  const at = (path: readonly string[]) => ["gitlab.instances", ...path].join(".");
  const standard = member(member(raw, "certificates"), "source");
  return [
    ...fleetFaults(Object.fromEntries(instances), machines).map(({ path, message }) => ({
      ...{ path: at(path), message },
    })),
    ...instances.flatMap(([name, one]) => providedOf(at([name]), one, standard)),
  ];
}

/** What else there is on a machine, and what it has. */
function machine(name: string, host: unknown, raw: unknown): MachineOf {
  const [forum, monitoring] = [member(raw, "forum"), member(raw, "monitoring")];
  const vm = member(host, "vm");
  const port = member(host, "port");
  const names = [member(forum, "hostname"), member(forum, "aliases") ?? []].flat();
  return {
    memory: member(vm, "memory") ?? member(host, "memory"),
    cores: member(vm, "cpus") ?? member(host, "cores"),
    sshPort: typeof port === "number" ? port : 22,
    names: names.filter((one) => typeof one === "string"),
    others: [
      ...(member(forum, "host") === name ? ["the forum"] : []),
      ...(member(monitoring, "host") === name ? ["the monitoring"] : []),
    ],
  };
}

/**
 * A provided certificate has to hold all names of the instance: its own one, or else that of all sites. With one of its own, the
 * provider's name has that of all sites.
 */
function providedOf(at: string, instance: unknown, standard: unknown): Problem[] {
  const own = member(instance, "certificate");
  const provider = strings(member(instance, "providerName"));
  const inner = ["registry", "pages"].map((one) => member(member(instance, one), "hostname"));
  const names = strings(member(instance, "hostname"), ...inner, member(instance, "aliases"));
  const ofAll = own === undefined ? [...names, ...provider] : provider;
  return [
    ...faults(standard, ofAll).map(({ message }) => ({
      path: `${at}.${own === undefined ? "hostname" : "providerName"}`,
      message: `the certificate of all sites ${message}`,
    })),
    ...faults(own, names).map(({ field, message }) => ({
      ...{ path: `${at}.certificate.${field}`, message },
    })),
  ];
}

function faults(source: unknown, names: readonly string[]) {
  const [chain, key, authority] = ["chain", "key", "authority"].map((field) =>
    member(source, field),
  );
  if (member(source, "kind") !== "provided" || names.length === 0) return [];
  if (typeof chain !== "string" || typeof key !== "string") return []; // the schema says so
  const root = typeof authority === "string" ? authority : undefined;
  return providedFaults({ chain, key, authority: root }, names);
}

function strings(...values: readonly unknown[]): string[] {
  return values.flat().filter((one) => typeof one === "string");
}
