import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import type { Host } from "../components/host/index.ts";
import { userData } from "../formats/cloud-init.ts";

/** What is needed of a cloud's server: `hcloud.Server`, `openstack.compute.Instance` and their like have it. */
interface CloudServer extends pulumi.CustomResource {
  readonly ipv4Address: pulumi.Output<string>;
}

/** A machine of any cloud as a host: `make` declares the server with the user data that it is given. */
export function cloudHost(
  name: string,
  authorizedKeys: readonly string[],
  make: (userData: pulumi.Output<string>) => CloudServer,
): Host {
  const key = new tls.PrivateKey(`${name}-host-key`, { algorithm: "ED25519" });
  const hostKey = key.publicKeyOpenssh.apply((line) => line.trim());
  const document = pulumi.all([key.privateKeyOpenssh, hostKey]).apply(([secret, shown]) => {
    const pair = { private: secret, public: shown };
    return userData({ hostname: name, user: "root", authorizedKeys, hostKey: pair });
  });
  const server = make(document);
  const login = { port: 22, user: "root", release: "bookworm" } as const;
  return { name, address: server.ipv4Address, hostKey, instance: server.id, ...login };
}
