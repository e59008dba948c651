import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { render } from "../../../formats/nginx.ts";
import { NginxOptions } from "../../../components/nginx/index.ts";
import { proxyFiles } from "../../../components/nginx/render.ts";
import { dhparam, tlsDirectives, tlsListeners } from "../../../components/nginx/tls.ts";

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
  assert.match(text, /^ssl_ecdh_curve X25519MLKEM768:X25519:prime256v1:secp384r1;$/m);
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
