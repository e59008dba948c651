import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { mebibytes } from "../../formats/size.ts";
import { DiscourseImage, pluginName } from "../discourse-image/index.ts";
import type { DockerEngine } from "../docker-engine/index.ts";
import {
  chain,
  DataDirectory,
  Packages,
  RemoteScript,
  Script,
  Service,
  type Host,
  type Watcher,
} from "../host/index.ts";
import { deploymentOf, deploymentStep, stopSeconds } from "./deployment.ts";
import { environmentList, seedEnvironment } from "./environment.ts";
import type { DiscourseOptions } from "./options.ts";
import {
  forumBackup,
  forumCheck,
  forumSite,
  sharedDirectory,
  sharedMode,
  socketPath,
} from "./site.ts";

export { DiscourseOptions } from "./options.ts";
export { typedNames } from "./environment.ts";
export { ownPaths } from "./site.ts";

/** Arguments of a forum. */
export interface DiscourseArgs {
  readonly host: Host;
  readonly engine: DockerEngine;
  readonly options: DiscourseOptions;
  /** Who watches the forum, if anybody does. */
  readonly watcher?: Watcher | undefined;
}

/** A Discourse forum in one container that listens on a unix socket; its data lies in a directory of the host. */
export class Discourse extends Service {
  /** Id of the running container. */
  readonly containerId: pulumi.Output<string>;

  constructor(name: string, args: DiscourseArgs, opts?: pulumi.ComponentResourceOptions) {
    super("platform:discourse:Discourse", name, opts);
    const { host, engine, options, watcher } = args;
    const child = { parent: this };
    new Packages(`${name}-tools`, { host, packages: ["curl"] }, child);
    new DataDirectory(`${name}-data`, { host, path: sharedDirectory, mode: sharedMode }, child);
    const anew = { replacementTrigger: host.instance }; // on a machine made anew nothing is there
    const image = new docker.RemoteImage(
      `${name}-image`,
      { name: this.bring(name, args), keepLocally: true },
      { ...engine.after(this), ...anew },
    );
    this.checkImage(name, host, image.imageId, plugins(options));
    const made = containerArgs(name, image.imageId, engine, options);
    const deployment = { host, site: name, made, bootSeconds: options.bootSeconds };
    const watched = deploymentOf(deployment);
    const quiet = watcher?.deployment(`${name}-unwatched`, "begin", watched, child);
    const dependsOn = quiet ? [quiet] : [];
    deploymentStep(`${name}-closed`, "begin", deployment, { ...child, dependsOn });
    const container = new docker.Container(`${name}-app`, made, {
      ...engine.after(this),
      ...anew,
    });
    chain(host, container);
    this.keepRunning(name, host, container.id, options.bootSeconds);
    const opened = deploymentStep(`${name}-opened`, "end", deployment, child);
    watcher?.deployment(`${name}-watched`, "end", watched, { ...child, dependsOn: [opened] });

    this.containerId = container.id;
    this.sites = [forumSite(name, options)];
    this.checks = [forumCheck(name, options)];
    this.backups = [forumBackup(name, options)];
    const { containerId, sites, checks, backups } = this;
    this.registerOutputs({ containerId, sites, checks, backups });
  }

  /** Sees that the image is on the machine, ready or built there; gives its name. */
  private bring(name: string, { host, engine, options }: DiscourseArgs): string {
    const { image, uploadLimit, memory } = options;
    const child = { parent: this };
    if (!("launcher" in image)) {
      engine.loadImage(`${name}-archive`, image, child);
      return image.name;
    }
    const environment = seedEnvironment(options);
    const wanted = {
      ...{ options: image.launcher, shared: sharedDirectory, uploadLimit, environment },
      ...(memory === undefined ? {} : { memory }),
    };
    return new DiscourseImage(`${name}-build`, { host, container, wanted }, child).image;
  }

  private checkImage(
    name: string,
    host: Host,
    image: pulumi.Output<string>,
    plugins: readonly string[],
  ) {
    const script = new URL("./image-holds.sh", import.meta.url);
    const paths = [
      "/sbin/boot",
      ...plugins.map((plugin) => `/var/www/discourse/plugins/${plugin}`),
    ];
    const values = { IMAGE: image, PATHS: paths };
    new RemoteScript(`${name}-image-check`, { host, script, values }, { parent: this });
  }

  private keepRunning(name: string, host: Host, container: pulumi.Output<string>, seconds: number) {
    const script = new URL("./ready.sh", import.meta.url);
    const values = { CONTAINER: container, SOCKET: socketPath, SECONDS_MAX: String(seconds) };
    const args = { host, script, values, state: { running: true }, timeoutSeconds: seconds + 60 };
    new Script(`${name}-ready`, args, { parent: this });
  }
}

/** The name of the forum's container, which its commands and its backups know. */
const container = "app";

/** Folders of plugins that the image must have. */
function plugins({ image, plugins: named }: DiscourseOptions): readonly string[] {
  return "launcher" in image ? [...named, ...image.launcher.plugins.map(pluginName)] : named;
}

/**
 * The container. Values that the daemon would choose are given, since a difference in them would replace it at
 * each run; shared memory, boot command and patience at stop are those of Discourse's launcher.
 */
function containerArgs(
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
    ],
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
