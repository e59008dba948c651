import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { makePrivateKey } from "../../../lab/plugins/tls/private-key.ts";
import { reveal, text } from "../../../provider/grpc/values.ts";

const run = promisify(execFile);
const algorithms: Record<string, string | number>[] = [
  { algorithm: "ED25519" },
  { algorithm: "ECDSA", ecdsaCurve: "P256" },
  { algorithm: "ECDSA", ecdsaCurve: "P521" },
  { algorithm: "RSA", rsaBits: 2048 },
];

for (const inputs of algorithms) {
  test(`ssh-keygen reads a key made as ${Object.values(inputs).join(" ")}`, async () => {
    const folder = await mkdtemp(join(tmpdir(), "openssh-test-"));
    try {
      // A length that needs a leading zero or a shorter number comes up only now and then.
      for (let count = 0; count < 4; count += 1) {
        const { outputs } = makePrivateKey(inputs);
        const file = join(folder, `key-${count}`);
        await writeFile(file, text(reveal(outputs["privateKeyOpenssh"] ?? "")), { mode: 0o600 });
        const { stdout: line } = await run("ssh-keygen", ["-y", "-f", file]);
        assert.equal(
          line.split(" ").slice(0, 2).join(" ").trim(),
          text(outputs["publicKeyOpenssh"]).trim(),
        );
        await writeFile(`${file}.pub`, text(outputs["publicKeyOpenssh"]));
        const { stdout: listed } = await run("ssh-keygen", ["-l", "-f", `${file}.pub`]);
        assert.equal(listed.split(" ")[1], outputs["publicKeyFingerprintSha256"]);
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });
}
