import assert from "node:assert/strict";
import { test } from "node:test";
import { Certificate, CertificateAuthority } from "../../../components/certificate/index.ts";
import { CertificateOptions, issuances } from "../../../components/certificate/index.ts";
import { parse } from "../../../config.ts";
import { deploy } from "../../support/deploy.ts";
import { stackSections } from "../../support/example.ts";
import { exampleHost } from "../../support/host.ts";

const acme = { kind: "acme", email: "admin@example.org", termsOfServiceAgreed: true };
const names = ["forum.example.org", "*.example.org"] as const;
const hook = "#!/bin/sh\ntrue\n";

const build = (challenge: object) => () => {
  const options = CertificateOptions.parse({ source: { ...acme, challenge } });
  const wanted = { host: exampleHost(), site: "forum", names, options };
  const authority = new CertificateAuthority("authority", options);
  const certificate = new Certificate("cert", { ...wanted, authority });
  issuances("issue", wanted);
  return certificate.served;
};

type Files = Record<string, { content: string; mode: string }>;

const program = "/usr/local/lib/platform/certificate-forum";

test("a provider by its name is told secrets in a file of its own, and nginx has nothing to answer", async () => {
  const environment = { HETZNER_API_KEY: "canary's key" };
  const challenge = { kind: "dns", provider: "hetzner", environment, resolvers: ["192.0.2.53:53"] };
  for (const preview of [false, true]) {
    const { resource, result } = await deploy(build(challenge), preview);
    assert.equal(result.challenges, undefined);
    const { inputs, secrets } = resource("issue-files");
    const files = inputs["files"] as Files;
    const { content, mode } = files["/etc/platform-acme/forum.env"] ?? assert.fail("none");
    assert.deepEqual([content, mode], ["HETZNER_API_KEY='canary'\\''s key'\n", "0600"]);
    assert.deepEqual(secrets, ['files["/etc/platform-acme/forum.env"].content']);
    const text = files[program]?.content ?? "";
    assert.ok(!text.includes("canary"));
    for (const line of [
      "MANNER='ec256 hetzner'",
      "DNS_PROVIDER='hetzner'",
      "DNS_RESOLVERS=('192.0.2.53:53')",
      "DNS_SECRETS=('HETZNER_API_KEY')",
    ]) {
      assert.ok(text.includes(`\n${line}\n`), line);
    }
    const { values } = resource("issue-certificate").inputs;
    assert.deepEqual(values, { PROGRAM: program, WANTED: "ec256 hetzner" });
  }
});

test("a hook is a program for root alone, and without secrets its file is empty", async () => {
  const { resource } = await deploy(build({ kind: "dns", hook }));
  const files = resource("issue-files").inputs["files"] as Files;
  assert.deepEqual(files[`${program}-dns`], {
    content: hook,
    mode: "0700",
    owner: "root:root",
  });
  assert.match(files[program]?.content ?? "", /^DNS_PROVIDER='exec'$/m);
  assert.equal(files["/etc/platform-acme/forum.env"]?.content, "");
});

test("exactly one of provider and hook is taken, and only what lego knows", () => {
  const problems = (more: object) =>
    CertificateOptions.safeParse({
      source: { ...acme, challenge: { kind: "dns", ...more } },
    }).error?.issues.map(({ path, message }) => `${path.join(".")} ${message}`);
  const one = "source.challenge.provider must be given, or `hook`, and not both";
  assert.deepEqual(problems({}), [one]);
  assert.deepEqual(problems({ provider: "ovh", hook }), [one]);
  const unknown = "must be one of lego's DNS providers, by its code (`lego dnshelp` lists them)";
  assert.deepEqual(problems({ provider: "exec" }), [`source.challenge.provider ${unknown}`]);
  assert.match(problems({ hook: "/bin/hook" })?.join() ?? "", /hook must be a whole program/);
  assert.match(problems({ provider: "ovh", environment: { a: "1" } })?.join() ?? "", /environment/);
  assert.equal(problems({ provider: "ovh" }), undefined);
});

/** What is wrong with the lab's stack, with these names and this source. */
function contradictions(aliases: readonly string[], source: object): string[] {
  const { forum, ...sections } = stackSections("Pulumi.lab.yaml") as Record<string, object>;
  const all = { ...sections, forum: { ...forum, aliases }, certificates: { source } };
  const texts = Object.entries(all).map(
    ([key, value]) => [key, { text: JSON.stringify(value), secret: true }] as const,
  );
  return parse(new Map(texts))
    .problems.filter(({ path }) => path.startsWith("forum.aliases"))
    .map(({ path, message }) => `${path} ${message}`);
}

test("a name that stands for many needs DNS, and is not certified beside one of those", () => {
  const dns = { ...acme, challenge: { kind: "dns", provider: "ovh" } };
  assert.deepEqual(contradictions(["*.example.org"], dns), []);
  assert.deepEqual(contradictions(["*.lab.test", "www.lab.test"], dns), [
    "forum.aliases.0 stands for forum.lab.test, www.lab.test, too, and authorities refuse to certify both: take out one of them",
  ]);
  for (const source of [acme, { kind: "authority" }]) {
    assert.deepEqual(contradictions(["*.example.org"], source), [
      "forum.aliases.0 stands for many names, which only `certificates.source` of the kind acme with a `challenge` of " +
        "the kind dns can have certified: set that, or name each one",
    ]);
  }
  assert.match(contradictions(["www.*.org"], dns).join(), /must be a host name in lower case/);
});
