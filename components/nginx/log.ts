import { directive, expression, patternMap, type Directive } from "../../formats/nginx.ts";
import type { TrafficOptions } from "./traffic.ts";

type LogOptions = TrafficOptions["accessLog"];

/** Where a site's requests are noted; Debian's logrotate(8) for nginx takes all `*.log` there. */
export function accessLogPath(site: string): string {
  return `/var/log/nginx/${site}.log`;
}

/**
 * A client's address without what tells one person from another: the last byte of IPv4, all but the first 32 bits of IPv6.
 * The patterns are in the order in which they are tried; `::1` and sockets have nothing to tell.
 */
const shortened = patternMap(
  "$remote_addr",
  "$platform_client",
  [
    [String.raw`^(?<platform_v4>\d+\.\d+\.\d+)\.`, "$platform_v4.0"],
    ["^(?<platform_v6>[0-9a-f]+:[0-9a-f]+):", "$platform_v6::"],
    ["^(?<platform_short>[0-9a-f]+)::", "$platform_short::"],
  ],
  "-",
);

const clients = { shortened: "$platform_client", full: "$remote_addr", none: "-" } as const;

/** What is noted of a request, by name. Source: ngx_http_core_module, ngx_http_upstream_module. */
const fields = {
  time: "$time_iso8601",
  host: "$host",
  method: "$request_method",
  uri: "$request_uri",
  protocol: "$server_protocol",
  status: "$status",
  bytes: "$body_bytes_sent",
  seconds: "$request_time",
  application: "$upstream_response_time",
  referer: "$http_referer",
  agent: "$http_user_agent",
  id: "$request_id",
} as const;

/** Names in quotes are texts; these are numbers in any case. */
const numbers = /"(\$(?:status|body_bytes_sent|request_time))"/g;

function jsonFormat(client: string): string {
  return JSON.stringify({ client, ...fields }).replaceAll(numbers, "$1");
}

function combinedFormat(client: string): string {
  return `${client} - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"`;
}

/** What all sites' logs have in common, for nginx's own level. */
export function logFormats({ format, addresses }: LogOptions): Directive[] {
  if (format === "off") return [];
  const client = clients[addresses];
  const text = format === "json" ? jsonFormat(client) : combinedFormat(client);
  const escape = format === "json" ? "escape=json" : "escape=default";
  const named = directive("log_format", "platform", escape, expression(text));
  return [...(addresses === "shortened" ? [shortened] : []), named];
}

/** The log of one site, or of what belongs to none; without it, nginx would note full addresses in a log of its own. */
export function accessLog(site: string, { format }: LogOptions): Directive {
  return format === "off"
    ? directive("access_log", "off")
    : directive("access_log", accessLogPath(site), "platform");
}
