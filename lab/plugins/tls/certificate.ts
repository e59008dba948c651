import { createHash, createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { type Properties, secret, text, type Value } from "../../../provider/grpc/values.ts";
import { keyAlgorithm } from "./private-key.ts";
import { certify, request, type Signer, signerOf, x509 } from "./x509.ts";

/** What a key, certificate or request is made into: its id and the outputs beside the inputs. */
export interface Made {
  id: string;
  outputs: Properties;
}

/** A request for a certificate, signed by the key that it is for. */
export async function makeRequest(inputs: Properties): Promise<Made> {
  const key = privateKey("privateKeyPem", inputs["privateKeyPem"]);
  const pem = await request(inputs, signerOf(key));
  return {
    id: createHash("sha1").update(pem).digest("hex"),
    outputs: {
      certRequestPem: pem,
      keyAlgorithm: keyAlgorithm(key),
      privateKeyPem: secret(inputs["privateKeyPem"] ?? null),
    },
  };
}

/** A certificate signed by its own key, valid from `now`. */
export async function makeSelfSigned(inputs: Properties, now: Date): Promise<Made> {
  const key = privateKey("privateKeyPem", inputs["privateKeyPem"]);
  const made = await certify(inputs, now, signerOf(key));
  return {
    id: made.id,
    outputs: {
      ...made.outputs,
      keyAlgorithm: keyAlgorithm(key),
      privateKeyPem: secret(inputs["privateKeyPem"] ?? null),
    },
  };
}

/** A certificate for a request, signed by the authority given with its key, valid from `now`. */
export async function makeLocallySigned(inputs: Properties, now: Date): Promise<Made> {
  const key = privateKey("caPrivateKeyPem", inputs["caPrivateKeyPem"]);
  const authority = new x509.X509Certificate(text(inputs["caCertPem"]));
  const asked = new x509.Pkcs10CertificateRequest(text(inputs["certRequestPem"]));
  if (!(await asked.verify())) throw new Error("certRequestPem is not signed by its own key");
  const spki = createPublicKey(key).export({ type: "spki", format: "der" });
  if (!spki.equals(Buffer.from(authority.publicKey.rawData))) {
    throw new Error("caPrivateKeyPem is not the key of caCertPem; give two that belong together");
  }
  const signer: Signer = signerOf(key);
  const made = await certify(inputs, now, signer, { authority, asked });
  return {
    id: made.id,
    outputs: {
      ...made.outputs,
      caKeyAlgorithm: keyAlgorithm(key),
      caPrivateKeyPem: secret(inputs["caPrivateKeyPem"] ?? null),
    },
  };
}

function privateKey(input: string, pem: Value | undefined): KeyObject {
  try {
    return createPrivateKey(text(pem));
  } catch {
    throw new Error(`${input} is not a private key in PEM form without passphrase`);
  }
}
