import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "../../config.ts";
import { chainFor, sign } from "../support/chain.ts";
import { sourceOf, stackSections } from "../support/example.ts";

/** The warnings of the lab's stack with these options of nginx and these certificates, none of which is a problem. */
function warned(nginx: object, certificates?: object): string[] {
  const sections = stackSections("Pulumi.lab.yaml");
  const { forum } = sections["hosts"] as { forum: Record<string, object> };
  Object.assign(forum["nginx"] ?? {}, nginx);
  if (certificates) sections["certificates"] = certificates as Record<string, unknown>;
  const source = [...sourceOf(sections)].map(
    ([name, { text }]) => [name, { text, secret: true }] as const,
  );
  const { problems, warned: all } = parse(new Map(source));
  assert.deepEqual(problems, []);
  return all.map(({ path, message }) => `${path} ${message}`);
}

test("defaults are not warned of, nor is what fits together", () => {
  assert.deepEqual(warned({}), []);
  assert.deepEqual(warned({ dhparam: "none", profile: "modern" }), []);
});

test("a group that somebody chose and nobody uses is warned of", () => {
  for (const profile of ["modern", "intermediate"]) {
    assert.deepEqual(warned({ dhparam: "ffdhe2048", profile }), [
      `hosts.forum.nginx.dhparam has no effect: no suite of the profile ${profile} uses it; ` +
        "take it out, or take the profile compatible",
    ]);
  }
  assert.match(warned({ dhparam: "ffdhe4096" }).join(), /of the profile intermediate uses it/);
});

test("DHE itself is warned of, with what it costs", () => {
  const lines = warned({ profile: "compatible", dhparam: "ffdhe2048" });
  assert.equal(lines.length, 1);
  assert.match(
    lines.join(),
    /^hosts\.forum\.nginx\.profile offers DHE: .* 14 to 19 times .*CVE-2002-20001/,
  );
});

test("a certificate that names a responder wants a resolver, and another does not", async () => {
  const source = async (responder?: string) => {
    const { root, middle } = await chainFor("forum.lab.test");
    const subject = "forum.lab.test";
    const own = await sign({
      subject,
      names: [subject],
      by: middle,
      ...(responder ? { responder } : {}),
    });
    const pems = { chain: own.pem + middle.pem, key: own.key, authority: root.pem };
    return { source: { kind: "provided", ...pems } };
  };
  assert.deepEqual(warned({}, await source()), []);
  const stapled = await source("http://ocsp.example.org");
  assert.match(
    warned({}, stapled).join(),
    /^hosts\.forum\.nginx\.resolvers is missing: the certificate names a responder/,
  );
  assert.deepEqual(warned({ resolvers: ["192.0.2.53"] }, stapled), []);
});
