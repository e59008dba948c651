import type { Properties, Value } from "../../../provider/grpc/values.ts";
import type { Shape } from "../inputs.ts";
import { type Made, makeLocallySigned, makeRequest, makeSelfSigned } from "./certificate.ts";
import { subjectNames } from "./fields.ts";
import { makePrivateKey } from "./private-key.ts";

/** One resource type of the provider, as data. */
export interface TlsType {
  inputs: Shape;
  required: readonly string[];
  /** What an input is when it is left out. */
  defaults: Properties;
  /** Inputs that become secret, whoever gave them. */
  secretInputs: readonly string[];
  secretOutputs: readonly string[];
  /** Outputs that a preview does not know. */
  outputs: readonly string[];
  /** Certificates have an end, before which they are replaced. */
  renews: boolean;
  /** What the provider's framework keeps in the state. */
  meta?: Value;
  make(inputs: Properties, now: Date): Made | Promise<Made>;
}

const subject: Shape = Object.fromEntries(
  Object.keys(subjectNames).map((name) => [name, true as const]),
);
const validity = { allowedUses: true, earlyRenewalHours: true, validityPeriodHours: true } as const;
const certificateDefaults = {
  earlyRenewalHours: 0,
  isCaCertificate: false,
  setSubjectKeyId: false,
};
const certificateOutputs = ["certPem", "maxPathLength", "validityEndTime", "validityStartTime"];

/** The resource types that the stand-in covers, by their tokens. */
export const types: Record<string, TlsType> = {
  "tls:index/privateKey:PrivateKey": {
    inputs: { algorithm: true, ecdsaCurve: true, rsaBits: true },
    required: ["algorithm"],
    defaults: { ecdsaCurve: "P224", rsaBits: 2048 },
    secretInputs: [],
    secretOutputs: ["privateKeyOpenssh", "privateKeyPem", "privateKeyPemPkcs8"],
    outputs: [
      "privateKeyOpenssh",
      "privateKeyPem",
      "privateKeyPemPkcs8",
      "publicKeyFingerprintMd5",
      "publicKeyFingerprintSha256",
      "publicKeyOpenssh",
      "publicKeyPem",
    ],
    renews: false,
    meta: JSON.stringify({ schema_version: "1" }),
    make: makePrivateKey,
  },
  "tls:index/certRequest:CertRequest": {
    inputs: { dnsNames: true, ipAddresses: true, privateKeyPem: true, subject },
    required: ["privateKeyPem"],
    defaults: {},
    secretInputs: ["privateKeyPem"],
    secretOutputs: ["privateKeyPem"],
    outputs: ["certRequestPem", "keyAlgorithm"],
    renews: false,
    make: makeRequest,
  },
  "tls:index/selfSignedCert:SelfSignedCert": {
    inputs: {
      ...validity,
      dnsNames: true,
      ipAddresses: true,
      isCaCertificate: true,
      privateKeyPem: true,
      setAuthorityKeyId: true,
      setSubjectKeyId: true,
      subject,
    },
    required: ["allowedUses", "privateKeyPem", "validityPeriodHours"],
    defaults: { ...certificateDefaults, setAuthorityKeyId: false },
    secretInputs: ["privateKeyPem"],
    secretOutputs: ["privateKeyPem"],
    outputs: [...certificateOutputs, "keyAlgorithm"],
    renews: true,
    make: makeSelfSigned,
  },
  "tls:index/locallySignedCert:LocallySignedCert": {
    inputs: {
      ...validity,
      caCertPem: true,
      caPrivateKeyPem: true,
      certRequestPem: true,
      isCaCertificate: true,
      setSubjectKeyId: true,
    },
    required: [
      "allowedUses",
      "caCertPem",
      "caPrivateKeyPem",
      "certRequestPem",
      "validityPeriodHours",
    ],
    defaults: certificateDefaults,
    secretInputs: ["caPrivateKeyPem"],
    secretOutputs: ["caPrivateKeyPem"],
    outputs: [...certificateOutputs, "caKeyAlgorithm"],
    renews: true,
    make: makeLocallySigned,
  },
};
