import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Nginx, NginxOptions } from "../../../components/nginx/index.ts";
import { escapeHtml, pageHtml } from "../../../components/nginx/page.ts";
import { proxyFiles } from "../../../components/nginx/render.ts";
import type { Site } from "../../../components/host/index.ts";
import { UNKNOWN } from "../../../provider/grpc/values.ts";
import { deploy } from "../../support/deploy.ts";
import { exampleHost, hostInputs } from "../../support/host.ts";

const site: Site = {
  name: "forum",
  hostname: "forum.example.org",
  upstream: "unix:/run/app.sock",
  maxBodyBytes: 10_485_760,
  streaming: ["/message-bus/"],
  offline: { language: "en", title: "Back soon", message: "One moment." },
};

const standard = NginxOptions.parse({});

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
  access_log /var/log/nginx/forum.log platform;
  return 301 "https://forum.example.org$request_uri";
}
server {
  listen 443 ssl http2;
  listen [::]:443 ssl http2;
  server_name forum.example.org;
  server_tokens off;
  access_log /var/log/nginx/forum.log platform;
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
  proxy_hide_header Strict-Transport-Security;
  location / {
    proxy_pass http://unix:/run/app.sock:;
  }
  location /message-bus/ {
    proxy_buffering off;
    proxy_pass http://unix:/run/app.sock:;
  }
  location ^~ /old.forum/ {
    rewrite "^/old\\\\.forum/([^?]*)$" "https://archive.example.org/a/$1" permanent;
    return 404;
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
    add_header Content-Security-Policy "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'" always;
    add_header Referrer-Policy no-referrer always;
    add_header X-Content-Type-Options nosniff always;
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

test("other names lead to the site, with its certificate and nothing of its own", () => {
  const aliased = { ...site, aliases: ["www.example.org", "example.org"] };
  const { files } = proxyFiles([aliased], "trixie", standard);
  const text = files.find(({ path }) => path.endsWith("platform-forum.conf"))?.content ?? "";
  const [plain = "", alias, own = ""] = text.split("\nserver {");
  assert.match(plain, /server_name forum\.example\.org www\.example\.org example\.org;/);
  assert.equal(
    alias,
    `
  listen 443 ssl;
  listen [::]:443 ssl;
  http2 on;
  server_name www.example.org example.org;
  server_tokens off;
  access_log /var/log/nginx/forum.log platform;
  ssl_certificate /etc/ssl/platform/forum/fullchain.pem;
  ssl_certificate_key /etc/ssl/platform/forum/privkey.pem;
  include /etc/nginx/platform/tls.conf;
  return 301 "https://forum.example.org$request_uri";
}`,
  );
  assert.match(own, /^ {2}server_name forum\.example\.org;$/m);
});

test("names that nobody serves are refused", () => {
  const silent = NginxOptions.parse({ accessLog: { format: "off" } });
  const { files } = proxyFiles([site], "bookworm", silent);
  assert.equal(
    files.find(({ path }) => path === "/etc/nginx/sites-enabled/00-platform.conf")?.content,
    `server {
  listen 80 default_server;
  listen [::]:80 default_server;
  server_name _;
  server_tokens off;
  access_log off;
  location / {
    return 421;
  }
  location = /.platform/connections {
    access_log off;
    allow 127.0.0.1;
    allow ::1;
    deny all;
    stub_status;
  }
}
server {
  listen 443 ssl http2 default_server;
  listen [::]:443 ssl http2 default_server;
  include /etc/nginx/platform/tls.conf;
  ssl_reject_handshake on;
  server_name _;
  server_tokens off;
  access_log off;
  location / {
    return 421;
  }
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
      preview ? {} : { "proxy-packages": { changedAt: "2026-11-23T02:30:11Z" } },
    );
    assert.deepEqual(list, [
      "host:index:ConfigSet proxy-files",
      "host:index:Packages proxy-packages",
      "host:index:Unit proxy-unit",
      "platform:nginx:Nginx proxy",
    ]);
    const packages = { nginx: "installed", curl: "installed", logrotate: "installed" };
    assert.deepEqual(resource("proxy-packages").inputs["packages"], packages);
    assert.deepEqual(resource("proxy-unit").inputs, {
      ...hostInputs(),
      unit: "nginx.service",
      enabled: true,
      active: true,
      ready: "nginx -t -q",
      restartAfter: preview ? UNKNOWN : "2026-11-23T02:30:11Z",
    });
    assert.deepEqual(resource("proxy-unit").dependsOn, ["proxy-files", "proxy-packages"]);
    const { inputs, secrets, dependsOn } = resource("proxy-files");
    const { files, id } = proxyFiles([site], "bookworm", standard);
    const contents = files.map(({ path, content, mode = "0644" }) => [
      path,
      { content, mode, owner: "root:root" },
    ]);
    assert.deepEqual(inputs["files"], Object.fromEntries(contents));
    assert.deepEqual(inputs["absent"], ["/etc/nginx/sites-enabled/default"]);
    assert.deepEqual(inputs["validate"], ["nginx -t -q"]);
    assert.deepEqual(inputs["activate"], ["systemctl reload-or-restart nginx"]);
    assert.deepEqual(inputs["deactivate"], ["systemctl try-reload-or-restart nginx"]);
    const [probe = "", ...others] = inputs["probe"] as string[];
    assert.deepEqual(others, []);
    assert.ok(
      probe.startsWith("sh -c 'for try in 1 2 3") &&
        probe.endsWith(` probe ${site.hostname} ${id}`),
    );
    assert.deepEqual([secrets, dependsOn], [[], ["proxy-packages"]]);
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

test("any text on a page stays text", () => {
  assert.equal(escapeHtml(`<a href="x">&`), "&lt;a href=&quot;x&quot;&gt;&amp;");
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (message) => {
      const page = pageHtml({ ...site.offline, message });
      assert.equal(page.split("<p>").length, 2);
      assert.equal(page.split("</p>").length, 2);
    }),
  );
});
