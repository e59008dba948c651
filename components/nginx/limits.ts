import { directive, expression, type Directive } from "../../formats/nginx.ts";
import type { Site } from "../host/index.ts";
import type { TrafficOptions } from "./traffic.ts";

/** Room for the counts of clients; a megabyte holds about 16,000 (ngx_http_limit_req_module). */
const room = "10m";

/** The counters of a host's limits, for nginx's own level; all sites count together. */
export function limitZones({ limits }: TrafficOptions): Directive[] {
  const { requestsPerSecond, connections } = limits;
  const client = expression("$binary_remote_addr");
  return [
    ...(requestsPerSecond === undefined
      ? []
      : [
          directive(
            "limit_req_zone",
            client,
            `zone=platform_requests:${room}`,
            `rate=${requestsPerSecond}r/s`,
          ),
        ]),
    ...(connections === undefined
      ? []
      : [directive("limit_conn_zone", client, `zone=platform_connections:${room}`)]),
  ];
}

/** What a site allows one client, and how long it waits for anybody. Who asks for more is answered 429 (RFC 6585, 4). */
export function siteLimits(
  { limits, timeouts }: TrafficOptions,
  { passing }: Pick<Site, "passing">,
): Directive[] {
  const { requestsPerSecond, burst, connections } = limits;
  const { requestSeconds, answerSeconds = passing?.answerSeconds } = timeouts;
  return [
    ...(requestsPerSecond === undefined
      ? []
      : [
          directive(
            "limit_req",
            "zone=platform_requests",
            `burst=${burst ?? 10 * requestsPerSecond}`,
            "nodelay",
          ),
          directive("limit_req_status", 429),
        ]),
    ...(connections === undefined
      ? []
      : [
          directive("limit_conn", "platform_connections", connections),
          directive("limit_conn_status", 429),
        ]),
    ...(requestSeconds === undefined
      ? []
      : [
          directive("client_header_timeout", `${requestSeconds}s`),
          directive("client_body_timeout", `${requestSeconds}s`),
        ]),
    ...(answerSeconds === undefined ? [] : [directive("proxy_read_timeout", `${answerSeconds}s`)]),
  ];
}

/**
 * The client's address where another proxy is in front: what that one says of it, and nobody else. With several in a row,
 * the first that is not trusted from the right (ngx_http_realip_module).
 */
export function realAddress({ trustedProxies }: TrafficOptions): Directive[] {
  if (trustedProxies.length === 0) return [];
  return [
    ...trustedProxies.map((from) => directive("set_real_ip_from", from)),
    directive("real_ip_header", "X-Forwarded-For"),
    directive("real_ip_recursive", "on"),
  ];
}
