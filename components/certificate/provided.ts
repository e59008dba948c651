import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { rootCertificates } from "node:tls";

/** A certificate from elsewhere as PEM texts: the site's own first in `chain`, each followed by the one that signed it. */
export interface ProvidedPems {
  readonly chain: string;
  readonly key: string;
  /** The root of an authority that Mozilla's list does not have. */
  readonly authority?: string | undefined;
}

/** What is wrong with one of the texts, and what to do. It repeats nothing of the key. */
export interface ProvidedFault {
  readonly field: keyof ProvidedPems;
  readonly message: string;
}

/**
 * What would keep browsers from taking the certificate for these names. `nginx -t` does not see most of it: not a date,
 * not a name, not the order of the chain. `browsers` are the roots that those know, by default Mozilla's.
 */
export function providedFaults(
  { chain, key, authority }: ProvidedPems,
  names: readonly string[],
  now = new Date(),
  browsers: readonly string[] = rootCertificates,
): ProvidedFault[] {
  const certificates = blocks(chain).map(readCertificate);
  const roots = authority === undefined ? [] : blocks(authority).map(readCertificate);
  const unread = [unreadable("chain", certificates), unreadable("authority", roots)].flat();
  const privateKey = readKey(key);
  if (!privateKey) unread.push({ field: "key", message: "cannot be read: copy it again" });
  const [own, ...signers] = certificates.filter((one) => one !== undefined);
  if (unread.length > 0 || !privateKey || !own) return unread;
  const misplaced = orderFault([own, ...signers], privateKey);
  if (misplaced) return [misplaced];
  const known = [...roots, ...browsers.map(readCertificate)];
  return [
    ...incomplete(signers.at(-1) ?? own, known),
    ...[own, ...signers].flatMap((one) => dateFault(one, now)),
    ...nameFault(own, names),
    ...useFault(own),
  ];
}

/** Whether the site's own certificate of a chain names an OCSP responder (RFC 5280, 4.2.2.1). */
export function namesResponder(chain: string): boolean {
  const [first = ""] = blocks(chain);
  return /^OCSP - URI:/m.test(readCertificate(first)?.infoAccess ?? "");
}

function blocks(pem: string): string[] {
  return pem.match(/-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----/g) ?? [];
}

function readCertificate(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

function unreadable(
  field: "chain" | "authority",
  list: readonly (X509Certificate | undefined)[],
): ProvidedFault[] {
  return list.flatMap((one, index) =>
    one ? [] : [{ field, message: `block ${index + 1} cannot be read: copy it again` }],
  );
}

function readKey(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}

function called({ subject }: X509Certificate): string {
  return JSON.stringify(subject.replaceAll("\n", ", "));
}

function signed(by: X509Certificate, one: X509Certificate): boolean {
  return one.checkIssued(by) && one.verify(by.publicKey);
}

/** The key tells which certificate is the site's own; that is the first, and each one is signed by the next. */
function orderFault(chain: readonly X509Certificate[], key: KeyObject): ProvidedFault | undefined {
  const [first] = chain;
  const own = chain.find((one) => one.checkPrivateKey(key));
  if (!first || !own) {
    const message = `does not belong to the certificate of ${first ? called(first) : "the chain"}: give the key that it was asked for with`;
    return { field: "key", message };
  }
  if (own !== first) {
    const message = `is in the wrong order: the site's own certificate, ${called(own)}, comes first, then the one that signed it, and so on`;
    return { field: "chain", message };
  }
  for (const [index, next] of chain.slice(1).entries()) {
    const one = chain[index] ?? first;
    if (signed(next, one)) continue;
    const message = `is in the wrong order, or one is missing: ${called(one)} was not signed by ${called(next)}, which follows it`;
    return { field: "chain", message };
  }
  return undefined;
}

function incomplete(
  last: X509Certificate,
  roots: readonly (X509Certificate | undefined)[],
): ProvidedFault[] {
  if ([last, ...roots].some((root) => root && signed(root, last))) return [];
  const issuer = JSON.stringify(last.issuer.replaceAll("\n", ", "));
  const message =
    `is incomplete: it ends at ${called(last)}, and no browser knows ${issuer}, which signed that: add its ` +
    "certificate at the end, or give it as `authority` when it is a root of your own";
  return [{ field: "chain", message }];
}

function dateFault(one: X509Certificate, now: Date): ProvidedFault[] {
  const day = (date: Date) => `${date.toISOString().slice(0, 16)}Z`;
  const fault = (words: string): ProvidedFault[] => [
    { field: "chain", message: `${called(one)} ${words}` },
  ];
  if (one.validToDate < now) {
    return fault(`ended on ${day(one.validToDate)}: give the renewed certificate`);
  }
  if (one.validFromDate > now) {
    return fault(
      `begins on ${day(one.validFromDate)}, which is later than this computer's clock says`,
    );
  }
  return [];
}

function nameFault(own: X509Certificate, names: readonly string[]): ProvidedFault[] {
  const missing = names.filter((name) => own.checkHost(name, { subject: "never" }) === undefined);
  if (missing.length === 0) return [];
  const held = own.subjectAltName?.replaceAll("DNS:", "") ?? "no name at all";
  const message = `is not for ${missing.join(", ")}, but for ${held}: ask for one with all names`;
  return [{ field: "chain", message }];
}

/** What Debian's OpenSSL (security level 2) and browsers refuse whatever else is right. */
function useFault(own: X509Certificate): ProvidedFault[] {
  const faults: string[] = [];
  const bits = own.publicKey.asymmetricKeyDetails?.modulusLength;
  if (bits !== undefined && bits < 2048) {
    faults.push(`has an RSA key of ${bits} bits: 2048 are the least that is taken`);
  }
  // X.509's extended key usage (RFC 5280, 4.2.1.12): without any, it is for everything.
  const uses = own.keyUsage as readonly string[] | undefined;
  if (uses && !uses.includes("1.3.6.1.5.5.7.3.1")) {
    faults.push("is not for servers (its extended key usage lacks serverAuth)");
  }
  return faults.map((message) => ({ field: "chain", message }));
}
