import assert from "node:assert/strict";
import {
  Certificate,
  CertificateAuthority,
  CertificateOptions,
  issuances,
} from "../../components/certificate/index.ts";
import { Nginx, NginxOptions } from "../../components/nginx/index.ts";
import { deploy } from "./deploy.ts";
import { certificate, hostname, site, tlsOutputs } from "./forum.ts";
import { exampleHost } from "./host.ts";
import { testMachine } from "./machine.ts";
import * as pebble from "./pebble.ts";
import { applyOn, runOn, stateOf } from "./scripts.ts";

export { directoryAt } from "./pebble.ts";

/** The machine whose certificate is obtained. */
export const machine = await testMachine("acme");

/** What keeps the certificate of its site there. */
export const program = "/usr/local/lib/platform/certificate-forum";

/** What its timer starts. */
export const service = "platform-certificate-forum.service";

/** The site's other name. */
export const alias = `www.${hostname}`;

/** A site with another name whose certificate is obtained; the application is away, so its offline page answers. */
export const build =
  (source: object = {}, other = alias, nginx: object = {}) =>
  () => {
    const host = exampleHost();
    const options = CertificateOptions.parse({
      authorityName: "Test CA",
      source: { kind: "acme", email: "admin@lab.test", termsOfServiceAgreed: true, ...source },
    });
    const authority = new CertificateAuthority("authority", options);
    const wanted = { host, site: "forum", names: [hostname, other] as const, options };
    const certificate = new Certificate("cert", { ...wanted, authority });
    const sites = [{ ...site({ name: "none:1", archive: "/none.tar" }), aliases: [other] }];
    const certificates = { forum: certificate.served };
    new Nginx("proxy", { host, sites, certificates, options: NginxOptions.parse(nginx) });
    issuances("issue", wanted);
  };

/** Puts it on the machine; gives how the last step went. */
export async function apply(source: object, other?: string, nginx?: object) {
  const { results } = await applyOn(machine, build(source, other, nginx), tlsOutputs);
  return results.at(-1) ?? assert.fail("nothing was run");
}

/** Takes away what the tests have put on the machine. */
export async function removeAll(): Promise<void> {
  const { resources } = await deploy(build(), false, tlsOutputs);
  const { resources: others } = await deploy(() => certificate(exampleHost()), false, tlsOutputs);
  const known = new Map([...others, ...resources].map((one) => [one.name, one]));
  for (const name of [...stateOf(machine).keys()].toReversed()) {
    const one = known.get(name) ?? assert.fail(`${name} is not known`);
    const { code, stderr } = await runOn(machine, one, "delete");
    assert.equal(code, 0, stderr);
  }
}

/** The certificate that is shown to a visitor, as openssl prints what is asked for. */
export function shown(what: string, at = "127.0.0.1", name = hostname): Promise<string> {
  return machine.succeed(
    `openssl s_client -connect ${at}:443 -servername ${name} </dev/null 2>/dev/null | openssl x509 -noout ${what}`,
  );
}

/** Starts the renewal as the timer does, or a verb of its program; the code is not 0 when it failed. */
export const renew = (command = `systemctl start ${service}`) => machine.run(command);

/** What the renewal has said. */
export const journal = () => machine.succeed(`journalctl --sync; journalctl -o cat -u ${service}`);

/** Installs Debian's Pebble there. */
export const installPebble = () => pebble.installPebble(machine);

/** What every name leads to from now on. */
export const resolveTo = (addresses: pebble.Addresses) => pebble.resolveTo(machine, addresses);

/** Starts a Pebble there. */
export const startPebble = (options: pebble.PebbleOptions) => pebble.startPebble(machine, options);
