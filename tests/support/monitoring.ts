import * as pulumi from "@pulumi/pulumi";
import { Icinga, IcingaOptions } from "../../components/icinga/index.ts";
import { sign, type Signed } from "./chain.ts";
import { exampleHost } from "./host.ts";

/** What `@pulumi/tls` would make for a monitoring machine, by the names of its resources. */
export type Identities = Readonly<Record<string, Record<string, unknown>>>;

/** Certificates of one authority for the monitoring machine of that name, good for so many days. */
export async function identities(name: string, days = 200): Promise<Identities> {
  const authority = await sign({ subject: "Icinga CA", ca: true });
  const uses = ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"]; // server and client (RFC 5280, 4.2.1.12)
  const to = new Date(Date.now() + days * 86_400_000);
  const of = (subject: string) => sign({ subject, by: authority, names: [subject], uses, to });
  const [node, deploy] = [await of(name), await of("platform-deploy")];
  return {
    "icinga-authority-cert": { certPem: authority.pem },
    ...made("icinga-node", node),
    ...made("icinga-deploy", deploy),
  };
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
