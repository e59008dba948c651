import { generateKeyPairSync } from "node:crypto";
import { opensshPrivateKey, opensshPublicKey } from "../../lab/plugins/tls/openssh.ts";

/** A new key pair of OpenSSH, as the tls provider makes them. */
export function keyPair(): { readonly private: string; readonly public: string } {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  return { private: opensshPrivateKey(privateKey), public: opensshPublicKey(publicKey).trim() };
}
