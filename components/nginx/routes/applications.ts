import { block, directive, expression, type Directive } from "../../../formats/nginx.ts";
import { bytes } from "../../../formats/size.ts";
import type { ApplicationOptions, Archive, Upstream } from "./application-options.ts";

/** A further application of a site; `inherited` are the site's own headers. */
export function application(
  options: ApplicationOptions,
  inherited: readonly Directive[],
): Directive[] {
  const { hostname, path } = options;
  const inside = options.kind === "upstream" ? upstream(options) : archive(options, inherited);
  const whole = expression(`https://${hostname}${path}$is_args$args`);
  return [
    block("location", ["=", path.slice(0, -1)], [directive("return", 301, whole)]),
    block("location", ["^~", path], inside),
  ];
}

/** Headers, HTTP version and the offline page are those of the site. */
function upstream({ to, path, hostname, ...options }: Upstream): Directive[] {
  const { prefix, uploadLimit, streaming, answerSeconds } = options;
  const address = to.startsWith("unix:") ? `http://${to}:` : to;
  return [
    directive("client_max_body_size", bytes(uploadLimit)),
    ...(streaming ? [directive("proxy_buffering", "off")] : []),
    ...(answerSeconds === undefined ? [] : [directive("proxy_read_timeout", `${answerSeconds}s`)]),
    directive("proxy_pass", prefix === "strip" ? `${address}/` : address),
    ...(prefix === "strip" ? unaware(hostname, path) : []),
  ];
}

/** It does not know where it lives, so what it says of itself is put right: where it leads, and whom it gives cookies. */
function unaware(hostname: string, path: string): Directive[] {
  return [
    directive("proxy_redirect", "default"),
    directive("proxy_redirect", `https://${hostname}/`, `https://${hostname}${path}`),
    directive("proxy_redirect", "/", path),
    directive("proxy_cookie_path", "/", path),
  ];
}

/** What a copy of an old application may hold and nobody is to read: programs, with the passwords in them, and dumps. */
const hidden = String.raw`/\.|\.(?:php|php5|php7|phtml|inc|ini|conf|sql|bak|log|sh|pl|py)(?:$|~$|\.gz$)`;

/**
 * The pages were written by strangers, for another time: no script of theirs runs, and in a browser they are of no
 * origin, so that they get nothing of the forum's.
 */
const harmless = [
  [
    "Content-Security-Policy",
    "script-src 'none'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox allow-popups",
  ],
  ["X-Content-Type-Options", "nosniff"],
].map(([name = "", value = ""]) => directive("add_header", name, value, "always"));

/** Read-only: nginx answers files for GET and HEAD alone, and follows no link out of the directory. */
function archive({ directory }: Archive, inherited: readonly Directive[]): Directive[] {
  return [
    directive("alias", `${directory}/`),
    directive("index", "index.html", "index.htm"),
    directive("autoindex", "off"),
    directive("disable_symlinks", "on", `from=${directory}`),
    ...harmless,
    ...inherited, // with headers of its own, a location has none of its server
    block("location", ["~*", expression(hidden)], [directive("return", 404)]),
  ];
}
