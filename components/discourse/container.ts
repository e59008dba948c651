import type * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import { mebibytes } from "../../formats/size.ts";
import type { DockerEngine } from "../docker-engine/index.ts";
import { stopSeconds } from "./deployment.ts";
import { environmentList } from "./environment.ts";
import type { DiscourseOptions } from "./options.ts";
import { innerFile, published } from "./port.ts";
import { sharedDirectory } from "./site.ts";

/** The name of the forum's container, which its commands and its backups know. */
export const container = "app";

/**
 * The container. Values that the daemon would choose are given, since a difference in them would replace it at
 * each run; shared memory, boot command and patience at stop are those of Discourse's launcher.
 */
export function containerArgs(
  name: string,
  image: pulumi.Output<string>,
  engine: DockerEngine,
  options: DiscourseOptions,
): docker.ContainerArgs {
  const memory = options.memory === undefined ? undefined : mebibytes(options.memory);
  return {
    name: container,
    image,
    command: ["/sbin/boot"],
    hostname: options.hostname,
    envs: environmentList(options),
    labels: [{ label: "platform.component", value: name }],
    volumes: [
      { hostPath: sharedDirectory, containerPath: "/shared" },
      { hostPath: `${sharedDirectory}/log/var-log`, containerPath: "/var/log" },
      ...(options.port === undefined ? [] : [innerFile]),
    ],
    ...(options.port === undefined ? {} : { ports: published(options.port) }),
    networkMode: "bridge",
    restart: "always",
    mustRun: true,
    shmSize: 512,
    ...(memory === undefined ? {} : { memory, memorySwap: 2 * memory }),
    logDriver: "json-file",
    logOpts: engine.logOptions,
    destroyGraceSeconds: stopSeconds,
  };
}
