import { createPublicKey, generateKeyPairSync, type KeyObject, randomBytes } from "node:crypto";
import { signerOf, x509 } from "../../lab/plugins/tls/x509.ts";

/** A certificate with its key, as PEM, and what signs with it. */
export interface Signed {
  readonly pem: string;
  readonly key: string;
  readonly keys: KeyObject;
  readonly subject: string;
}

/** What a certificate of the tests is like; a day old, and good for a month, unless said otherwise. */
export interface Wanted {
  readonly subject: string;
  readonly by?: Signed;
  readonly names?: readonly string[];
  readonly ca?: boolean;
  readonly from?: Date;
  readonly to?: Date;
  readonly uses?: readonly string[];
  readonly rsaBits?: number;
  /** Address of the OCSP responder that it names. */
  readonly responder?: string;
}

const day = 86_400_000;

/** Makes a certificate and its key; it signs itself when nobody else does. */
export async function sign(wanted: Wanted): Promise<Signed> {
  const { subject, by, names = [], ca = false, uses = [], rsaBits, responder } = wanted;
  const pair = rsaBits
    ? generateKeyPairSync("rsa", { modulusLength: rsaBits })
    : generateKeyPairSync("ec", { namedCurve: "P-256" });
  const own = signerOf(pair.privateKey);
  const signer = by ? signerOf(by.keys) : own;
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: randomBytes(8).toString("hex"),
    subject: `CN=${subject}`,
    issuer: `CN=${by?.subject ?? subject}`,
    notBefore: wanted.from ?? new Date(Date.now() - day),
    notAfter: wanted.to ?? new Date(Date.now() + 30 * day),
    signingAlgorithm: signer.algorithm,
    signingKey: signer.keys.privateKey,
    publicKey: createPublicKey(pair.privateKey).toCryptoKey(own.algorithm, true, ["verify"]),
    extensions: [
      new x509.BasicConstraintsExtension(ca, undefined, true),
      ...(responder ? [new x509.AuthorityInfoAccessExtension({ ocsp: responder })] : []),
      ...(uses.length > 0 ? [new x509.ExtendedKeyUsageExtension([...uses])] : []),
      ...(names.length > 0
        ? [new x509.SubjectAlternativeNameExtension(names.map((value) => ({ type: "dns", value })))]
        : []),
    ],
  });
  return {
    pem: `${certificate.toString("pem")}\n`,
    key: String(pair.privateKey.export({ type: "pkcs8", format: "pem" })),
    keys: pair.privateKey,
    subject,
  };
}

/** A root, what it signed, and what that signed for the names: as an authority would give it. */
export async function chainFor(...names: string[]) {
  const root = await sign({ subject: "Root", ca: true });
  const middle = await sign({ subject: "Middle", ca: true, by: root });
  const own = await sign({ subject: names[0] ?? "none", names, by: middle });
  return { root, middle, own, chain: own.pem + middle.pem };
}
