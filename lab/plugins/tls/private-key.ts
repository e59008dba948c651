import { createHash, generateKeyPairSync, type KeyObject } from "node:crypto";
import { type Properties, secret, text } from "../../../provider/grpc/values.ts";
import { opensshPrivateKey, opensshPublicKey } from "./openssh.ts";

/** The curves that can be asked for, by the provider's name, with OpenSSL's name. */
export const curves: Record<string, string> = {
  P256: "prime256v1",
  P384: "secp384r1",
  P521: "secp521r1",
};

/** The name that the provider gives to the algorithm of a key. */
export function keyAlgorithm(key: KeyObject): "ECDSA" | "ED25519" | "RSA" {
  const type = key.asymmetricKeyType;
  if (type === "ec") return "ECDSA";
  if (type === "ed25519") return "ED25519";
  if (type === "rsa") return "RSA";
  throw new Error(`the stand-in for tls cannot use a key of type ${type ?? "unknown"}`);
}

/** Makes a key and gives it in all the forms that the provider has; the private ones are secret. */
export function makePrivateKey(inputs: Properties): { id: string; outputs: Properties } {
  const { privateKey, publicKey } = generate(inputs);
  const der = publicKey.export({ type: "spki", format: "der" });
  const pkcs8 = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const line = opensshPublicKey(publicKey);
  const blob = Buffer.from(line.split(" ")[1] ?? "", "base64");
  const md5 = createHash("md5").update(blob).digest("hex");
  const sha256 = createHash("sha256").update(blob).digest("base64").replace(/=+$/, "");
  return {
    id: createHash("sha1").update(der).digest("hex"),
    outputs: {
      privateKeyPem: secret(traditionalPem(privateKey)),
      privateKeyPemPkcs8: secret(pkcs8),
      privateKeyOpenssh: secret(opensshPrivateKey(privateKey)),
      publicKeyPem: publicKey.export({ type: "spki", format: "pem" }).toString(),
      publicKeyOpenssh: `${line}\n`,
      publicKeyFingerprintMd5: md5.replace(/..(?!$)/g, "$&:"),
      publicKeyFingerprintSha256: `SHA256:${sha256}`,
    },
  };
}

function generate({ algorithm, ecdsaCurve, rsaBits }: Properties) {
  if (algorithm === "ED25519") return generateKeyPairSync("ed25519");
  if (algorithm === "RSA") return generateKeyPairSync("rsa", { modulusLength: Number(rsaBits) });
  return generateKeyPairSync("ec", { namedCurve: curves[text(ecdsaCurve)] ?? "" });
}

/** Each algorithm's oldest form: SEC1, PKCS#1, and PKCS#8 where there is none. */
function traditionalPem(key: KeyObject): string {
  const type = { ECDSA: "sec1", RSA: "pkcs1", ED25519: "pkcs8" } as const;
  return key.export({ type: type[keyAlgorithm(key)], format: "pem" }).toString();
}
