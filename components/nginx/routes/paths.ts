import { z } from "zod";

/** Whether a path is as nginx compares it: without empty, `.` and `..` segments, which it takes out of a request. */
function isNormal(text: string): boolean {
  return !/\/(?:\.{0,2})\//.test(text) && !/\/\.{1,2}$/.test(text);
}

/** A path of a site that a rule of its own answers. Refuses the whole site and what the site cannot do without. */
export const path = z
  .string()
  .regex(/^\/[\w./~-]*$/, {
    error: "must be a path of plain characters that starts with a slash, such as /old-forum/",
  })
  .refine(isNormal, {
    error:
      "could never answer: nginx takes //, /./ and /../ out of a request before it looks; write the path without them",
  })
  .refine((text) => text !== "/" && !/^\/(?:\.platform|message-bus|srv)(?:\/|$)/.test(text), {
    error:
      "must not be the whole site, nor a path that the site itself needs (/message-bus/, /srv/)",
  });

/**
 * Characters of a URL's path, query and fragment (RFC 3986) that mean nothing to nginx; `$`, quotes, backslashes,
 * braces, semicolons, spaces and control characters are not among them.
 */
const plain = String.raw`[\w.~%!*()+,:=@/-]*(?:\?[\w.~%!*()+,:=@/?&-]*)?(?:#[\w.~%!*()+,:=@/?&-]*)?`;

const url = String.raw`https?:\/\/[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?`;

const targetPattern = new RegExp(`^(?:${url}(?:\\/${plain})?|\\/(?!\\/)${plain})$`);

/** What a target must be, as part of a sentence. */
export const targetForm =
  "must be a path of the site such as /t/welcome/5, or an http(s) URL of plain characters";

/** Whether a text may be where a redirect leads: a path of the site, or a URL. */
export function isTarget(text: string): boolean {
  return targetPattern.test(text) && URL.canParse(whole("a.example.org", text));
}

/** Where a redirect leads: a path of the site, or a URL. */
export const target = z
  .string()
  .regex(targetPattern, { error: targetForm })
  .refine(isTarget, { error: targetForm });

/** A target as a whole URL; a path is one of the site's. */
export function whole(hostname: string, to: string): string {
  return to.startsWith("/") ? `https://${hostname}${to}` : to;
}
