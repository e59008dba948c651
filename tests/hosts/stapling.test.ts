import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { test } from "node:test";
import {
  Certificate,
  CertificateAuthority,
  CertificateOptions,
} from "../../components/certificate/index.ts";
import { Nginx, NginxOptions } from "../../components/nginx/index.ts";
import { chainFor, sign } from "../support/chain.ts";
import { hostname, site } from "../support/forum.ts";
import { exampleHost } from "../support/host.ts";
import { testMachine } from "../support/machine.ts";
import { applyOn, runOn } from "../support/scripts.ts";

const machine = await testMachine("components");

test("a certificate that names a responder is served with its answer, and one without is not", async () => {
  const { root, middle, own: plain } = await chainFor(hostname);
  const names = [hostname] as const;
  const responder = "http://127.0.0.1:8888";
  const own = await sign({ subject: hostname, names, by: middle, responder });
  const build = (leaf: typeof own) => () => {
    const host = exampleHost();
    const pems = { chain: leaf.pem + middle.pem, key: leaf.key, authority: root.pem };
    const options = CertificateOptions.parse({ source: { kind: "provided", ...pems } });
    const authority = new CertificateAuthority("authority", options);
    const certificate = new Certificate("cert", { host, site: "forum", authority, names, options });
    new Nginx("proxy", {
      host,
      sites: [site({ name: "none:1", archive: "/none.tar" })],
      certificates: { forum: certificate.served },
      options: NginxOptions.parse({ resolvers: ["127.0.0.1"] }),
    });
  };
  const { serialNumber } = new X509Certificate(own.pem);
  await machine.succeed(
    "cat >/run/index.txt",
    `V\t400101000000Z\t\t${serialNumber}\tunknown\t/CN=${hostname}\n`,
  );
  await machine.succeed("cat >/run/middle.pem", middle.pem);
  await machine.succeed("cat >/run/middle.key", middle.key);
  const signer = "-CA /run/middle.pem -rsigner /run/middle.pem -rkey /run/middle.key";
  const answering = `timeout 300 openssl ocsp -index /run/index.txt -port 8888 ${signer}`;
  await machine.succeed(`systemd-run -q --unit=responder ${answering}`);

  const { commands, results } = await applyOn(machine, build(own));
  for (const { name, code, stderr } of results) assert.equal(code, 0, `${name}: ${stderr}`);
  const ask = `openssl s_client -connect 127.0.0.1:443 -servername ${hostname} -status </dev/null 2>/dev/null`;
  // The first who asks gets none: nginx fetches it then.
  await machine.waitUntilSucceeds(`${ask} | grep -q 'OCSP Response Status: successful'`);
  assert.match(await machine.succeed(ask), /Cert Status: good/);
  assert.equal(await machine.succeed("nginx -t 2>&1 | grep -c warn || true"), "0\n");

  await applyOn(machine, build(plain));
  assert.match(await machine.succeed(ask), /OCSP response: no response sent/);
  assert.equal(await machine.succeed("nginx -t 2>&1 | grep -c warn || true"), "0\n");
  await machine.succeed("systemctl stop responder; rm /run/middle.* /run/index.txt");
  for (const command of commands.toReversed()) {
    const { code, stderr } = await runOn(machine, command, "delete");
    assert.equal(code, 0, stderr);
  }
});
