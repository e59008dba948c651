import { createPublicKey, type KeyObject, randomBytes } from "node:crypto";

/** A public key as one line of `authorized_keys`, without comment or newline. */
export function opensshPublicKey(key: KeyObject): string {
  const { type, fields } = publicFields(key);
  return `${type} ${encode(type, ...fields).toString("base64")}`;
}

/** A private key in OpenSSH's own PEM form, without passphrase or comment. */
export function opensshPrivateKey(key: KeyObject): string {
  const publicKey = createPublicKey(key);
  const { type, fields } = publicFields(publicKey);
  const check = randomBytes(4);
  const body = Buffer.concat([check, check, encode(type, ...privateFields(key, fields), "")]);
  const padding = Buffer.from(Array.from({ length: -body.length & 7 }, (_, index) => index + 1));
  const file = Buffer.concat([
    Buffer.from("openssh-key-v1\0"),
    encode("none", "none", ""),
    Buffer.from([0, 0, 0, 1]),
    encode(encode(type, ...fields), Buffer.concat([body, padding])),
  ]);
  const lines = file.toString("base64").replace(/.{64}(?!$)/g, "$&\n");
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines}\n-----END OPENSSH PRIVATE KEY-----\n`;
}

type Field = string | Buffer;

function publicFields(key: KeyObject): { type: string; fields: Field[] } {
  const jwk = key.export({ format: "jwk" });
  if (key.asymmetricKeyType === "rsa") return { type: "ssh-rsa", fields: [int(jwk.e), int(jwk.n)] };
  if (key.asymmetricKeyType === "ed25519") return { type: "ssh-ed25519", fields: [raw(jwk.x)] };
  const curve = `nistp${jwk.crv?.slice("P-".length) ?? ""}`;
  const point = Buffer.concat([Buffer.from([4]), raw(jwk.x), raw(jwk.y)]);
  return { type: `ecdsa-sha2-${curve}`, fields: [curve, point] };
}

function privateFields(key: KeyObject, publicOnes: Field[]): Field[] {
  const jwk = key.export({ format: "jwk" });
  if (key.asymmetricKeyType === "rsa") {
    return [jwk.n, jwk.e, jwk.d, jwk.qi, jwk.p, jwk.q].map(int);
  }
  if (key.asymmetricKeyType === "ed25519") {
    return [...publicOnes, Buffer.concat([raw(jwk.d), raw(jwk.x)])];
  }
  return [...publicOnes, int(jwk.d)];
}

/** SSH's wire form: each field is its length in four bytes, then its bytes. */
function encode(...fields: Field[]): Buffer {
  return Buffer.concat(
    fields.flatMap((field) => {
      const bytes = Buffer.from(field);
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      return [length, bytes];
    }),
  );
}

function raw(base64url: string | undefined): Buffer {
  return Buffer.from(base64url ?? "", "base64url");
}

/** A positive number without needless zeros in front, but never with its sign bit set. */
function int(base64url: string | undefined): Buffer {
  const bytes = raw(base64url);
  const digits = bytes.subarray(bytes.findIndex((byte) => byte !== 0));
  return (digits[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), digits]) : digits;
}
