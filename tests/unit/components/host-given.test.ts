import assert from "node:assert/strict";
import { test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { onlyGiven } from "../../../components/host/index.ts";
import { deploy } from "../../support/deploy.ts";

/** Properties of a resource that are Outputs, but for those that each has. */
function outputsOf(resource: pulumi.Resource): string[] {
  return Object.entries(resource)
    .filter(([name, value]) => pulumi.Output.isInstance(value) && !["id", "urn"].includes(name))
    .map(([name]) => name)
    .toSorted();
}

test("a resource is registered as ever, and has the outputs that are given or named", async () => {
  for (const preview of [false, true]) {
    const args = { algorithm: "ECDSA", ecdsaCurve: "P256" };
    const { result, resource } = await deploy(() => {
      const transformations = [onlyGiven("privateKeyPem")];
      return [
        new tls.PrivateKey("as-ever", args),
        new tls.PrivateKey("few", args, { transformations }),
      ];
    }, preview);
    const [asEver, few] = result as [tls.PrivateKey, tls.PrivateKey];
    assert.deepEqual({ ...resource("few"), name: "as-ever" }, resource("as-ever"));
    assert.equal(outputsOf(asEver).length, 10);
    assert.deepEqual(outputsOf(few), ["algorithm", "ecdsaCurve", "privateKeyPem"]);
    assert.ok(pulumi.Output.isInstance(few.id));
    if (preview) continue;
    const known = await new Promise((take) => few.privateKeyPem.apply(take));
    assert.equal(known, "KEY few");
    assert.ok(await pulumi.isSecret(few.privateKeyPem));
  }
});
