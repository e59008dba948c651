import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { certificateFiles, ConfigSet, Service, type Check, type Host } from "../host/index.ts";
import type { CertificateAuthority } from "./authority.ts";
import type { CertificateOptions } from "./options.ts";

export { CertificateAuthority } from "./authority.ts";
export { CertificateOptions } from "./options.ts";

/** Arguments of a certificate. */
export interface CertificateArgs {
  readonly host: Host;
  /** Name of the site that serves it; the files lie below it. */
  readonly site: string;
  readonly authority: CertificateAuthority;
  /** Host names, the first one is the common name. */
  readonly names: readonly [string, ...string[]];
  readonly options: CertificateOptions;
}

/**
 * A server certificate (ECDSA P-256) of the stack's own authority, kept in the one place on the host where all
 * certificates are. nginx judges it together with its sites before it is swapped in.
 */
export class Certificate extends Service {
  constructor(name: string, args: CertificateArgs, opts?: pulumi.ComponentResourceOptions) {
    super("platform:certificate:Certificate", name, opts);
    const { host, site, authority, names, options } = args;
    const child = { parent: this };
    const key = new tls.PrivateKey(
      `${name}-key`,
      { algorithm: "ECDSA", ecdsaCurve: "P256" },
      child,
    );
    const request = new tls.CertRequest(
      `${name}-request`,
      { privateKeyPem: key.privateKeyPem, dnsNames: [...names], subject: { commonName: names[0] } },
      child,
    );
    const cert = authority.sign(`${name}-cert`, request, options, child);

    const files = certificateFiles(site);
    new ConfigSet(
      `${name}-files`,
      {
        host,
        files: [
          { path: files.chain, content: cert.certPem },
          { path: files.key, content: key.privateKeyPem, mode: "0600" },
        ],
        validate: [["sh", "-c", "! command -v nginx >/dev/null || nginx -t -q"]],
        activate: [["sh", "-c", "! systemctl is-active -q nginx || systemctl reload nginx"]],
      },
      child,
    );
    this.checks = [certificateCheck(host, site, names[0], options)];
    this.registerOutputs({ checks: this.checks });
  }
}

function certificateCheck(
  host: Host,
  site: string,
  served: string,
  options: CertificateOptions,
): Check {
  const critical = Math.max(1, Math.floor(options.renewalDays / 4));
  const days = `${Math.max(2, Math.floor(options.renewalDays / 2))},${critical}`;
  return {
    name: `certificate-${site}`,
    host: host.name,
    command: ["check_http", "-H", served, "-I", "127.0.0.1", "-S", "--sni", "-C", days],
    intervalSeconds: 3600,
    runbook:
      "Run `pulumi up`: it renews the certificate; read `nginx -t` on the machine when that fails.",
  };
}
