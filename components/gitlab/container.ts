import type * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import type { DockerEngine } from "../docker-engine/index.ts";
import type { Allocation } from "./allocation.ts";
import { digest } from "./digest.ts";
import { entry } from "./files.ts";
import { sizeOfPlan, type InstanceOptions } from "./options.ts";
import { containerName, directoryOf, filesOf, inside } from "./paths.ts";
import { innerPorts } from "./servers.ts";

/** Seconds that a container may take to stop: PostgreSQL and Gitaly have to come to an end. */
export const stopSeconds = 180;

const mebibyte = 1024 ** 2;

/** The network of an instance, in which nobody else is. */
export function networkArgs(instance: string, { subnet, gateway }: Allocation): docker.NetworkArgs {
  return {
    name: containerName(instance),
    driver: "bridge",
    ipamConfigs: [{ subnet, gateway }],
    labels: [{ label: "platform.component", value: containerName(instance) }],
  };
}

/**
 * What the container is made from. Values that the daemon or the image would choose are given, since a difference in them would
 * replace it at each run. Its own health check is kept from judging the first start.
 */
export function containerArgs(
  instance: string,
  from: { readonly image: pulumi.Output<string>; readonly network: pulumi.Output<string> },
  engine: DockerEngine,
  options: InstanceOptions,
  allocation: Allocation,
): docker.ContainerArgs {
  const size = sizeOfPlan(options.plan);
  const memory = Math.floor(size.memoryBytes / mebibyte);
  const fixed = {
    ...plainArgs(instance, options, allocation),
    cpus: String(size.cpus),
    shmSize: Math.floor(size.shmBytes / mebibyte),
  };
  return {
    ...fixed,
    image: from.image,
    networksAdvanced: [{ name: from.network, ipv4Address: allocation.address }],
    labels: [
      { label: "platform.component", value: containerName(instance) },
      { label: "platform.made", value: madeOf(instance, options, allocation) },
    ],
    ...{ memory, memorySwap: memory },
    ...{ logDriver: "json-file", logOpts: engine.logOptions },
  };
}

/** A digest of what replaces the container: all but its memory, which Docker changes while it runs. */
export function madeOf(instance: string, options: InstanceOptions, allocation: Allocation): string {
  const { cpus, shmBytes } = sizeOfPlan(options.plan);
  const plain = plainArgs(instance, options, allocation);
  return digest([plain, cpus, shmBytes, options.image.name, allocation.subnet]).slice(0, 16);
}

function plainArgs(instance: string, options: InstanceOptions, allocation: Allocation) {
  const volumes = [
    ["config", "/etc/gitlab"],
    ["data", "/var/opt/gitlab"],
    ["logs", "/var/log/gitlab"],
  ] as const;
  const readOnly = true;
  return {
    name: containerName(instance),
    command: ["/assets/init-container"],
    hostname: options.hostname,
    volumes: [
      ...volumes.map(([name, containerPath]) => ({
        hostPath: `${directoryOf(instance)}/${name}`,
        containerPath,
      })),
      { hostPath: filesOf(instance), containerPath: inside, readOnly },
      { hostPath: entry.path(instance), containerPath: "/etc/gitlab/gitlab.rb", readOnly },
    ],
    ports: published(options, allocation),
    networkMode: "bridge",
    restart: "always",
    mustRun: true,
    securityOpts: ["no-new-privileges"],
    healthcheck: {
      tests: ["CMD", "/opt/gitlab/bin/gitlab-healthcheck", "--fail", "--max-time", "10"],
      ...{ interval: "1m0s", timeout: "30s", startPeriod: "30m0s", retries: 5 },
    },
    stopTimeout: stopSeconds,
    destroyGraceSeconds: stopSeconds,
  };
}

/** Nothing but git over SSH is reached from elsewhere. The daemon tells ports in this order. */
function published({ ssh, registry, pages }: InstanceOptions, allocation: Allocation) {
  const own = (internal: number, external: number) => ({
    ...{ internal, external, ip: "127.0.0.1", protocol: "tcp" },
  });
  const { httpPort, registryPort, pagesPort, sshPort } = allocation;
  return [
    { internal: innerPorts.ssh, external: sshPort, ip: ssh.address, protocol: "tcp" },
    own(innerPorts.http, httpPort),
    ...(registry ? [own(innerPorts.registry, registryPort)] : []),
    ...(pages ? [own(innerPorts.pages, pagesPort)] : []),
  ].toSorted((one, other) => one.internal - other.internal);
}
