import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A certificate authority and a server certificate that it signed, as PEM. */
export interface Pems {
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

/** Makes both with the openssl program; valid for a day. */
export function makePems(hostname: string): Pems {
  const directory = mkdtempSync(join(tmpdir(), "platform-pem-"));
  try {
    const openssl = (...args: string[]) =>
      execFileSync("openssl", args, { cwd: directory, stdio: ["ignore", "ignore", "pipe"] });
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1"];
    openssl("req", "-x509", ...key, "-subj", "/CN=Test CA", "-keyout", "ca.key", "-out", "ca.pem");
    openssl(
      "req",
      ...key.slice(0, 5),
      "-subj",
      `/CN=${hostname}`,
      "-keyout",
      "key.pem",
      "-out",
      "csr",
    );
    writeFileSync(join(directory, "ext"), `subjectAltName=DNS:${hostname}\n`);
    const sign = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "ext"];
    openssl("x509", "-req", "-in", "csr", ...sign, "-days", "1", "-out", "cert.pem");
    const read = (name: string) => readFileSync(join(directory, name), "utf8");
    return { authority: read("ca.pem"), certificate: read("cert.pem"), key: read("key.pem") };
  } finally {
    rmSync(directory, { recursive: true });
  }
}
