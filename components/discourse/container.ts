import type * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import { mebibytes } from "../../formats/size.ts";
import type { DockerEngine } from "../docker-engine/index.ts";
import { stopSeconds } from "./deployment.ts";
import { environmentList, language } from "./environment.ts";
import type { DiscourseOptions } from "./options.ts";
import { innerFile, published } from "./port.ts";
import { sharedDirectory } from "./site.ts";
import { dataContainer, dataDirectory, forumNetwork } from "./two-containers.ts";

/** The name of the forum's container, which its commands and its backups know. */
export const container = "app";

/**
 * The forum's container. Values that the daemon would choose are given, since a difference in them would replace it at
 * each run; shared memory, boot command and patience at stop are those of Discourse's launcher.
 */
export function containerArgs(
  name: string,
  image: pulumi.Output<string>,
  engine: DockerEngine,
  options: DiscourseOptions,
): docker.ContainerArgs {
  return {
    name: container,
    image,
    hostname: options.hostname,
    envs: environmentList(options),
    volumes: [...volumes(sharedDirectory), ...(options.port === undefined ? [] : [innerFile])],
    ...(options.port === undefined ? {} : { ports: published(options.port) }),
    networkMode: options.data ? forumNetwork : "bridge",
    ...launched(name, engine, options),
  };
}

/** The container of its database and Redis, when they have one. Nothing in it is secret, and nobody else reaches it. */
export function dataArgs(
  name: string,
  image: pulumi.Output<string>,
  engine: DockerEngine,
  options: DiscourseOptions,
): docker.ContainerArgs {
  return {
    name: dataContainer,
    image,
    hostname: dataContainer,
    envs: Object.entries(language).map(([variable, value]) => `${variable}=${value}`),
    volumes: volumes(dataDirectory),
    networkMode: forumNetwork,
    ...launched(name, engine, options),
  };
}

function volumes(directory: string) {
  return [
    { hostPath: directory, containerPath: "/shared" },
    { hostPath: `${directory}/log/var-log`, containerPath: "/var/log" },
  ];
}

/** What both are given. */
function launched(name: string, engine: DockerEngine, options: DiscourseOptions) {
  const memory = options.memory === undefined ? undefined : mebibytes(options.memory);
  return {
    command: ["/sbin/boot"],
    labels: [{ label: "platform.component", value: name }],
    restart: "always",
    mustRun: true,
    shmSize: 512,
    ...(memory === undefined ? {} : { memory, memorySwap: 2 * memory }),
    logDriver: "json-file",
    logOpts: engine.logOptions,
    destroyGraceSeconds: stopSeconds,
  };
}
