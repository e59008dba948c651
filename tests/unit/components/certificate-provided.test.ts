import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { rootCertificates } from "node:tls";
import { test } from "node:test";
import {
  Certificate,
  CertificateAuthority,
  CertificateOptions,
  providedFaults,
} from "../../../components/certificate/index.ts";
import { parse } from "../../../config.ts";
import { chainFor, sign } from "../../support/chain.ts";
import { deploy, plainTexts } from "../../support/deploy.ts";
import { sourceOf, stackSections } from "../../support/example.ts";
import { exampleHost } from "../../support/host.ts";

const name = "forum.example.org";
const { root, middle, own, chain } = await chainFor(name, "*.wild.example.org");
const good = { chain, key: own.key, authority: root.pem };

/** What is wrong, a line each: the field and the words. */
function faults(change: Partial<typeof good>, names = [name], now?: Date): string[] {
  const all = { ...good, ...change };
  return providedFaults(all, names, now).map(({ field, message }) => `${field} ${message}`);
}

test("a whole chain with its key and its names has no fault, wildcards and the root itself included", () => {
  assert.deepEqual(faults({}), []);
  assert.deepEqual(faults({}, [name, "a.wild.example.org"]), []);
  assert.deepEqual(providedFaults({ chain: chain + root.pem, key: own.key }, [name]), []);
});

test("a key that belongs to another certificate is named with whose it is not", async () => {
  const other = await sign({ subject: "other", names: [name] });
  assert.deepEqual(faults({ key: other.key }), [
    `key does not belong to the certificate of "CN=${name}": give the key that it was asked for with`,
  ]);
});

test("a chain that is reversed, mixed up or has a hole is told from one that is incomplete", async () => {
  assert.deepEqual(faults({ chain: middle.pem + own.pem }), [
    `chain is in the wrong order: the site's own certificate, "CN=${name}", comes first, then the one that signed it, and so on`,
  ]);
  const other = await sign({ subject: "Middle", ca: true });
  for (const [text, next] of [
    [own.pem + root.pem, "Root"],
    [own.pem + other.pem, "Middle"], // the same name, but not the one that signed
  ] as const) {
    assert.deepEqual(faults({ chain: text }), [
      `chain is in the wrong order, or one is missing: "CN=${name}" was not signed by "CN=${next}", which follows it`,
    ]);
  }
  const remedy =
    "which signed that: add its certificate at the end, or give it as `authority` when it is a root of your own";
  assert.deepEqual(faults({ chain: own.pem }), [
    `chain is incomplete: it ends at "CN=${name}", and no browser knows "CN=Middle", ${remedy}`,
  ]);
  assert.deepEqual(
    providedFaults({ chain, key: own.key }, [name]).map(({ message }) => message),
    [`is incomplete: it ends at "CN=Middle", and no browser knows "CN=Root", ${remedy}`],
  );
});

test("a root that browsers know need not be given, and Mozilla's are those", () => {
  const now = new Date();
  assert.deepEqual(providedFaults({ chain, key: own.key }, [name], now, [root.pem]), []);
  const letsEncrypt = rootCertificates.filter((pem) =>
    new X509Certificate(pem).subject.includes("CN=ISRG Root X1"),
  );
  assert.equal(letsEncrypt.length, 1);
});

test("names that are missing, in the subject alone too, are listed with those that are there", async () => {
  assert.deepEqual(faults({}, [name, "www.example.org", "a.b.wild.example.org"]), [
    `chain is not for www.example.org, a.b.wild.example.org, but for ${name}, *.wild.example.org: ask for one with all names`,
  ]);
  const bare = await sign({ subject: name, by: middle });
  assert.deepEqual(faults({ chain: bare.pem + middle.pem, key: bare.key }), [
    `chain is not for ${name}, but for no name at all: ask for one with all names`,
  ]);
});

test("one that ended, one that has not begun, and an authority that ended are told with the day", async () => {
  const later = new Date(Date.now() + 40 * 86_400_000);
  assert.match(faults({}, [name], later).join("\n"), /"CN=forum\.example\.org" ended on \d{4}-/);
  assert.equal(faults({}, [name], later).length, 2); // Middle ended, too
  const from = new Date("2030-01-01T00:00:00Z");
  const early = await sign({
    subject: name,
    names: [name],
    by: middle,
    from,
    to: new Date("2031-01-01"),
  });
  assert.deepEqual(faults({ chain: early.pem + middle.pem, key: early.key }), [
    `chain "CN=${name}" begins on 2030-01-01T00:00Z, which is later than this computer's clock says`,
  ]);
});

