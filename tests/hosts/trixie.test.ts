import assert from "node:assert/strict";
import { test } from "node:test";
import { Nginx, NginxOptions } from "../../components/nginx/index.ts";
import { certificate, hostname, pems, site, tlsOutputs } from "../support/forum.ts";
import { exampleHost } from "../support/host.ts";
import { testMachine } from "../support/machine.ts";
import { laws } from "../support/laws.ts";

const machine = await testMachine("trixie", "trixie");

test("what is rendered for trixie is what its nginx and OpenSSL take", async () => {
  const build = () => {
    const host = exampleHost("forum", "trixie");
    certificate(host);
    const image = { name: "none:1", archive: "/none.tar" };
    new Nginx("proxy", { host, sites: [site(image)], options: NginxOptions.parse({}) });
  };
  await laws(
    machine,
    build,
    async () => {
      const connect = `openssl s_client -connect 127.0.0.1:443 -servername ${hostname} </dev/null 2>&1`;
      assert.match(await machine.succeed(connect), /Negotiated TLS1\.3 group: X25519MLKEM768/);
      await machine.succeed("cat > /run/ca.pem", pems.authority);
      const ask = `curl -sS --cacert /run/ca.pem --resolve ${hostname}:443:127.0.0.1 https://${hostname}/`;
      const answer = await machine.succeed(`${ask} -o /dev/null -w '%{http_code} %{http_version}'`);
      assert.equal(answer, "503 2"); // no application here, so the offline page
      assert.equal(await machine.succeed("nginx -t 2>&1 | grep -c warn || true"), "0\n");
    },
    tlsOutputs,
  );
});
