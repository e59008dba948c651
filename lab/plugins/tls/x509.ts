import "reflect-metadata";
import { createPublicKey, type KeyObject, randomBytes, type webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";
import type { Properties } from "../../../provider/grpc/values.ts";
import { alternativeNames, distinguishedName, usages } from "./fields.ts";

export { x509 };

const HOUR = 3_600_000;

type Signing = webcrypto.EcKeyImportParams & webcrypto.EcdsaParams;

/** A key as the certificate library takes it, with the way in which it signs. */
export interface Signer {
  keys: webcrypto.CryptoKeyPair;
  algorithm: Signing;
}

/** The library's form of a private key; it signs as the real provider does. */
export function signerOf(key: KeyObject): Signer {
  const algorithm = signing(key);
  const privateKey = key.toCryptoKey(algorithm, true, ["sign"]);
  const publicKey = createPublicKey(key).toCryptoKey(algorithm, true, ["verify"]);
  return { keys: { privateKey, publicKey }, algorithm };
}

function signing(key: KeyObject): Signing {
  const curve = key.asymmetricKeyDetails?.namedCurve;
  if (key.asymmetricKeyType === "ed25519") return { name: "Ed25519", namedCurve: "", hash: "" };
  if (key.asymmetricKeyType === "rsa") {
    return { name: "RSASSA-PKCS1-v1_5", namedCurve: "", hash: "SHA-256" };
  }
  if (curve === "secp384r1") return { name: "ECDSA", namedCurve: "P-384", hash: "SHA-384" };
  if (curve === "secp521r1") return { name: "ECDSA", namedCurve: "P-521", hash: "SHA-512" };
  return { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
}

/** The PEM of a signed request for the subject and the alternative names. */
export async function request(inputs: Properties, signer: Signer): Promise<string> {
  const made = await x509.Pkcs10CertificateRequestGenerator.create({
    name: distinguishedName(inputs["subject"]),
    keys: signer.keys,
    signingAlgorithm: signer.algorithm,
    extensions: alternativeNames(inputs),
  });
  return `${made.toString("pem")}\n`;
}

/** Whom a certificate is for, when it is not for the signer's own key. */
export interface Issued {
  authority: x509.X509Certificate;
  asked: x509.Pkcs10CertificateRequest;
}

/** Signs a certificate; its id is the serial number in decimal. */
export async function certify(inputs: Properties, now: Date, signer: Signer, issued?: Issued) {
  const serial = randomBytes(16);
  const end = new Date(now.getTime() + Number(inputs["validityPeriodHours"]) * HOUR);
  const subject = issued?.asked.subjectName ?? distinguishedName(inputs["subject"]);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serial.toString("hex"),
    subject,
    issuer: issued?.authority.subjectName ?? subject,
    notBefore: now,
    notAfter: end,
    signingAlgorithm: signer.algorithm,
    publicKey: issued?.asked.publicKey ?? signer.keys.publicKey,
    signingKey: signer.keys.privateKey,
    extensions: await extensions(inputs, signer, issued),
  });
  return {
    id: BigInt(`0x${serial.toString("hex")}`).toString(),
    outputs: {
      certPem: `${certificate.toString("pem")}\n`,
      validityStartTime: now.toISOString(),
      validityEndTime: end.toISOString(),
    },
  };
}

async function extensions(inputs: Properties, signer: Signer, issued?: Issued) {
  const authority = inputs["isCaCertificate"] === true;
  const subjectKey = issued?.asked.publicKey ?? signer.keys.publicKey;
  const list: x509.Extension[] = [
    ...usages(inputs["allowedUses"]),
    new x509.BasicConstraintsExtension(authority, undefined, true),
  ];
  if (authority || inputs["setSubjectKeyId"] === true) {
    list.push(await x509.SubjectKeyIdentifierExtension.create(subjectKey));
  }
  if (issued || inputs["setAuthorityKeyId"] === true) {
    list.push(await x509.AuthorityKeyIdentifierExtension.create(signer.keys.publicKey));
  }
  const asked = issued?.asked.getExtension("2.5.29.17");
  return asked ? [...list, asked] : [...list, ...alternativeNames(inputs)];
}
