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
import { makePems } from "./pem.ts";
import { applyOn, runOn, stateOf } from "./scripts.ts";

/** The machine whose certificate is obtained. */
export const machine = await testMachine("acme");

/** What keeps the certificate of its site there. */
export const program = "/usr/local/lib/platform/certificate-forum";

/** What its timer starts. */
export const service = "platform-certificate-forum.service";

const pems = makePems("acme.lab.test");

/** The option `directory` that leads to the Pebble on a port. */
export function directoryAt(port: number) {
  return { url: `https://acme.lab.test:${port}/dir`, ca: pems.authority };
}

/** The site's other name. */
export const alias = `www.${hostname}`;

/** A site whose certificate is obtained; the application is away, so its offline page answers. */
export const build =
  (source: object = {}) =>
  () => {
    const host = exampleHost();
    const options = CertificateOptions.parse({
      authorityName: "Test CA",
      source: { kind: "acme", email: "admin@lab.test", termsOfServiceAgreed: true, ...source },
    });
    const authority = new CertificateAuthority("authority", options);
    const wanted = { host, site: "forum", names: [hostname, alias] as const, options };
    const certificate = new Certificate("cert", { ...wanted, authority });
    const sites = [{ ...site({ name: "none:1", archive: "/none.tar" }), aliases: [alias] }];
    const certificates = { forum: certificate.served };
    new Nginx("proxy", { host, sites, certificates, options: NginxOptions.parse({}) });
    issuances("issue", wanted);
  };

/** Puts it on the machine; gives how the last step went. */
export async function apply(source: object) {
  const { results } = await applyOn(machine, build(source), tlsOutputs);
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

/** How a Pebble is; the lives of its certificates are in seconds. */
export interface PebbleOptions {
  readonly port: number;
  readonly life: number;
  /** Of 100 nonces, so many are refused (RFC 8555, 6.5: the client is to try again). */
  readonly badNonces?: number;
}

/** Installs Debian's Pebble, and a DNS server that answers with the machine itself for every name. */
export async function installPebble(): Promise<void> {
  await machine.succeed(
    "apt-get -qq update; apt-get -qq install --no-install-recommends pebble >/dev/null 2>&1; install -d /srv/pebble; " +
      "grep -q acme.lab.test /etc/hosts || echo 127.0.0.1 acme.lab.test >>/etc/hosts",
  );
  await machine.succeed("cat >/srv/pebble/cert.pem", pems.certificate);
  await machine.succeed("cat >/srv/pebble/key.pem", pems.key);
  const others = ["http01", "https01", "tlsalpn01"].map((server) => `-${server} ''`).join(" ");
  await machine.succeed(
    `systemctl is-active -q names || systemd-run -q --unit=names pebble-challtestsrv -defaultIPv4 127.0.0.1 -defaultIPv6 ::1 ${others} ` +
      "-dns01 127.0.0.1:8053 -management 127.0.0.1:8055",
  );
  await machine.waitUntilSucceeds("ss -ltn | grep -q :8055");
}

/** What every name leads to from now on; an empty text is no address of that family. */
export async function resolveTo({ ipv4 = "", ipv6 = "" }: { ipv4?: string; ipv6?: string }) {
  for (const [what, ip] of [
    ["set-default-ipv4", ipv4],
    ["set-default-ipv6", ipv6],
  ] as const) {
    const body = JSON.stringify({ ip });
    await machine.succeed(`curl -sf -d '${body}' http://127.0.0.1:8055/${what}`);
  }
}

/** Starts a Pebble, whose accounts and roots are its own; it asks the machine's own port 80. */
export async function startPebble({ port, life, badNonces = 0 }: PebbleOptions) {
  const pebble = {
    listenAddress: `127.0.0.1:${port}`,
    managementListenAddress: `127.0.0.1:${port + 1000}`,
    certificate: "/srv/pebble/cert.pem",
    privateKey: "/srv/pebble/key.pem",
    httpPort: 80,
    tlsPort: 443,
    ocspResponderURL: "",
    externalAccountBindingRequired: false,
    certificateValidityPeriod: life,
  };
  await machine.succeed(`cat >/srv/pebble/${port}.json`, JSON.stringify({ pebble }));
  // Without reuse of what was validated earlier, each certificate is asked for over HTTP.
  const env = `-E PEBBLE_VA_NOSLEEP=1 -E PEBBLE_AUTHZREUSE=0 -E PEBBLE_WFE_NONCEREJECT=${badNonces}`;
  await machine.succeed(
    `systemctl stop pebble-${port} 2>/dev/null; ` +
      `systemd-run -q --unit=pebble-${port} ${env} pebble -config /srv/pebble/${port}.json -dnsserver 127.0.0.1:8053`,
  );
  await machine.waitUntilSucceeds(`ss -ltn | grep -q :${port}`);
  return directoryAt(port);
}
