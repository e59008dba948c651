import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import type { ConfigFile } from "../host/index.ts";
import { certificates } from "./node.ts";

/** A certificate with its key, as PEM. */
export interface Identity {
  readonly certificate: pulumi.Output<string>;
  readonly key: pulumi.Output<string>;
}

/** Hours for which a certificate is good, and before whose end an `up` makes the next one. */
const life = { validityPeriodHours: 397 * 24, earlyRenewalHours: 90 * 24 };

/**
 * The authority by which Icinga's machines know each other; its key is on none of them. It is protected, for a new
 * one would be a stranger to all of them. `node setup` and Icinga's own authority are not used.
 */
export class MonitoringAuthority extends pulumi.ComponentResource {
  /** The certificate that every machine trusts. */
  readonly certPem: pulumi.Output<string>;
  readonly #key: tls.PrivateKey;

  constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
    super("platform:icinga:MonitoringAuthority", name, {}, opts);
    const child = { parent: this };
    const algorithm = { algorithm: "ECDSA", ecdsaCurve: "P256" };
    this.#key = new tls.PrivateKey(`${name}-key`, algorithm, { ...child, protect: true });
    const cert = new tls.SelfSignedCert(
      `${name}-cert`,
      {
        privateKeyPem: this.#key.privateKeyPem,
        isCaCertificate: true,
        allowedUses: ["cert_signing", "crl_signing"],
        subject: { commonName: "Icinga CA" },
        validityPeriodHours: 10 * 365 * 24,
        earlyRenewalHours: 2 * 365 * 24,
      },
      child,
    );
    this.certPem = cert.certPem;
    this.registerOutputs({ certPem: this.certPem });
  }

  /** Makes the identity of this common name; Icinga knows machines and users of its API by it. */
  identity(name: string, commonName: string, opts: pulumi.CustomResourceOptions): Identity {
    const algorithm = { algorithm: "ECDSA", ecdsaCurve: "P256" };
    const key = new tls.PrivateKey(`${name}-key`, algorithm, opts);
    const request = new tls.CertRequest(
      `${name}-request`,
      { privateKeyPem: key.privateKeyPem, dnsNames: [commonName], subject: { commonName } },
      opts,
    );
    const signed = new tls.LocallySignedCert(
      `${name}-cert`,
      {
        caPrivateKeyPem: this.#key.privateKeyPem,
        caCertPem: this.certPem,
        certRequestPem: request.certRequestPem,
        allowedUses: ["digital_signature", "server_auth", "client_auth"],
        ...life,
      },
      opts,
    );
    return { certificate: signed.certPem, key: key.privateKeyPem };
  }

  /** Makes the identity of a machine, as the files in which Icinga there looks for it. */
  nodeFiles(name: string, node: string, opts: pulumi.CustomResourceOptions): ConfigFile[] {
    const { certificate, key } = this.identity(name, node, opts);
    const own = { owner: "nagios:nagios" };
    return [
      { path: `${certificates}/ca.crt`, content: this.certPem, ...own },
      { path: `${certificates}/${node}.crt`, content: certificate, ...own },
      { path: `${certificates}/${node}.key`, content: key, mode: "0600", ...own },
    ];
  }
}
