import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import fc from "fast-check";
import { render } from "../../../formats/nginx.ts";
import { Nginx, NginxOptions } from "../../../components/nginx/index.ts";
import { escapeHtml, offlinePage } from "../../../components/nginx/offline.ts";
import { proxyFiles } from "../../../components/nginx/render.ts";
import { dhparam, tlsDirectives, tlsListeners } from "../../../components/nginx/tls.ts";
import type { Site } from "../../../components/host/index.ts";
import { deploy } from "../../support/deploy.ts";
import { exampleHost, valuesOf } from "../../support/host.ts";

const site: Site = {
  name: "forum",
  hostname: "forum.example.org",
  socket: "/run/app.sock",
  maxBodyBytes: 10_485_760,
  streaming: ["/message-bus/"],
  offline: { language: "en", title: "Back soon", message: "One moment." },
};

const standard = NginxOptions.parse({});

function file(
  path: string,
  options = standard,
  release: "bookworm" | "trixie" = "bookworm",
): string {
  const found = proxyFiles([site], release, options).files.find((one) => one.path === path);
  return found?.content ?? assert.fail(`${path} is not rendered`);
}

test("intermediate TLS on bookworm is Mozilla's 6.0 without the group that OpenSSL 3.0 lacks", () => {
  assert.equal(
    file("/etc/nginx/platform/tls.conf"),
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
  const text = file("/etc/nginx/platform/tls.conf", standard, "trixie");
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
  const text = render(tlsDirectives(NginxOptions.parse({ profile: "compatible" }), "trixie"));
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
  assert.doesNotMatch(file("/etc/nginx/platform/tls.conf", none), /dhparam/);
  assert.ok(
    !proxyFiles([site], "bookworm", none).files.some(({ path }) => path.includes("dhparam")),
  );
});

test("a group of one's own must be a PEM of parameters", () => {
  const pem = dhparam("ffdhe2048") ?? "";
  assert.equal(dhparam(NginxOptions.parse({ dhparam: { pem } }).dhparam), pem);
  assert.ok(!NginxOptions.safeParse({ dhparam: { pem: "x" } }).success);
});

test("the site's file is exact", () => {
  const options = NginxOptions.parse({
    redirects: [
      { hostname: site.hostname, from: "/old.forum/", to: "https://archive.example.org/a/" },
      { hostname: site.hostname, from: "/wiki", to: "https://wiki.example.org/x?y=1", status: 302 },
      { hostname: "other.example.org", from: "/z", to: "https://z.example.org" },
    ],
    settings: { keepalive_timeout: "65s", keepalive_requests: 500 },
  });
  const { files, id } = proxyFiles([site], "bookworm", options);
  const text = files.find(({ path }) => path === "/etc/nginx/sites-enabled/platform-forum.conf");
  assert.equal(
    text?.content,
    `server {
  listen 80;
  listen [::]:80;
  server_name forum.example.org;
  server_tokens off;
  return 301 "https://forum.example.org$request_uri";
}
server {
  listen 443 ssl http2;
  listen [::]:443 ssl http2;
  server_name forum.example.org;
  server_tokens off;
  ssl_certificate /etc/ssl/platform/forum/fullchain.pem;
  ssl_certificate_key /etc/ssl/platform/forum/privkey.pem;
  include /etc/nginx/platform/tls.conf;
  client_max_body_size 10485760;
  proxy_http_version 1.1;
  proxy_set_header Connection "";
  proxy_set_header Host $host;
  proxy_set_header X-Real-IP $remote_addr;
  proxy_set_header X-Forwarded-For $remote_addr;
  proxy_set_header X-Forwarded-Proto $scheme;
  location / {
    proxy_pass http://unix:/run/app.sock:;
  }
  location /message-bus/ {
    proxy_buffering off;
    proxy_pass http://unix:/run/app.sock:;
  }
  location ^~ /old.forum/ {
    rewrite "^/old\\\\.forum/(.*)$" "https://archive.example.org/a/$1" permanent;
  }
  location = /wiki {
    return 302 https://wiki.example.org/x?y=1;
  }
  proxy_intercept_errors on;
  error_page 502 504 =503 /.platform/offline.html;
  location = /.platform/offline.html {
    internal;
    alias /etc/nginx/platform/offline/forum.html;
    add_header Retry-After 30 always;
    add_header Cache-Control no-store always;
  }
  location = /.platform/id {
    if "($remote_addr" != 127.0.0.1) {
      return 404;
    }
    return 200 ${id};
  }
  keepalive_timeout 65s;
  keepalive_requests 500;
}
`,
  );
});

test("names that nobody serves are refused", () => {
  assert.equal(
    file("/etc/nginx/sites-enabled/00-platform.conf"),
    `server {
  listen 80 default_server;
  listen [::]:80 default_server;
  server_name _;
  server_tokens off;
  return 421;
}
server {
  listen 443 ssl http2 default_server;
  listen [::]:443 ssl http2 default_server;
  include /etc/nginx/platform/tls.conf;
  ssl_reject_handshake on;
  server_name _;
  server_tokens off;
  return 421;
}
`,
  );
});

test("the id changes with any file", () => {
  const id = (change: Partial<Site>, options = standard) =>
    proxyFiles([{ ...site, ...change }], "bookworm", options).id;
  assert.equal(id({}), id({}));
  assert.notEqual(id({ offline: { ...site.offline, title: "x" } }), id({}));
  assert.notEqual(id({}, NginxOptions.parse({ dhparam: "ffdhe2048" })), id({}));
});

test("the proxy takes Debian's default site away, asks nginx before and the site after", async () => {
  for (const preview of [false, true]) {
    const { list, resource } = await deploy(
      () => new Nginx("proxy", { host: exampleHost(), sites: [site], options: standard }),
      preview,
    );
    assert.deepEqual(list, [
      "command:remote:Command proxy-files",
      "command:remote:Command proxy-packages",
      "command:remote:Command proxy-unit",
      "platform:nginx:Nginx proxy",
    ]);
    const values = valuesOf(resource("proxy-files"));
    const { id } = proxyFiles([site], "bookworm", standard);
    assert.ok(values.includes("ABSENT=('/etc/nginx/sites-enabled/default')"));
    assert.ok(values.includes("VALIDATE='nginx -t -q'"));
    assert.ok(values.includes("ACTIVATE='systemctl reload-or-restart nginx'"));
    assert.ok(values.some((line) => line.endsWith(` probe forum.example.org ${id}'`)));
  }
});

test("redirects and settings that would break the site are refused before anything is done", () => {
  const redirect = (from: string) => ({
    hostname: "a.example.org",
    from,
    to: "https://b.example.org/",
  });
  for (const from of ["/", "/message-bus/", "/.platform/x/", "/srv/"]) {
    assert.ok(!NginxOptions.safeParse({ redirects: [redirect(from)] }).success, from);
  }
  assert.ok(NginxOptions.safeParse({ redirects: [redirect("/srvx/"), redirect("/b/")] }).success);
  assert.match(
    NginxOptions.safeParse({ redirects: [redirect("/b/"), redirect("/b/")] }).error?.message ?? "",
    /must not lead one path to two places/,
  );
  for (const value of ["/var/log/$host.log", ["a", "$b"]]) {
    const { error } = NginxOptions.safeParse({ settings: { access_log: value } });
    assert.ok(error, JSON.stringify(value));
  }
});

test("any text on the offline page stays text", () => {
  assert.equal(escapeHtml(`<a href="x">&`), "&lt;a href=&quot;x&quot;&gt;&amp;");
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (message) => {
      const page = offlinePage({ ...site.offline, message });
      assert.equal(page.split("<p>").length, 2);
      assert.equal(page.split("</p>").length, 2);
    }),
  );
});
