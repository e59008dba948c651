import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";

const bundle = "/etc/ssl/certs/ca-certificates.crt";
const shipped = "/usr/share/ca-certificates/mozilla";
const added = "/usr/local/share/ca-certificates";

/** The certificate authorities that the operator trusts beyond Debian's own, as PEM. */
export async function operatorAuthorities(): Promise<string[]> {
  const known = await folder(shipped);
  const trusted = [await readFile(bundle, "utf8").catch(() => ""), ...(await folder(added))];
  return additions(trusted.join("\n"), known.join("\n"));
}

/** The certificates of one PEM text that another does not have, each once. */
export function additions(trusted: string, known: string): string[] {
  const skip = new Set(certificates(known));
  return [...new Set(certificates(trusted))].filter((pem) => !skip.has(pem));
}

function certificates(text: string): string[] {
  const blocks = text.matchAll(/-----BEGIN CERTIFICATE-----([\s\S]*?)-----END CERTIFICATE-----/g);
  return [...blocks].map(([, body = ""]) => {
    const lines = body.replace(/\s/g, "").match(/.{1,64}/g) ?? [];
    return ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n");
  });
}

async function folder(path: string): Promise<string[]> {
  const names = await readdir(path).catch(() => []);
  const crts = names.filter((name) => name.endsWith(".crt")).sort();
  return Promise.all(crts.map((name) => readFile(join(path, name), "utf8")));
}
