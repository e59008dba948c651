import { block, directive, type Directive } from "../../formats/nginx.ts";
import type { Release } from "../host/index.ts";
import { accessLog } from "./log.ts";
import type { NginxOptions } from "./options.ts";
import { tlsListeners, tlsPath } from "./tls.ts";

/** How many connections there are, for the machine itself alone (ngx_http_stub_status_module). */
const connections = block(
  "location",
  ["=", "/.platform/connections"],
  [
    directive("access_log", "off"),
    directive("allow", "127.0.0.1"),
    directive("allow", "::1"),
    directive("deny", "all"),
    directive("stub_status"),
  ],
);

/** Answers names that nobody serves: no handshake without a known name, and 421 (RFC 9110, 15.5.20) behind one. */
export function defaultServers(release: Release, options: NginxOptions): Directive[] {
  const refuse = [
    directive("server_name", "_"),
    directive("server_tokens", "off"),
    accessLog("unnamed", options.accessLog),
    block("location", ["/"], [directive("return", 421)]),
  ];
  return [
    block(
      "server",
      [],
      [
        directive("listen", "80", "default_server"),
        directive("listen", "[::]:80", "default_server"),
        ...refuse,
        connections,
      ],
    ),
    block(
      "server",
      [],
      [
        ...tlsListeners(release, "default_server"),
        directive("include", tlsPath),
        directive("ssl_reject_handshake", "on"),
        ...refuse,
      ],
    ),
  ];
}
