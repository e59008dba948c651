import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { after, before, suite, test } from "node:test";
import { tlsProvider } from "../../../lab/plugins/tls/provider.ts";
import { type Properties, revealAll, text } from "../../../provider/grpc/values.ts";
import { assertSameAnswer } from "../../support/transcript-form.ts";
import { byCall, type Entry, type Plugin, start, transcript } from "../../support/transcript.ts";

const keyType = "tls:index/privateKey:PrivateKey";
const authorityType = "tls:index/selfSignedCert:SelfSignedCert";
const requestType = "tls:index/certRequest:CertRequest";
const leafType = "tls:index/locallySignedCert:LocallySignedCert";

/** A moment at which the recorded runs were under way: it decides what is due for renewal. */
const recordedAt = new Date("2026-11-22T23:10:00Z");
let clock = recordedAt;

/** Made in each run anew, as are the inputs that the transcripts do not show. */
const byForm = [
  ...["id", "certPem", "certRequestPem", "caCertPem", "validityStartTime", "validityEndTime"],
  ...["privateKeyOpenssh", "privateKeyPem", "privateKeyPemPkcs8", "caPrivateKeyPem"],
  ...["publicKeyFingerprintMd5", "publicKeyFingerprintSha256", "publicKeyOpenssh", "publicKeyPem"],
];

let plugin: Plugin;
before(async () => {
  plugin = await start(tlsProvider(() => clock));
});
after(() => {
  plugin.close();
});

async function make(type: string, properties: Properties): Promise<Properties> {
  const urn = `urn:pulumi:s::p::${type}::x`;
  const { response, errors } = await plugin.ask("Create", { urn, properties });
  assert.equal(errors, undefined);
  return revealAll(response?.["properties"] as Properties);
}

/** Puts keys in the places where the transcripts have `<generated>`, and an authority that fits. */
async function withKeys({ request }: Entry): Promise<Entry["request"]> {
  const properties = { ...request.properties };
  if (/BEGIN RSA/.test(text(properties["privateKeyPem"]))) {
    const key = await make(keyType, { algorithm: "RSA", rsaBits: 2048 });
    return { ...request, properties: { ...properties, privateKeyPem: text(key["privateKeyPem"]) } };
  }
  const key = await make(keyType, { algorithm: "ECDSA", ecdsaCurve: "P256" });
  const privateKeyPem = text(key["privateKeyPem"]);
  if ("privateKeyPem" in properties) properties["privateKeyPem"] = privateKeyPem;
  if ("caPrivateKeyPem" in properties) {
    const authority = await make(authorityType, {
      allowedUses: ["cert_signing"],
      isCaCertificate: true,
      privateKeyPem,
      subject: { commonName: "Lab CA" },
      validityPeriodHours: 24,
    });
    properties["caPrivateKeyPem"] = privateKeyPem;
    properties["caCertPem"] = text(authority["certPem"]);
  }
  return { ...request, properties };
}

suite("the stand-in for tls answers as the real plugin did", () => {
  for (const [call, entries] of byCall(transcript("tls"))) {
    test(`${call}, ${entries.length} recorded`, async () => {
      for (const entry of entries) {
        const making = entry.method === "Create" && entry.request.preview !== true;
        const request = making ? await withKeys(entry) : entry.request;
        const answer = await plugin.ask(entry.method, request);
        assertSameAnswer(entry, answer, making ? { byForm } : {});
      }
    });
  }
});

