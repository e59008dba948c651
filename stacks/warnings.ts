import { namesResponder } from "../components/certificate/index.ts";
import { entries, member, type Problem } from "./problems.ts";

/** What is allowed and hardly meant, as it was written: a default is never warned of. */
export function warnings(raw: unknown): Problem[] {
  const chain = member(member(member(raw, "certificates"), "source"), "chain");
  const served = member(member(raw, "forum"), "host");
  return entries(member(raw, "hosts")).flatMap(([name, host]) => {
    const at = `hosts.${name}.nginx`;
    const nginx = member(host, "nginx");
    const unstapled =
      name === served && typeof chain === "string" && namesResponder(chain) && !named(nginx);
    return [
      ...groupOf(at, member(nginx, "profile") ?? "intermediate", member(nginx, "dhparam")),
      ...(unstapled
        ? [
            {
              path: `${at}.resolvers`,
              message:
                "is missing: the certificate names a responder, and without a DNS server nginx cannot ask it, so OCSP stapling is off",
            },
          ]
        : []),
    ];
  });
}

function named(nginx: unknown): boolean {
  return entries(member(nginx, "resolvers")).length > 0;
}

function groupOf(at: string, profile: unknown, dhparam: unknown): Problem[] {
  if (profile === "compatible") {
    const message =
      "offers DHE: any client may ask for a handshake that costs this machine 14 to 19 times as much with ffdhe4096 " +
      "(D(HE)at, CVE-2002-20001): take intermediate unless you know a client that needs it";
    return [{ path: `${at}.profile`, message }];
  }
  if (dhparam === undefined || dhparam === "none") return [];
  const message = `has no effect: no suite of the profile ${String(profile)} uses it; take it out, or take the profile compatible`;
  return [{ path: `${at}.dhparam`, message }];
}
