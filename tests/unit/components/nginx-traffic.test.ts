import assert from "node:assert/strict";
import { test } from "node:test";
import { NginxOptions } from "../../../components/nginx/index.ts";
import { proxyFiles } from "../../../components/nginx/render.ts";
import type { Site } from "../../../components/host/index.ts";

const site: Site = {
  ...{ name: "forum", hostname: "forum.example.org", upstream: "unix:/run/app.sock" },
  ...{ maxBodyBytes: 1024, streaming: [] },
  offline: { language: "en", title: "Back soon", message: "One moment." },
};

/** What is rendered of these options: for all sites, and for this one. */
function rendered(options: object): { all: string; own: string } {
  const { files } = proxyFiles([site], "bookworm", NginxOptions.parse(options));
  const text = (end: string) => files.find(({ path }) => path.endsWith(end))?.content ?? "";
  const [all = ""] = text("/00-platform.conf").split("server {");
  return { all, own: text("/platform-forum.conf").split("\nserver {")[1] ?? "" };
}

test("without a word, requests are noted as JSON with shortened addresses", () => {
  const { all, own } = rendered({});
  assert.equal(
    all,
    String.raw`map $remote_addr $platform_client {
  "~^(?<platform_v4>\\d+\\.\\d+\\.\\d+)\\." "$platform_v4.0";
  ~^(?<platform_v6>[0-9a-f]+:[0-9a-f]+): "$platform_v6::";
  ~^(?<platform_short>[0-9a-f]+):: "$platform_short::";
  default -;
}
log_format platform escape=json "{\"client\":\"$platform_client\",\"time\":\"$time_iso8601\",\"host\":\"$host\",\"method\":\"$request_method\",\"uri\":\"$request_uri\",\"protocol\":\"$server_protocol\",\"status\":$status,\"bytes\":$body_bytes_sent,\"seconds\":$request_time,\"application\":\"$upstream_response_time\",\"referer\":\"$http_referer\",\"agent\":\"$http_user_agent\",\"id\":\"$request_id\"}";
`,
  );
  assert.match(own, /^ {2}access_log \/var\/log\/nginx\/forum\.log platform;$/m);
  assert.doesNotMatch(own, /limit_|timeout|real_ip/);
});

test("addresses are noted whole or not at all, and a log can be off", () => {
  const combined = rendered({ accessLog: { format: "combined", addresses: "full" } }).all;
  assert.match(combined, /^log_format platform escape=default "\$remote_addr - \$remote_user \[/);
  assert.match(rendered({ accessLog: { addresses: "none" } }).all, /"\{\\"client\\":\\"-\\",/);
  const off = rendered({ accessLog: { format: "off" } });
  assert.equal(off.all, "");
  assert.match(off.own, /^ {2}access_log off;$/m);
});

test("limits, time-outs and trusted proxies are exact", () => {
  const { all, own } = rendered({
    accessLog: { format: "off" },
    limits: { requestsPerSecond: 20, connections: 50 },
    timeouts: { requestSeconds: 20, answerSeconds: 90 },
    trustedProxies: ["192.0.2.1", "2001:db8::/32"],
  });
  assert.equal(
    all,
    "limit_req_zone $binary_remote_addr zone=platform_requests:10m rate=20r/s;\n" +
      "limit_conn_zone $binary_remote_addr zone=platform_connections:10m;\n",
  );
  for (const line of [
    "set_real_ip_from 192.0.2.1;\n  set_real_ip_from 2001:db8::/32;",
    "real_ip_header X-Forwarded-For;\n  real_ip_recursive on;",
    "limit_req zone=platform_requests burst=200 nodelay;\n  limit_req_status 429;",
    "limit_conn platform_connections 50;\n  limit_conn_status 429;",
    "client_header_timeout 20s;\n  client_body_timeout 20s;\n  proxy_read_timeout 90s;",
  ]) {
    assert.ok(own.includes(`  ${line}\n`), line);
  }
});

test("what cannot be is refused with the reason", () => {
  const said = (options: object) =>
    NginxOptions.safeParse(options).error?.issues.map(
      ({ path, message }) => `${path.join(".")} ${message}`,
    );
  assert.deepEqual(said({ limits: { burst: 5 } }), [
    "limits.burst must go with requestsPerSecond: it is what may come beyond those",
  ]);
  assert.deepEqual(said({ trustedProxies: ["proxy.example.org"] }), [
    "trustedProxies.0 must be an address, or a network such as 192.0.2.0/24",
  ]);
  for (const name of ["access_log", "limit_req", "set_real_ip_from", "proxy_read_timeout"]) {
    assert.ok(!NginxOptions.safeParse({ settings: { [name]: "x" } }).success, name);
  }
});