suite("the stand-in for tls", () => {
  test("signs a leaf that its authority vouches for, for the names asked for", async () => {
    const key = await make(keyType, { algorithm: "ECDSA", ecdsaCurve: "P256" });
    const authority = await make(authorityType, {
      allowedUses: ["cert_signing", "crl_signing"],
      isCaCertificate: true,
      privateKeyPem: text(key["privateKeyPem"]),
      subject: { commonName: "Lab CA", organization: 'Müller & Söhne, "Lab"' },
      validityPeriodHours: 48,
    });
    const leafKey = await make(keyType, { algorithm: "ED25519" });
    const request = await make(requestType, {
      dnsNames: ["forum.lab"],
      ipAddresses: ["127.0.0.1", "::1"],
      privateKeyPem: text(leafKey["privateKeyPem"]),
      subject: { commonName: "forum.lab" },
    });
    const leaf = await make(leafType, {
      allowedUses: ["digital_signature", "server_auth"],
      caCertPem: text(authority["certPem"]),
      caPrivateKeyPem: text(key["privateKeyPem"]),
      certRequestPem: text(request["certRequestPem"]),
      validityPeriodHours: 24,
    });
    const issuer = new X509Certificate(text(authority["certPem"]));
    const issued = new X509Certificate(text(leaf["certPem"]));
    assert.equal(issuer.subject, 'O=Müller & Söhne\\, \\"Lab\\"\nCN=Lab CA');
    assert.equal(issuer.ca, true);
    assert.equal(issued.ca, false);
    assert.equal(issued.checkIssued(issuer), true);
    assert.equal(issued.verify(issuer.publicKey), true);
    assert.equal(
      issued.subjectAltName,
      "DNS:forum.lab, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1",
    );
    assert.deepEqual(issued.keyUsage, ["1.3.6.1.5.5.7.3.1"]);
    assert.equal(issued.validToDate.getTime() - issued.validFromDate.getTime(), 24 * 3600 * 1000);
    assert.equal(BigInt(`0x${issued.serialNumber}`).toString(), leaf["id"]);
  });

  test("refuses to sign with a key that is not the authority's", async () => {
    const [one, other] = await Promise.all([
      make(keyType, { algorithm: "ED25519" }),
      make(keyType, { algorithm: "ED25519" }),
    ]);
    const uses = { allowedUses: ["cert_signing"], validityPeriodHours: 1 };
    const privateKeyPem = text(one["privateKeyPem"]);
    const authority = await make(authorityType, { ...uses, privateKeyPem });
    const request = await make(requestType, { privateKeyPem });
    const urn = `urn:pulumi:s::p::${leafType}::x`;
    const properties = {
      ...uses,
      caCertPem: text(authority["certPem"]),
      caPrivateKeyPem: text(other["privateKeyPem"]),
      certRequestPem: text(request["certRequestPem"]),
    };
    const { errors } = await plugin.ask("Create", { urn, properties });
    const reason = "caPrivateKeyPem is not the key of caCertPem; give two that belong together";
    assert.deepEqual(errors, [`rpc error: code = Unknown desc = ${reason}`]);
  });

  test("plans and reads a certificate as due once its early renewal has begun", async () => {
    const key = await make(keyType, { algorithm: "ED25519" });
    const urn = `urn:pulumi:s::p::${authorityType}::x`;
    const news = {
      allowedUses: ["server_auth"],
      earlyRenewalHours: 2,
      privateKeyPem: text(key["privateKeyPem"]),
      validityPeriodHours: 10,
    };
    const olds = await make(authorityType, news);
    const diff = async () => (await plugin.ask("Diff", { urn, id: "1", news, olds })).response;
    const read = async () => {
      const { response } = await plugin.ask("Read", {
        urn,
        id: "1",
        inputs: news,
        properties: olds,
      });
      return (response?.["properties"] as Properties)["readyForRenewal"];
    };
    try {
      clock = new Date(recordedAt.getTime() + 7.9 * 3600 * 1000);
      assert.deepEqual(await diff(), { changes: "DIFF_NONE" });
      assert.equal(await read(), false);
      clock = new Date(recordedAt.getTime() + 8.1 * 3600 * 1000);
      const due = ["readyForRenewal"];
      assert.deepEqual(await diff(), { changes: "DIFF_SOME", diffs: due, replaces: due });
      assert.equal(await read(), true);
    } finally {
      clock = recordedAt;
    }
  });

  test("refuses what it does not know by name", async () => {
    const urn = `urn:pulumi:s::p::${authorityType}::x`;
    const news = {
      allowedUses: ["server_auth", "mind_reading"],
      privateKeyPem: "",
      subject: { postalCode: "1" },
      uris: [],
      validityPeriodHours: 1,
    };
    const { response } = await plugin.ask("Check", { urn, news });
    const unknown = "the stand-in for tls does not know this input; use the official plugin";
    const use = "the stand-in for tls does not know the use mind_reading; use the official plugin";
    assert.deepEqual(response?.["failures"], [
      { property: "subject.postalCode", reason: unknown },
      { property: "uris", reason: unknown },
      { property: "allowedUses", reason: use },
    ]);
  });

  test("makes no key on the curve that has no OpenSSH form", async () => {
    const urn = `urn:pulumi:s::p::${keyType}::x`;
    const { response } = await plugin.ask("Check", { urn, news: { algorithm: "ECDSA" } });
    const reason =
      "the stand-in for tls makes ECDSA keys on P256, P384, P521 only: set one of them";
    assert.deepEqual(response?.["failures"], [{ property: "ecdsaCurve", reason }]);
  });
});
