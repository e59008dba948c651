import assert from "node:assert/strict";
import { test } from "node:test";
import { Nginx, NginxOptions } from "../../components/nginx/index.ts";
import { certificate, hostname, site, tlsOutputs } from "../support/forum.ts";
import { exampleHost } from "../support/host.ts";
import { testMachine } from "../support/machine.ts";
import { judgeNginx, scanTls, type TlsScan } from "../support/scanners.ts";
import { applyOn, runOn } from "../support/scripts.ts";

const machines = {
  bookworm: await testMachine("components"),
  trixie: await testMachine("trixie", "trixie"),
} as const;

const suites12 = ["CHACHA20_POLY1305_SHA256", "AES_256_GCM_SHA384", "AES_128_GCM_SHA256"];

/** The names of what was accepted of a version of TLS. */
function accepted({ results }: TlsScan, version: string): string[] {
  const { result } = results[`${version}_cipher_suites`] ?? assert.fail(version);
  const list = result["accepted_cipher_suites"] as { cipher_suite: { name: string } }[];
  return list.map(({ cipher_suite: { name } }) => name);
}

/** What Debian's own nginx.conf says for servers that say nothing; each of ours says it, as sslyze sees. */
const debians =
  /^(?:ssl_protocols TLSv1 TLSv1\.1|ssl_protocols TLSv1\.2 TLSv1\.3;$|ssl_prefer_server_ciphers on;$|events )/;

for (const release of ["bookworm", "trixie"] as const) {
  const machine = machines[release];

  test(`sslyze and gixy-ng find nothing on ${release}, with either profile`, async () => {
    const build = (options: object) => () => {
      const host = exampleHost("forum", release);
      certificate(host);
      const sites = [
        { ...site({ name: "none:1", archive: "/none.tar" }), aliases: ["www.lab.test"] },
      ];
      const redirects = [{ hostname, from: "/old/", to: "https://archive.lab.test/" }];
      new Nginx("proxy", {
        host,
        sites,
        options: NginxOptions.parse({ redirects, hsts: {}, ...options }),
      });
    };
    for (const profile of ["intermediate", "modern"]) {
      const { results } = await applyOn(machine, build({ profile }), tlsOutputs);
      for (const { name, code, stderr } of results) assert.equal(code, 0, `${name}: ${stderr}`);
      const scan = await scanTls(machine.address, hostname, profile);
      // The tests' authority is nobody's; its certificates are for a day.
      assert.deepEqual(scan.objections, ["certificate_path_validation"]);
      for (const old of ["ssl_2_0", "ssl_3_0", "tls_1_0", "tls_1_1"]) {
        assert.deepEqual(accepted(scan, old), [], old);
      }
      const names = suites12.map((suite) => `TLS_ECDHE_ECDSA_WITH_${suite}`);
      assert.deepEqual(accepted(scan, "tls_1_2"), profile === "modern" ? [] : names);
      assert.deepEqual(accepted(scan, "tls_1_3").length, 3);
      const told = (scanned: string, what: string) => scan.results[scanned]?.result[what];
      assert.equal(told("heartbleed", "is_vulnerable_to_heartbleed"), false);
      assert.equal(told("openssl_ccs_injection", "is_vulnerable_to_ccs_injection"), false);
      assert.equal(told("tls_compression", "supports_compression"), false);
      assert.equal(
        told("session_renegotiation", "is_vulnerable_to_client_renegotiation_dos"),
        false,
      );
      assert.match(String(told("robot", "robot_result")), /^NOT_VULNERABLE/);

      const found = await judgeNginx(await machine.succeed("nginx -T 2>/dev/null"));
      assert.ok(found.length > 0, "Debian's own file is judged, too");
      assert.deepEqual(
        found.filter(({ config }) => !debians.test(config.trim())),
        [],
      );
    }
    const { commands } = await applyOn(machine, build({}), tlsOutputs);
    for (const command of commands.toReversed()) {
      const { code, stderr } = await runOn(machine, command, "delete");
      assert.equal(code, 0, stderr);
    }
  });
}
