import { block, directive, expression, type Directive } from "../../../formats/nginx.ts";
import type { Site } from "../../host/index.ts";
import { whole } from "./paths.ts";
import { answerOf } from "./query-maps.ts";
import type { PathRedirect, QueryRedirect, RedirectOptions } from "./redirect-options.ts";

/** A redirect of a site; `pass` is the way to its application. */
export function redirect(options: RedirectOptions, site: Site, pass: Directive): Directive {
  if (options.kind === "query") return byQuery(options, site, pass);
  return options.from.endsWith("/") ? tree(options, site) : page(options, site);
}

function page({ from, to, status, query }: PathRedirect, { hostname }: Site): Directive {
  const target = whole(hostname, to);
  const kept = query === "keep" ? expression(`${target}$is_args$args`) : target;
  return block("location", ["=", from], [directive("return", status, kept)]);
}

/**
 * What stood behind is encoded again by nginx, but for a question mark, which would begin a query. One in it fits no
 * pattern, like a line break, so it is not there.
 */
function tree({ from, to, status, query }: PathRedirect, { hostname }: Site): Directive {
  const pattern = `^${from.replaceAll(".", String.raw`\.`)}([^?]*)$`;
  const target = `${whole(hostname, to)}$1${query === "drop" ? "?" : ""}`;
  const flag = status === 301 ? "permanent" : "redirect";
  return block(
    "location",
    ["^~", from],
    [directive("rewrite", expression(pattern), expression(target), flag), directive("return", 404)],
  );
}

function byQuery(options: QueryRedirect, site: Site, pass: Directive): Directive {
  const { from, maps, otherwise, status } = options;
  const answers = maps.map((lookup) => {
    const answer = expression(answerOf(options, lookup));
    const known = expression(`(${answerOf(options, lookup)})`);
    return block("if", [known], [directive("return", status, answer)]);
  });
  return block("location", ["=", from], [...answers, last(otherwise, site, pass)]);
}

/** What an unknown key gets is not for ever: a table may grow. */
function last(
  otherwise: QueryRedirect["otherwise"],
  { hostname }: Site,
  pass: Directive,
): Directive {
  if (otherwise === "site") return pass;
  return typeof otherwise === "number"
    ? directive("return", otherwise)
    : directive("return", 302, whole(hostname, otherwise));
}
