import { createHash } from "node:crypto";
import { type Login, pinnedOptions, throughBastion } from "../../formats/ssh.ts";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { types } from "@pulumi/command";
import type { Bastion, Host } from "./words.ts";

/**
 * The connection of command resources. Identity comes from the ssh-agent at run time, so that no private key
 * is in the state; the host key is always pinned. An unknown field here would print the whole object in an
 * error, so this is the only place that builds one.
 */
export function connection(host: Host): types.input.remote.ConnectionArgs {
  const { bastion, bootSeconds = 90 } = host;
  // With the back-off of up to 5 s, about as long as it boots.
  const patience = { dialErrorLimit: Math.ceil(bootSeconds / 5) + 2, perDialTimeout: 15 };
  const between = bastion ? { proxy: { ...login(bastion), ...patience } } : {};
  return { ...login(host), ...patience, ...between };
}

/** The part of a connection that the machine and its bastion have alike. */
function login({ address, port, user, hostKey }: Bastion): types.input.remote.ProxyConnectionArgs {
  return { host: address, port, user, hostKey };
}

/**
 * OpenSSH options of the Docker provider: the same pin without any known_hosts file, and one shared connection
 * a host, since the provider opens several at a time and sshd drops more than ten unauthenticated ones
 * (MaxStartups in sshd_config(5)). `%H` fits any port and IPv6.
 */
export function sshOptions(hostKey: string, instance: string, bastion?: Login): string[] {
  const way = bastion ? `\n${JSON.stringify(bastion)}` : "";
  const master = createHash("sha256")
    .update(`${hostKey}\n${instance}${way}`)
    .digest("hex")
    .slice(0, 8);
  return pinnedOptions(hostKey, {
    ...throughBastion(bastion),
    ControlMaster: "auto",
    ControlPath: `%d/.ssh/p-${master}-%C`,
    ControlPersist: "60s",
  });
}

/** The Docker provider that goes through the host's own SSH. Docker's API is never opened to a network. */
export function dockerProvider(
  name: string,
  host: Host,
  opts: pulumi.CustomResourceOptions,
): docker.Provider {
  const bracketed = pulumi
    .output(host.address)
    .apply((address) => (address.includes(":") ? `[${address}]` : address));
  return new docker.Provider(
    name,
    {
      host: pulumi.interpolate`ssh://${host.user}@${bracketed}:${host.port}`,
      sshOpts: pulumi
        .all([host.hostKey, host.instance, host.bastion])
        .apply(([hostKey, instance, bastion]) => sshOptions(hostKey, instance, bastion)),
    },
    opts,
  );
}
