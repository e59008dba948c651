import assert from "node:assert/strict";
import { test } from "node:test";
import {
  Certificate,
  CertificateAuthority,
  CertificateOptions,
} from "../../../components/certificate/index.ts";
import { deploy } from "../../support/deploy.ts";
import { exampleHost, hostInputs } from "../../support/host.ts";

const options = CertificateOptions.parse({ authorityName: "Example CA" });

function build() {
  const authority = new CertificateAuthority("authority", options);
  return new Certificate("cert", {
    host: exampleHost(),
    site: "forum",
    authority,
    names: ["forum.example.org", "www.example.org"],
    options,
  });
}

test("the authority's key is protected and signs nothing but certificates and lists", async () => {
  const { resource } = await deploy(build);
  assert.deepEqual(resource("authority-key").inputs, { algorithm: "ECDSA", ecdsaCurve: "P256" });
  assert.equal(resource("authority-key").options.protect, true);
  assert.equal(resource("authority-key").parent, "authority");
  assert.deepEqual(resource("authority-cert").inputs, {
    privateKeyPem: "KEY authority-key",
    isCaCertificate: true,
    allowedUses: ["cert_signing", "crl_signing"],
    subject: { commonName: "Example CA" },
    validityPeriodHours: 87_600,
    earlyRenewalHours: 1_440,
  });
});

test("the leaf is a server certificate for all names, and its key may rotate", async () => {
  const { resource } = await deploy(build);
  assert.equal(resource("cert-key").options.protect, false);
  assert.deepEqual(resource("cert-request").inputs, {
    privateKeyPem: "KEY cert-key",
    dnsNames: ["forum.example.org", "www.example.org"],
    subject: { commonName: "forum.example.org" },
  });
  assert.deepEqual(resource("cert-request").secrets, ["privateKeyPem"]);
  const { inputs, secrets } = resource("cert-cert");
  assert.deepEqual(inputs["allowedUses"], ["digital_signature", "server_auth"]);
  assert.equal(inputs["validityPeriodHours"], 8_760);
  assert.equal(inputs["earlyRenewalHours"], 1_440);
  assert.deepEqual(secrets, ["caPrivateKeyPem"]);
});

test("chain and key lie in the central place, the key for root alone, and only the key is secret", async () => {
  const { resource } = await deploy(build);
  const set = resource("cert-files");
  const [probe = "", ...others] = set.inputs["probe"] as string[];
  const asked = "probe /etc/ssl/platform/forum/fullchain.pem forum.example.org";
  assert.ok(probe.endsWith(asked) && others.length === 0, probe);
  assert.equal(set.type, "host:index:ConfigSet");
  assert.equal(set.parent, "cert");
  assert.deepEqual(set.secrets, ['files["/etc/ssl/platform/forum/privkey.pem"].content']);
  assert.deepEqual(set.inputs, {
    ...hostInputs(),
    files: {
      "/etc/ssl/platform/forum/fullchain.pem": {
        content: "CERT cert-cert",
        mode: "0644",
        owner: "root:root",
      },
      "/etc/ssl/platform/forum/privkey.pem": {
        content: "KEY cert-key",
        mode: "0600",
        owner: "root:root",
      },
    },
    absent: [],
    adopt: "replace",
    validate: ["sh -c '! command -v nginx >/dev/null || nginx -t -q'"],
    activate: ["sh -c '! systemctl is-active -q nginx || systemctl reload nginx'"],
    probe: [probe],
    deactivate: [],
  });
});

test("a preview registers the same resources", async () => {
  assert.deepEqual((await deploy(build, true)).list, (await deploy(build)).list);
});

test("an authority that would end before what it signs is refused", () => {
  const { error } = CertificateOptions.safeParse({ authorityDays: 400 });
  assert.deepEqual(
    error?.issues.map(({ path }) => path.join(".")),
    ["authorityDays"],
  );
});

test("a life beyond the guideline and a renewal longer than the life are refused", () => {
  assert.ok(!CertificateOptions.safeParse({ validityDays: 367 }).success);
  assert.match(
    CertificateOptions.safeParse({ validityDays: 30, renewalDays: 40 }).error?.message ?? "",
    /must be smaller than validityDays/,
  );
});