test("what Debian's OpenSSL and browsers never take is refused", async () => {
  const weak = await sign({ subject: name, names: [name], rsaBits: 1024 });
  assert.deepEqual(faults({ chain: weak.pem, key: weak.key }), [
    "chain has an RSA key of 1024 bits: 2048 are the least that is taken",
  ]);
  const mail = await sign({ subject: name, names: [name], uses: ["1.3.6.1.5.5.7.3.4"] });
  assert.deepEqual(faults({ chain: mail.pem, key: mail.key }), [
    "chain is not for servers (its extended key usage lacks serverAuth)",
  ]);
  const rsa = await sign({
    subject: name,
    names: [name],
    rsaBits: 2048,
    uses: ["1.3.6.1.5.5.7.3.1"],
  });
  assert.deepEqual(faults({ chain: rsa.pem, key: rsa.key }), []);
});

test("texts that look like PEM and are none are refused by their block", () => {
  const junk = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
  assert.deepEqual(faults({ chain: own.pem + junk }), [
    "chain block 2 cannot be read: copy it again",
  ]);
  assert.deepEqual(faults({ authority: junk }), [
    "authority block 1 cannot be read: copy it again",
  ]);
  const key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
  assert.deepEqual(faults({ key }), ["key cannot be read: copy it again"]);
});

/** The problems of the lab's stack with this source. */
function problems(source: object, secret = true): string[] {
  const certificates = { source: { kind: "provided", ...source } };
  const sections = { ...stackSections("Pulumi.lab.yaml"), certificates };
  const encrypted = [...sourceOf(sections)].map(
    ([section, { text }]) => [section, { text, secret }] as const,
  );
  return parse(new Map(encrypted)).problems.map(({ path, message }) => `${path} ${message}`);
}

test("the configuration is refused with the path, and never repeats the key", async () => {
  assert.deepEqual(problems(good), [
    `certificates.source.chain is not for forum.lab.test, but for ${name}, *.wild.example.org: ask for one with all names`,
  ]);
  const lab = await chainFor("forum.lab.test");
  const fits = { chain: lab.chain, key: lab.own.key, authority: lab.root.pem };
  assert.deepEqual(problems(fits), []);
  const encrypted =
    "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
  for (const key of [encrypted, `${lab.own.key}x`, "AAAA", lab.chain]) {
    const told = problems({ ...fits, key });
    assert.deepEqual(told, [
      "certificates.source.key must be an unencrypted private key as PEM",
      ...(key === `${lab.own.key}x`
        ? []
        : ["certificates.source.key cannot be read: copy it again"]),
    ]);
    assert.ok(!told.join().includes("AAAA"));
  }
  const plain = problems(fits, false).filter((line) => line.startsWith("certificates"));
  assert.match(plain.join(), /^certificates\.source\.key is in plain text in the stack file/);
});

test("a provided certificate is one set of files, the key of it secret, and nothing of the authority", async () => {
  const build = (source: object) => () => {
    const options = CertificateOptions.parse({ source: { kind: "provided", ...source } });
    const authority = new CertificateAuthority("authority", options);
    return new Certificate("cert", {
      host: exampleHost(),
      site: "forum",
      authority,
      names: [name],
      options,
    });
  };
  const { chain: text, key } = { chain: chain.trim(), key: own.key.trim() }; // as `$(cat …)` gives them
  const { resource, list, resources, result } = await deploy(build({ chain: text, key }));
  assert.deepEqual(
    list.filter((line) => line.includes("cert")),
    [
      "host:index:ConfigSet cert-files",
      "platform:certificate:Certificate cert",
      "platform:certificate:CertificateAuthority authority",
      "tls:index/selfSignedCert:SelfSignedCert authority-cert",
    ],
  );
  const set = resource("cert-files");
  const files = set.inputs["files"] as Record<string, { content: string }>;
  assert.equal(files["/etc/ssl/platform/forum/fullchain.pem"]?.content, chain);
  assert.equal(files["/etc/ssl/platform/forum/privkey.pem"]?.content, own.key);
  assert.deepEqual(set.secrets, ['files["/etc/ssl/platform/forum/privkey.pem"].content']);
  assert.ok(!plainTexts(resources).join("\n").includes("PRIVATE KEY"));
  const place = "/etc/ssl/platform/forum";
  assert.deepEqual(result.served, {
    files: { chain: `${place}/fullchain.pem`, key: `${place}/privkey.pem` },
    trusted: true,
    responder: false,
  });
  assert.match(result.checks[0]?.runbook ?? "", /^Set the next certificate and its key/);
});
