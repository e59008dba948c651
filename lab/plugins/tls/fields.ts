import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import { isObject, type Properties, text, type Value } from "../../../provider/grpc/values.ts";

/** The members of `subject` that the stand-in knows, with their names in a certificate. */
export const subjectNames = {
  country: "C",
  organization: "O",
  organizationalUnit: "OU",
  locality: "L",
  province: "ST",
  commonName: "CN",
} as const;

/** The subject of a certificate, in the order and the string types of the real provider. */
export function distinguishedName(subject: Value | undefined): x509.Name {
  const given = isObject(subject) ? subject : {};
  const attributes = Object.entries(subjectNames).flatMap(([name, short]) => {
    const value = text(given[name]);
    if (value === "") return [];
    const printable = /^[A-Za-z0-9 '()+,\-./:=?]*$/.test(value);
    return [{ [short]: [printable ? { printableString: value } : { utf8String: value }] }];
  });
  return new x509.Name(attributes);
}

const { KeyUsageFlags, ExtendedKeyUsage } = x509;

const keyUsages: Record<string, x509.KeyUsageFlags> = {
  digital_signature: KeyUsageFlags.digitalSignature,
  content_commitment: KeyUsageFlags.nonRepudiation,
  key_encipherment: KeyUsageFlags.keyEncipherment,
  data_encipherment: KeyUsageFlags.dataEncipherment,
  key_agreement: KeyUsageFlags.keyAgreement,
  cert_signing: KeyUsageFlags.keyCertSign,
  crl_signing: KeyUsageFlags.cRLSign,
  encipher_only: KeyUsageFlags.encipherOnly,
  decipher_only: KeyUsageFlags.decipherOnly,
};

const extendedUsages: Record<string, string> = {
  server_auth: ExtendedKeyUsage.serverAuth,
  client_auth: ExtendedKeyUsage.clientAuth,
  code_signing: ExtendedKeyUsage.codeSigning,
  email_protection: ExtendedKeyUsage.emailProtection,
  timestamping: ExtendedKeyUsage.timeStamping,
  ocsp_signing: ExtendedKeyUsage.ocspSigning,
};

/** The values that `allowedUses` may hold. */
export const knownUses: readonly string[] = Object.keys({ ...keyUsages, ...extendedUsages });

/** What a certificate may be used for. */
export function usages(allowed: Value | undefined): x509.Extension[] {
  const names = strings(allowed);
  const flags = names.flatMap((name) => keyUsages[name] ?? []);
  const extended = names.flatMap((name) => extendedUsages[name] ?? []);
  return [
    ...(flags.length === 0 ? [] : [new x509.KeyUsagesExtension(flags.reduce(both), true)]),
    ...(extended.length === 0 ? [] : [new x509.ExtendedKeyUsageExtension(extended)]),
  ];
}

function both(one: x509.KeyUsageFlags, other: x509.KeyUsageFlags): x509.KeyUsageFlags {
  return one | other;
}

/** The names and addresses that a certificate is for, beside its subject. */
export function alternativeNames(inputs: Properties): x509.Extension[] {
  const names: x509.JsonGeneralNames = [
    ...strings(inputs["dnsNames"]).map((value) => ({ type: "dns" as const, value })),
    ...strings(inputs["ipAddresses"]).map((value) => ({ type: "ip" as const, value })),
  ];
  return names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(names)];
}

function strings(value: Value | undefined): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
