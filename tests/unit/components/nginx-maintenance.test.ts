import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Nginx, NginxOptions } from "../../../components/nginx/index.ts";
import { pageHtml } from "../../../components/nginx/page.ts";
import { proxyFiles } from "../../../components/nginx/render.ts";
import type { Maintenance, Site } from "../../../components/host/index.ts";
import { deploy } from "../../support/deploy.ts";
import { exampleHost } from "../../support/host.ts";

const maintenance: Maintenance = {
  active: false,
  page: { language: "en", title: "Closed", message: "Later." },
  testers: ["192.0.2.0/24", "127.0.0.1"],
  warnHours: 4,
};

const without: Site = {
  ...{ name: "the-forum", hostname: "forum.example.org", upstream: "unix:/run/app.sock" },
  ...{ maxBodyBytes: 1024, streaming: [] },
  offline: { language: "en", title: "Back soon", message: "One moment." },
};

const site: Site = { ...without, maintenance };

const standard = NginxOptions.parse({});

function rendered(more: Partial<Site> = {}, options = standard) {
  const { files } = proxyFiles([{ ...site, ...more }], "bookworm", options);
  return (path: string) => files.find((file) => file.path === path);
}

const siteFile = "/etc/nginx/sites-enabled/platform-the-forum.conf";

test("a site that can be closed looks for the notes at each request", () => {
  const text = rendered()(siteFile)?.content ?? "";
  assert.ok(
    text.startsWith(`geo $platform_tester_the_forum {
  default 0;
  127.0.0.1 1;
  ::1 1;
  192.0.2.0/24 1;
}
server {
`),
    text,
  );
  const at = text.indexOf("  set $platform_page");
  const end = text.indexOf("  proxy_http_version");
  assert.equal(
    text.slice(at, end),
    String.raw`  set $platform_page "";
  if (-f /run/platform-maintenance/the-forum) {
    set $platform_page offline;
  }
  if (-f /var/lib/platform-maintenance/the-forum) {
    set $platform_page maintenance;
  }
  if "($platform_tester_the_forum)" {
    set $platform_page "";
  }
  if "($uri" ~ "^/\\.platform/(?:id|offline\\.html|maintenance\\.html)$)" {
    set $platform_page "";
  }
  if "($platform_page)" {
    return 599;
  }
  error_page 599 =503 "/.platform/$platform_page.html";
  location = /.platform/maintenance.html {
    internal;
    alias /etc/nginx/platform/maintenance/the-forum.html;
    add_header Retry-After 300 always;
    add_header Cache-Control no-store always;
    add_header Content-Security-Policy "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'" always;
    add_header Referrer-Policy no-referrer always;
    add_header X-Content-Type-Options nosniff always;
  }
`,
  );
});

test("the configuration can close it, and a site without a word on it has nothing of it", () => {
  const active = rendered({ maintenance: { ...maintenance, active: true } });
  assert.match(active(siteFile)?.content ?? "", /^ {2}set \$platform_page maintenance;$/m);
  const conf = "/etc/nginx/platform/maintenance/the-forum.conf";
  assert.equal(active(conf)?.content, "ACTIVE='yes'\nWARN_HOURS='4'\n");
  assert.equal(rendered()(conf)?.content, "ACTIVE='no'\nWARN_HOURS='4'\n");
  const { files } = proxyFiles([without], "bookworm", standard);
  assert.deepEqual(
    files.filter(({ path, content }) => /maintenance|platform_page/.test(path + content)),
    [],
  );
});

test("the program is one that can be run, and its sites are those that can be closed", () => {
  const program = rendered()("/usr/local/sbin/platform-maintenance");
  assert.deepEqual([program?.mode, program?.content.split("\n")[0]], ["0755", "#!/bin/bash"]);
});

test("the site tells where it is, and wants to be watched", async () => {
  const { result } = await deploy(
    () => new Nginx("proxy", { host: exampleHost(), sites: [site], options: standard }),
  );
  assert.deepEqual(result.served, [
    { name: "the-forum", hostname: "forum.example.org", host: "forum", closable: true },
  ]);
  assert.deepEqual(
    result.checks.map(({ name, host, command }) => [name, host, command[0]]),
    [
      ["nginx", "forum", "check_tcp"],
      ["nginx-connections", "forum", "/usr/local/lib/platform/check-nginx"],
      ["site-the-forum", "forum", "check_http"],
      ["site-the-forum-outside", "forum", "check_http"],
      ["https-the-forum", "forum", "check_http"],
      ["maintenance-the-forum", "forum", "/usr/local/sbin/platform-maintenance"],
    ],
  );
  assert.deepEqual(
    result.checks.map(({ needs }) => needs),
    [undefined, "nginx", "nginx", "site-the-forum", "site-the-forum-outside", undefined],
  );
  assert.deepEqual(result.checks.at(-1)?.command.slice(1), ["check", "the-forum"]);
});

test("what nginx would remember of files is not for settings: a note has to be seen at once", () => {
  for (const name of ["open_file_cache", "open_file_cache_valid"]) {
    assert.ok(!NginxOptions.safeParse({ settings: { [name]: "max=10" } }).success, name);
  }
});

test("a contact is a link, whatever is in it, and only the offline page asks again by itself", () => {
  const page = (contact: string) => pageHtml({ ...site.offline, contact });
  assert.match(
    page("help@example.org"),
    /<address><a href="mailto:help@example\.org">help@example\.org<\/a><\/address>/,
  );
  assert.match(page('https://x.org/?a&"b'), /<a href="https:\/\/x\.org\/\?a&amp;&quot;b">/);
  assert.doesNotMatch(pageHtml(site.offline), /refresh|<address>|<script/);
  assert.match(pageHtml(site.offline, 30), /<meta http-equiv="refresh" content="30" \/>/);
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (contact) => {
      assert.equal(page(contact).split("</address>").length, 2);
      assert.equal(page(contact).split("<a ").length, 2);
    }),
  );
});
