import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { render } from "../../../formats/nginx.ts";
import { NginxOptions } from "../../../components/nginx/index.ts";
import { proxyFiles } from "../../../components/nginx/render.ts";
import { dhparam, secured, tlsDirectives, tlsListeners } from "../../../components/nginx/tls.ts";

const standard = NginxOptions.parse({});

const tls = (options = standard, release: "bookworm" | "trixie" = "bookworm") =>
  render(tlsDirectives(options, release));

test("intermediate TLS on bookworm is Mozilla's 6.0 without the group that OpenSSL 3.0 lacks", () => {
  assert.equal(
    tls(),
    `ssl_protocols TLSv1.2 TLSv1.3;
ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305;
ssl_ecdh_curve X25519:prime256v1:secp384r1;
ssl_prefer_server_ciphers off;
ssl_session_timeout 1d;
ssl_session_cache shared:platform:10m;
ssl_session_tickets off;
ssl_dhparam /etc/nginx/platform/dhparam.pem;
`,
  );
});

test("trixie gets the hybrid group, tickets, and HTTP/2 as its nginx writes it", () => {
  const text = tls(standard, "trixie");
  assert.match(text, /^ssl_ecdh_curve \?X25519MLKEM768:X25519:prime256v1:secp384r1;$/m);
  assert.doesNotMatch(text, /ssl_session_tickets/);
  assert.equal(
    render(tlsListeners("trixie")),
    "listen 443 ssl;\nlisten [::]:443 ssl;\nhttp2 on;\n",
  );
  assert.equal(
    render(tlsListeners("bookworm")),
    "listen 443 ssl http2;\nlisten [::]:443 ssl http2;\n",
  );
});

test("compatible still offers DHE, last", () => {
  const text = tls(NginxOptions.parse({ profile: "compatible" }), "trixie");
  assert.match(
    text,
    /POLY1305:DHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES256-GCM-SHA384:DHE-RSA-CHACHA20-POLY1305;$/m,
  );
  assert.match(text, /^ssl_ecdh_curve X25519:prime256v1:secp384r1;$/m);
});

test("modern is TLS 1.3 alone, without a list of suites that only 1.2 has", () => {
  const text = tls(NginxOptions.parse({ profile: "modern" }), "trixie");
  assert.match(text, /^ssl_protocols TLSv1\.3;$/m);
  assert.match(text, /^ssl_ecdh_curve \?X25519MLKEM768:X25519:prime256v1:secp384r1;$/m);
  assert.doesNotMatch(text, /ssl_ciphers/);
});

const files = { chain: "/c.pem", key: "/k.pem" };

/** What goes with a certificate that nginx serves. */
const withIt = (certificate: object, options: object = {}) =>
  render(secured({ files, ...certificate }, NginxOptions.parse(options)))
    .split("\n")
    .filter((line) => !/^(?:ssl_certificate(?:_key)? |include |$)/.test(line));

test("HSTS is for two years with a certificate that browsers trust, and off with another", () => {
  const standard = ["add_header Strict-Transport-Security max-age=63072000 always;"];
  assert.deepEqual(withIt({}), []);
  assert.deepEqual(withIt({ trusted: false }), []);
  assert.deepEqual(withIt({ trusted: true }), standard);
  assert.deepEqual(withIt({ trusted: true }, { hsts: "off" }), []);
  assert.deepEqual(withIt({}, { hsts: {} }), standard);
  assert.deepEqual(withIt({}, { hsts: { maxAgeDays: 0 } }), [
    "add_header Strict-Transport-Security max-age=0 always;",
  ]);
  const all = { maxAgeDays: 365, includeSubDomains: true, preload: true };
  assert.deepEqual(withIt({}, { hsts: all }), [
    'add_header Strict-Transport-Security "max-age=31536000; includeSubDomains; preload" always;',
  ]);
  for (const less of [{ includeSubDomains: false }, { maxAgeDays: 364 }]) {
    const { error } = NginxOptions.safeParse({ hsts: { ...all, ...less } });
    assert.match(error?.message ?? "", /must go with includeSubDomains and at least 365 days/);
  }
  const twice = { add_header: ["Strict-Transport-Security", "max-age=1"] };
  const { error } = NginxOptions.safeParse({ settings: twice });
  assert.match(error?.message ?? "", /that is the option `hsts`/);
});

test("OCSP stapling is on when the certificate names a responder and a resolver can find it", () => {
  const resolvers = ["192.0.2.53", "2001:db8::53"];
  assert.deepEqual(withIt({ responder: true }, { resolvers }), [
    "ssl_stapling on;",
    "ssl_stapling_verify on;",
    "ssl_trusted_certificate /c.pem;",
    "resolver 192.0.2.53 [2001:db8::53];",
  ]);
  assert.deepEqual(withIt({ responder: true }), []);
  assert.deepEqual(withIt({ responder: false }, { resolvers }), []);
});

test("the groups are those of RFC 7919, byte for byte as OpenSSL makes them", () => {
  for (const group of ["ffdhe2048", "ffdhe3072", "ffdhe4096"] as const) {
    const made = execFileSync(
      "openssl",
      ["genpkey", "-genparam", "-algorithm", "DH", "-pkeyopt", `group:${group}`],
      { encoding: "utf8" },
    );
    assert.equal(dhparam(group), made);
  }
  const none = NginxOptions.parse({ dhparam: "none" });
  assert.equal(dhparam("none"), undefined);
  assert.doesNotMatch(tls(none), /dhparam/);
  const paths = (options: NginxOptions) =>
    proxyFiles([], "bookworm", options).files.map(({ path }) => path);
  assert.deepEqual(paths(none), [
    "/etc/nginx/platform/tls.conf",
    "/etc/nginx/sites-enabled/00-platform.conf",
    "/usr/local/lib/platform/check-nginx",
  ]);
  assert.deepEqual(
    paths(standard).filter((path) => path.includes("dhparam")),
    ["/etc/nginx/platform/dhparam.pem"],
  );
});

test("a group of one's own must be a PEM of parameters", () => {
  const pem = dhparam("ffdhe2048") ?? "";
  assert.equal(dhparam(NginxOptions.parse({ dhparam: { pem } }).dhparam), pem);
  assert.ok(!NginxOptions.safeParse({ dhparam: { pem: "x" } }).success);
});
