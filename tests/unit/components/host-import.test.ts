import assert from "node:assert/strict";
import { test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { importId } from "../../../components/host/index.ts";
import { hostKey } from "../../support/example.ts";
import { exampleHost } from "../../support/host.ts";

const host = exampleHost();
const start =
  "ssh://root@192.0.2.7:2222/?host=forum&release=bookworm&instance=7&hostKey=" +
  hostKey.replace(" ", "%20").replaceAll("+", "%2B");

test("an import id names a machine, and files, packages or a unit on it", () => {
  const files = {
    files: ["/etc/motd", "/etc/issue"],
    secrets: ["/etc/x.key"],
    absent: ["/etc/a+b"],
  };
  assert.equal(
    importId(host, files),
    `${start}&file=/etc/motd&file=/etc/issue&secret=/etc/x.key&absent=/etc/a%2Bb`,
  );
  const packages = [
    "nginx",
    { name: "g++", version: "4:12+1", held: true },
    { name: "jq" },
  ] as const;
  assert.equal(
    importId(host, { packages }),
    `${start}&package=nginx&package=g%2B%2B=4:12%2B1&held=g%2B%2B&package=jq`,
  );
  assert.equal(importId(host, { unit: "nginx.service" }), `${start}&unit=nginx.service`);
});

test("a machine that another resource makes has nothing to import, and its field is named", () => {
  for (const field of ["address", "hostKey", "instance"] as const) {
    const message =
      `importId: \`${field}\` of the host forum comes from another resource, and an import has to know it before ` +
      "anything is made: write it as a plain string";
    const made = { ...host, [field]: pulumi.output("a") };
    assert.throws(() => importId(made, { unit: "a.service" }), new pulumi.RunError(message));
  }
});
