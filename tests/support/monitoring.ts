import * as pulumi from "@pulumi/pulumi";
import { Icinga, IcingaOptions } from "../../components/icinga/index.ts";
import { sign, type Signed } from "./chain.ts";
import { exampleHost } from "./host.ts";
import type { TestMachine } from "./machine.ts";

/** What `@pulumi/tls` would make for a monitoring machine, by the names of its resources. */
export type Identities = Readonly<Record<string, Record<string, unknown>>>;

/** For whom identities are made: the component of the master, for how many days, and the machines with agents. */
interface Parties {
  readonly component?: string;
  readonly days?: number;
  readonly agents?: readonly string[];
}

/** Certificates of one authority for the monitoring machine of that name and its agents. */
export async function identities(
  name: string,
  { component = "icinga", days = 200, agents = [] }: Parties = {},
): Promise<Identities> {
  const authority = await sign({ subject: "Icinga CA", ca: true });
  const uses = ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"]; // server and client (RFC 5280, 4.2.1.12)
  const to = new Date(Date.now() + days * 86_400_000);
  const of = (subject: string) => sign({ subject, by: authority, names: [subject], uses, to });
  const all: Identities[] = [
    { [`${component}-authority-cert`]: { certPem: authority.pem } },
    made(`${component}-node`, await of(name)),
    made(`${component}-deploy`, await of("platform-deploy")),
  ];
  for (const agent of agents) all.push(made(`${agent}-agent-node`, await of(agent)));
  return Object.assign({}, ...all) as Identities;
}

function made(name: string, { pem, key }: Signed): Identities {
  return {
    [`${name}-key`]: { privateKeyPem: pulumi.secret(key) },
    [`${name}-cert`]: { certPem: pem },
  };
}

/** A monitoring machine of Debian's packages, with options that are otherwise. */
export function monitoring(name: string, options: object = {}) {
  const parsed = IcingaOptions.parse({ host: name, source: "debian", ...options });
  return () => new Icinga("icinga", { host: exampleHost(name), options: parsed, agents: [] });
}

/** Asks Icinga's API on its machine as the platform does; with words of curl, such as those of another method. */
export function asked(node: string, path: string, words = "", address = "127.0.0.1"): string {
  return (
    `curl -sS --fail-with-body --cacert /var/lib/icinga2/certs/ca.crt --cert /etc/platform-icinga/deploy.crt ` +
    `--key /etc/platform-icinga/deploy.key --resolve ${node}:5665:${address} -H 'Accept: application/json' ${words} ` +
    `'https://${node}:5665${path}'`
  );
}

/** The states of a stack's hosts and services as Icinga has them, by `host` and `host!service`; null before a first check. */
export async function statesOn(
  monitor: TestMachine,
  address?: string,
): Promise<Record<string, number | null>> {
  const states: Record<string, number | null> = {};
  for (const kind of ["hosts", "services"]) {
    const attributes = "attrs=__name&attrs=state&attrs=last_check";
    const path = `/v1/objects/${kind}?${attributes}`;
    const { results } = JSON.parse(
      await monitor.succeed(asked(monitor.name, path, "", address)),
    ) as Answer;
    for (const { attrs } of results) {
      states[attrs.__name] = attrs.last_check > 0 ? attrs.state : null;
    }
  }
  return states;
}

interface Answer {
  readonly results: readonly {
    readonly attrs: {
      readonly __name: string;
      readonly state: number;
      readonly last_check: number;
    };
  }[];
}
