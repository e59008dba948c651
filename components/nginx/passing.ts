import { directive, expression, patternMap, type Directive } from "../../formats/nginx.ts";
import type { Site } from "../host/index.ts";

const becomes = "$platform_connection";

/** Once for all sites of a host: what the header Connection says to an application whose connections may become others. */
export function upgrades(sites: readonly Site[]): Directive[] {
  if (!sites.some(({ passing }) => passing)) return [];
  return [patternMap("$http_upgrade", becomes, [[".", "upgrade"]], "")];
}

/**
 * How a site's application is spoken to. Where all passes as it comes, an upload reaches it while it is still sent, and nothing
 * of an answer is written to a disk on the way.
 */
export function connection({ passing }: Site): Directive[] {
  if (!passing) return [directive("proxy_set_header", "Connection", "")];
  return [
    directive("proxy_set_header", "Connection", expression(becomes)),
    directive("proxy_set_header", "Upgrade", expression("$http_upgrade")),
    directive("proxy_request_buffering", "off"),
    directive("proxy_buffering", "off"),
    directive("proxy_send_timeout", `${passing.answerSeconds}s`),
  ];
}
