import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import type { CertificateOptions } from "./options.ts";

/** The stack's own certificate authority. Its key is protected: clients trust it, so it must outlive a destroy. */
export class CertificateAuthority extends pulumi.ComponentResource {
  /** The certificate that clients put into their trust store. */
  readonly certPem: pulumi.Output<string>;
  readonly #key: tls.PrivateKey;

  constructor(name: string, options: CertificateOptions, opts?: pulumi.ComponentResourceOptions) {
    super("platform:certificate:CertificateAuthority", name, {}, opts);
    const child = { parent: this };
    this.#key = new tls.PrivateKey(
      `${name}-key`,
      { algorithm: "ECDSA", ecdsaCurve: "P256" },
      { ...child, protect: true },
    );
    const cert = new tls.SelfSignedCert(
      `${name}-cert`,
      {
        privateKeyPem: this.#key.privateKeyPem,
        isCaCertificate: true,
        allowedUses: ["cert_signing", "crl_signing"],
        subject: { commonName: options.authorityName },
        validityPeriodHours: options.authorityDays * 24,
        earlyRenewalHours: options.renewalDays * 24,
      },
      child,
    );
    this.certPem = cert.certPem;
    this.registerOutputs({ certPem: this.certPem });
  }

  /** Signs a server certificate for a request. */
  sign(
    name: string,
    request: tls.CertRequest,
    options: CertificateOptions,
    opts: pulumi.CustomResourceOptions,
  ): tls.LocallySignedCert {
    return new tls.LocallySignedCert(
      name,
      {
        caPrivateKeyPem: this.#key.privateKeyPem,
        caCertPem: this.certPem,
        certRequestPem: request.certRequestPem,
        allowedUses: ["digital_signature", "server_auth"],
        validityPeriodHours: options.validityDays * 24,
        earlyRenewalHours: options.renewalDays * 24,
      },
      opts,
    );
  }
}
