import assert from "node:assert/strict";
import { test } from "node:test";
import {
  Certificate,
  CertificateAuthority,
  CertificateOptions,
} from "../../components/certificate/index.ts";
import { Packages } from "../../components/host/index.ts";
import { chainFor } from "../support/chain.ts";
import { certificate, hostname, pems, tlsOutputs } from "../support/forum.ts";
import { exampleHost } from "../support/host.ts";
import { testMachine } from "../support/machine.ts";
import { makePems } from "../support/pem.ts";
import { laws } from "../support/laws.ts";
import { applyOn, runOn } from "../support/scripts.ts";

const machine = await testMachine("components");
const directory = "/etc/ssl/platform/forum";

test("chain and key land in one place, the key for root alone, and obey the laws", async () => {
  await laws(
    machine,
    () => certificate(exampleHost()),
    async () => {
      assert.equal(await machine.succeed(`cat ${directory}/fullchain.pem`), pems.certificate);
      assert.equal(await machine.succeed(`cat ${directory}/privkey.pem`), pems.key);
      assert.equal(
        await machine.succeed(`cd ${directory}; stat -c '%a %U %n' *`),
        "644 root fullchain.pem\n600 root privkey.pem\n",
      );
    },
    tlsOutputs,
  );
});

test("a key that does not fit is refused by the nginx that serves it, which goes on serving", async () => {
  const build = () => {
    const host = exampleHost();
    new Packages("nginx", { host, packages: ["nginx", "curl"] });
    certificate(host);
  };
  const { commands, results } = await applyOn(machine, build, tlsOutputs);
  assert.deepEqual(
    results.map(({ code }) => code),
    [0, 0],
  );
  await machine.succeed(
    "cat > /etc/nginx/conf.d/tls.conf && systemctl reload nginx",
    `server { listen 443 ssl; ssl_certificate ${directory}/fullchain.pem; ssl_certificate_key ${directory}/privkey.pem; return 200 "served\\n"; }\n`,
  );
  const ask = `curl -ks --resolve ${hostname}:443:127.0.0.1 https://${hostname}/`;
  await machine.waitUntilSucceeds(`${ask} | grep served`);
  const other = makePems(hostname);
  const wrong = await applyOn(machine, build, {
    ...tlsOutputs,
    "cert-key": { privateKeyPem: other.key },
  });
  assert.notEqual(wrong.results[1]?.code, 0);
  assert.match(wrong.results[1]?.stderr ?? "", /key values mismatch/);
  assert.match(
    wrong.results[1]?.stderr ?? "",
    /cert-files: the new files were refused \(see above\) and nothing was changed/,
  );
  assert.ok(!wrong.results[1]?.stderr.includes("PRIVATE KEY"));
  assert.equal(await machine.succeed(`cat ${directory}/privkey.pem`), pems.key);
  assert.equal(await machine.succeed(ask), "served\n");

  const renewed = await applyOn(machine, build, {
    "cert-key": { privateKeyPem: other.key },
    "cert-cert": { certPem: other.certificate },
  });
  assert.equal(renewed.results[1]?.code, 0, renewed.results[1]?.stderr);
  const serial = "openssl x509 -noout -serial";
  const served = `openssl s_client -connect 127.0.0.1:443 -servername ${hostname} </dev/null 2>/dev/null | ${serial}`;
  await machine.waitUntilSucceeds(
    `test "$(${served})" = "$(${serial} -in ${directory}/fullchain.pem)"`,
  );
  await machine.succeed("rm /etc/nginx/conf.d/tls.conf");
  for (const command of commands.toReversed()) {
    const { code, stderr } = await runOn(machine, command, "delete");
    assert.equal(code, 0, stderr);
  }
  await machine.fail(`ls ${directory}`);
});

test("a provided certificate is renewed by one change, after which nginx is asked for it", async () => {
  const build =
    ({ chain, own, root }: Awaited<ReturnType<typeof chainFor>>, name = hostname) =>
    () => {
      const host = exampleHost();
      const source = { kind: "provided", chain, key: own.key, authority: root.pem };
      const options = CertificateOptions.parse({ source });
      const authority = new CertificateAuthority("authority", options);
      new Packages("nginx", { host, packages: ["nginx", "curl"] });
      new Certificate("cert", { host, site: "forum", authority, names: [name], options });
    };
  const [first, next] = [await chainFor(hostname), await chainFor(hostname)];
  const { commands } = await applyOn(machine, build(first));
  await machine.succeed(
    "cat > /etc/nginx/conf.d/tls.conf && systemctl reload nginx",
    `server { listen 443 ssl; ssl_certificate ${directory}/fullchain.pem; ssl_certificate_key ${directory}/privkey.pem; }\n`,
  );
  const served = () =>
    machine.succeed(
      `openssl s_client -connect 127.0.0.1:443 -servername ${hostname} </dev/null 2>/dev/null | openssl x509`,
    );
  await machine.waitUntilSucceeds("ss -ltn | grep -q :443");
  const renewed = await applyOn(machine, build(next));
  const files = `files["${directory}`;
  assert.deepEqual(
    renewed.results.map(({ name, stdout }) => [name, stdout]),
    [
      ["nginx", "unchanged\n"],
      [
        "cert-files", // in place, with the reload that a preview shows
        `update activate[0] ${files}/fullchain.pem"].content ${files}/privkey.pem"].digest\n`,
      ],
    ],
  );
  assert.equal(await served(), next.own.pem);

  // A name that nginx is to learn after its certificate: the one that it has by then is asked for.
  await machine.succeed(`sed -i 's/{/{ server_name ${hostname} ;/' /etc/nginx/conf.d/tls.conf`);
  await machine.succeed("systemctl reload nginx");
  const moved = await chainFor("talk.lab.test");
  const renamed = await applyOn(machine, build(moved, "talk.lab.test"));
  assert.deepEqual(
    renamed.results.map(({ code, stderr }) => [code, stderr]),
    [
      [0, ""],
      [0, ""],
    ],
  );
  assert.equal(await served(), moved.own.pem);

  // A port that another program has: `nginx -t` does not mind, and a reload then changes nothing, without a word.
  await machine.succeed("echo 'server { listen 8445; }' >/etc/nginx/conf.d/taken.conf");
  const holder = machine.run("timeout 60 openssl s_server -accept 8445 -nocert -quiet </dev/zero");
  await machine.waitUntilSucceeds("ss -ltn | grep -q ':8445 '");
  for (const name of [hostname, "next.lab.test"]) {
    const refused = await applyOn(machine, build(first, name));
    assert.match(
      refused.results.at(-1)?.stderr ?? "",
      /https:\/\/forum\.lab\.test\/ on the machine itself does not show the certificate in \/etc\/ssl\/platform\/forum\/fullchain\.pem/,
    );
    assert.equal(await machine.succeed(`cat ${directory}/privkey.pem`), moved.own.key);
    assert.equal(await served(), moved.own.pem);
  }
  await machine.succeed("pkill -x openssl; rm /etc/nginx/conf.d/*.conf");
  await holder;
  for (const command of commands.toReversed()) {
    const { code, stderr } = await runOn(machine, command, "delete");
    assert.equal(code, 0, stderr);
  }
});
