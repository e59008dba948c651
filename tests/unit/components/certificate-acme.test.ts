import assert from "node:assert/strict";
import { test } from "node:test";
import {
  Certificate,
  CertificateAuthority,
  CertificateOptions,
  issuances,
} from "../../../components/certificate/index.ts";
import { Nginx, NginxOptions } from "../../../components/nginx/index.ts";
import { platform } from "../../../stacks/platform.ts";
import { deploy } from "../../support/deploy.ts";
import { configuration, stackSections } from "../../support/example.ts";
import { exampleHost } from "../../support/host.ts";
import { inOrder } from "../../support/scripts.ts";

const source = { kind: "acme", email: "admin@example.org", termsOfServiceAgreed: true };
const names = ["forum.example.org", "a.example.org"] as const;

function build(more: object = {}) {
  const options = CertificateOptions.parse({ source: { ...source, ...more } });
  const host = exampleHost();
  const wanted = { host, site: "forum", names, options };
  const authority = new CertificateAuthority("authority", options);
  const certificate = new Certificate("cert", { ...wanted, authority });
  return { certificate, issued: issuances("issue", wanted) };
}

test("a temporary certificate and the link come before nginx, what obtains the real one after it", async () => {
  const config = configuration({ ...stackSections("Pulumi.lab.yaml"), certificates: { source } });
  const { resources } = await deploy(() => platform(config));
  const onHost = inOrder(resources).map(({ name }) => name);
  assert.deepEqual(onHost.slice(onHost.indexOf("forum-certificate-temporary")), [
    ...["forum-certificate-temporary", "forum-certificate-packages", "forum-certificate-link"],
    ...["forum-nginx-packages", "forum-nginx-files", "forum-nginx-unit"],
    ...["forum-issuance-files", "forum-issuance-timer", "forum-issuance-certificate"],
  ]);
});

test("nginx serves what the link leads to, and answers the authority on port 80 of both families", async () => {
  const { resource } = await deploy(() => {
    const { certificate } = build();
    const offline = { language: "en", title: "Back soon", message: "One moment." };
    const site = { name: "forum", hostname: names[0], upstream: "unix:/run/app.sock", offline };
    const sites = [{ ...site, maxBodyBytes: 1, streaming: [] }];
    const certificates = { forum: certificate.served };
    const options = NginxOptions.parse({});
    new Nginx("proxy", { host: exampleHost(), sites, certificates, options });
  });
  const files = resource("proxy-files").inputs["files"] as Record<string, { content: string }>;
  const { content = "" } = files["/etc/nginx/sites-enabled/platform-forum.conf"] ?? {};
  assert.ok(
    content.startsWith(`server {
  listen 80;
  listen [::]:80;
  server_name forum.example.org;
  server_tokens off;
  access_log /var/log/nginx/forum.log platform;
  location ^~ /.well-known/acme-challenge/ {
    root /run/platform-acme;
    default_type text/plain;
  }
  location / {
    return 301 "https://forum.example.org$request_uri";
  }
}
`),
    content,
  );
  assert.match(content, /ssl_certificate \/etc\/ssl\/platform\/acme\/forum\/fullchain\.pem;/);
  assert.match(content, /ssl_certificate_key \/etc\/ssl\/platform\/acme\/forum\/privkey\.pem;/);
});

test("the certificate's state names the authority and the names, but no date", async () => {
  for (const preview of [false, true]) {
    const { resource, result } = await deploy(() => build({ keyType: "rsa4096" }), preview);
    const { inputs, secrets } = resource("issue-certificate");
    assert.deepEqual(inputs["state"], {
      directory: "https://acme-v02.api.letsencrypt.org/directory",
      names: ["a.example.org", "forum.example.org"],
      valid: true,
    });
    assert.deepEqual(inputs["values"], {
      PROGRAM: "/usr/local/lib/platform/certificate-forum",
      WANTED: "rsa4096",
    });
    assert.deepEqual(secrets, []);
    assert.deepEqual(resource("cert-link").inputs["values"], {
      LINK: "/etc/ssl/platform/acme/forum",
      TEMPORARY: "/etc/ssl/platform/temporary/forum",
      EARLIER: "/etc/ssl/platform/forum",
      HOME_DIRECTORY: "/var/lib/platform/acme/forum",
    });
    assert.equal(resource("issue-timer").inputs["unit"], "platform-certificate-forum.timer");
    const checks = [result.certificate, ...result.issued].flatMap((one) => one.checks);
    assert.deepEqual(
      checks.map(({ name, command }) => [name, ...command]),
      [["certificate-forum", "/usr/local/lib/platform/certificate-forum", "watch"]],
    );
  }
});

/** The files of the renewal, by path. */
async function files(
  more: object = {},
): Promise<Record<string, { content: string; mode: string }>> {
  const { resource } = await deploy(() => build(more));
  return resource("issue-files").inputs["files"] as Record<
    string,
    { content: string; mode: string }
  >;
}

test("the program holds what is wanted as plain words, and only the authority's own root", async () => {
  const ca = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
  const url = "https://acme.example.org:14000/dir";
  const { content = "", mode } =
    (await files({ directory: { url, ca } }))["/usr/local/lib/platform/certificate-forum"] ?? {};
  assert.equal(mode, "0755");
  assert.ok(content.startsWith("#!/bin/bash\nset -euo pipefail\n"));
  for (const line of [
    "NAMES=('forum.example.org' 'a.example.org')",
    `DIRECTORY='${url}'`,
    `CA='${ca}'`,
    "EMAIL='admin@example.org'",
    "TEMPORARY_ISSUER='Community Platform CA'",
  ]) {
    assert.ok(content.includes(`\n${line}\n`), line);
  }
  assert.ok(content.endsWith('\n"$@" </dev/null\n'));
});

test("it runs twice a day, and serves under the lock of the platform's own changes", async () => {
  const all = await files();
  assert.equal(
    all["/etc/systemd/system/platform-certificate-forum.service"]?.content,
    `[Unit]
Description=Renew the certificate of forum when a third of its life is left
Wants=network-online.target
After=network-online.target nginx.service

[Service]
Type=oneshot
ExecStart=/usr/local/lib/platform/certificate-forum obtain
ExecStart=/usr/bin/flock -w 300 /var/lib/platform/lock /usr/local/lib/platform/certificate-forum deploy
TimeoutStartSec=20min
`,
  );
  assert.match(
    all["/etc/systemd/system/platform-certificate-forum.timer"]?.content ?? "",
    /\[Timer\]\nOnCalendar=03,15:00\nRandomizedDelaySec=6h\nPersistent=true\n/,
  );
});

test("another source has none of it, and what is missing in this one is named", async () => {
  const other = await deploy(() => {
    const options = CertificateOptions.parse({});
    return issuances("issue", { host: exampleHost(), site: "forum", names, options });
  });
  assert.deepEqual([other.result, other.list], [[], []]);
  const problems = (more: object) =>
    CertificateOptions.safeParse({ source: { ...source, ...more } }).error?.issues.map(
      ({ path, message }) => `${path.join(".")} ${message}`,
    );
  assert.deepEqual(problems({ termsOfServiceAgreed: false }), [
    "source.termsOfServiceAgreed must be true: read the authority's terms first, and agree to them",
  ]);
  assert.deepEqual(problems({ kind: "certbot" }), [
    "source.kind must have a `kind`: authority, provided or acme",
  ]);
  assert.match(
    JSON.stringify(problems({ directory: { url: "http://acme.example.org/dir" } })),
    /must be an https address/,
  );
});
