import type { TestMachine } from "./machine.ts";
import { makePems } from "./pem.ts";

const pems = makePems("acme.lab.test");

/** The option `directory` that leads to the Pebble on a port. */
export function directoryAt(port: number) {
  return { url: `https://acme.lab.test:${port}/dir`, ca: pems.authority };
}

/** How a Pebble is; the lives of its certificates are in seconds. */
export interface PebbleOptions {
  readonly port: number;
  readonly life: number;
  /** Of 100 nonces, so many are refused (RFC 8555, 6.5: the client is to try again). */
  readonly badNonces?: number;
  /** Whether it remembers that a name was proven; it asks for each certificate when absent. */
  readonly remembers?: boolean;
  /** Where its DNS server answers; what `resolveTo` says when absent. */
  readonly dns?: string;
}

/** Installs Debian's Pebble, and a DNS server that answers with the machine itself for every name. */
export async function installPebble(machine: TestMachine): Promise<void> {
  await machine.succeed(
    "command -v pebble || { apt-get -qq update; apt-get -qq install --no-install-recommends pebble curl >/dev/null 2>&1; }; install -d /srv/pebble; " +
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

/** Where names lead; an empty text is no address of that family. */
export interface Addresses {
  readonly ipv4?: string;
  readonly ipv6?: string;
}

/** What every name leads to from now on. */
export async function resolveTo(machine: TestMachine, { ipv4 = "", ipv6 = "" }: Addresses) {
  for (const [what, ip] of [
    ["set-default-ipv4", ipv4],
    ["set-default-ipv6", ipv6],
  ] as const) {
    const body = JSON.stringify({ ip });
    await machine.succeed(`curl -sf -d '${body}' http://127.0.0.1:8055/${what}`);
  }
}

/** Starts a Pebble, whose accounts and roots are its own; it asks the machine's own port 80. */
export async function startPebble(machine: TestMachine, options: PebbleOptions) {
  const { port, life, badNonces = 0, remembers = false, dns = "127.0.0.1:8053" } = options;
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
  const reuse = remembers ? 100 : 0; // of 100 names that were proven
  const env = `-E PEBBLE_VA_NOSLEEP=1 -E PEBBLE_AUTHZREUSE=${reuse} -E PEBBLE_WFE_NONCEREJECT=${badNonces}`;
  await machine.succeed(
    `systemctl stop pebble-${port} 2>/dev/null; ` +
      `systemd-run -q --unit=pebble-${port} ${env} pebble -config /srv/pebble/${port}.json -dnsserver ${dns}`,
  );
  await machine.waitUntilSucceeds(`ss -ltn | grep -q :${port}`);
  return directoryAt(port);
}
