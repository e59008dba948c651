import assert from "node:assert/strict";
import { test } from "node:test";
import { Nginx, NginxOptions } from "../../components/nginx/index.ts";
import { certificate, hostname, pems, site, tlsOutputs } from "../support/forum.ts";
import { exampleHost } from "../support/host.ts";
import { testMachine } from "../support/machine.ts";
import { applyOn } from "../support/scripts.ts";

/** One thing that testssl.sh has looked at. */
interface Finding {
  readonly id: string;
  readonly severity: string;
  readonly finding: string;
}

// Debian 13's testssl.sh rates, that of Debian 12 does not yet.
const machine = await testMachine("scan", "trixie");

/** Debian has it without the lists of its own of who is trusted; here it is the tests' authority alone. */
async function scanned(): Promise<Finding[]> {
  await machine.run(
    "rm -f /run/scan.json; " +
      `testssl --quiet --color 0 --warnings off --ip 127.0.0.1 --add-ca /run/ca.pem --jsonfile /run/scan.json ${hostname} >/run/scan.txt 2>&1`,
  );
  return JSON.parse(await machine.succeed("cat /run/scan.json")) as Finding[];
}

for (const profile of ["intermediate", "modern"]) {
  test(`testssl.sh finds no vulnerability and no old protocol, and rates ${profile} A+`, async () => {
    const { results } = await applyOn(
      machine,
      () => {
        const host = exampleHost("forum", "trixie");
        certificate(host);
        const sites = [site({ name: "none:1", archive: "/none.tar" })];
        new Nginx("proxy", { host, sites, options: NginxOptions.parse({ profile, hsts: {} }) });
      },
      tlsOutputs,
    );
    for (const { name, code, stderr } of results) assert.equal(code, 0, `${name}: ${stderr}`);
    await machine.succeed("cat >/run/ca.pem", pems.authority);
    await machine.succeed(
      "command -v testssl || { apt-get -qq update; apt-get -qq install --no-install-recommends testssl.sh dnsutils bsdextrautils procps >/dev/null 2>&1; }",
    );
    const findings = await scanned();
    const said = (id: string) => findings.find((one) => one.id === id)?.finding ?? "not looked at";
    console.log(`testssl.sh, ${profile}: ${said("overall_grade")}, ${said("final_score")} of 100`);
    const bad = findings.filter(({ severity }) => !/^(?:OK|INFO|LOW)$/.test(severity));
    // The tests' certificates are for a day, and of an authority without a list of what it revoked.
    // Its own openssl has no GOST, and what TLS 1.3 does not have was not tried. The application is away, so its offline
    // page answers with 503. Whether sessions resume it cannot always find out, for it does not wait for tickets.
    const known =
      /^(?:engine_problem|NPN|HTTP_status_code|sessionresumption_ticket)$|^cert_(?:expirationStatus|notAfter|crlDistributionPoints|ocspURL|revocation)\b/;
    assert.deepEqual(
      bad.filter(({ id }) => !known.test(id)),
      [],
    );
    for (const old of ["SSLv2", "SSLv3", "TLS1", "TLS1_1"]) {
      assert.match(said(old), /^not offered/, old);
    }
    assert.equal(said("overall_grade"), "A+");
  });
}
