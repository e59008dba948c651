import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { mebibytes } from "../../formats/size.ts";
import { DiscourseImage, imageName, pluginName } from "../discourse-image/index.ts";
import type { DockerEngine } from "../docker-engine/index.ts";
import {
  chain,
  ConfigSet,
  DataDirectory,
  Packages,
  RemoteScript,
  Script,
  Service,
  Unit,
  type Host,
  type Watcher,
} from "../host/index.ts";
import { forumChecks } from "./checks.ts";
import { awaitForum, keepPrevious, saveBefore, stopSeconds, watched } from "./deployment.ts";
import { environmentList, seedEnvironment } from "./environment.ts";
import type { DiscourseOptions } from "./options.ts";
import { timer, watchFiles } from "./watch.ts";
import { preflight } from "./preflight.ts";
import { innerFile, innerFiles, published } from "./port.ts";
import { forumBackup, forumSite, sharedDirectory, sharedMode, upstreamOf } from "./site.ts";

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
    const packages = options.database ? [...tools, ...clients] : tools;
    new Packages(`${name}-tools`, { host, packages }, child);
    new DataDirectory(`${name}-data`, { host, path: sharedDirectory, mode: sharedMode }, child);
    this.keepName(name, host, options);
    preflight(name, host, options, child);
    const anew = { replacementTrigger: host.instance }; // on a machine made anew nothing is there
    const image = new docker.RemoteImage(
      `${name}-image`,
      { name: this.bring(name, args), keepLocally: true },
      { ...engine.after(this), ...anew },
    );
    this.checkImage(name, host, image.imageId, plugins(options));
    if (!("launcher" in options.image)) this.save(name, args, image.imageId);
    if (options.port !== undefined)
      new ConfigSet(`${name}-port`, { host, files: innerFiles() }, child);
    const made = containerArgs(name, image.imageId, engine, options);
    const { hostname, bootSeconds, database } = options;
    const upstream = upstreamOf(options);
    const deployment = {
      ...{ host, container, site: name, hostname, upstream, database, made, bootSeconds },
    };
    const told = watched(deployment);
    const quiet = watcher?.deployment(`${name}-unwatched`, "begin", told, child);
    const dependsOn = quiet ? [quiet] : [];
    keepPrevious(`${name}-previous`, deployment, { ...child, dependsOn });
    const app = new docker.Container(`${name}-app`, made, { ...engine.after(this), ...anew });
    chain(host, app);
    const ready = awaitForum(`${name}-ready`, app.id, deployment, child);
    watcher?.deployment(`${name}-watched`, "end", told, { ...child, dependsOn: [ready] });
    this.watch(name, host);

    this.containerId = app.id;
    this.sites = [forumSite(name, options)];
    this.checks = forumChecks(name, options);
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
    this.save(name, { host, options }, imageName(container, wanted)); // a build migrates the database
    return new DiscourseImage(`${name}-build`, { host, container, wanted }, child).image;
  }

  private save(
    name: string,
    { host, options }: Pick<DiscourseArgs, "host" | "options">,
    image: pulumi.Input<string>,
  ) {
    if (!options.copyBeforeUpgrade) return;
    const forum = { host, container, backup: forumBackup(name, options) };
    saveBefore(`${name}-saved`, forum, image, { parent: this });
  }

  private keepName(name: string, host: Host, { hostname, renamedFrom = "" }: DiscourseOptions) {
    const script = new URL("./hostname.sh", import.meta.url);
    const values = { NAME: container, HOST: hostname, FORMER: renamedFrom };
    new Script(`${name}-hostname`, { host, script, values, state: { hostname } }, { parent: this });
  }

  private watch(name: string, host: Host) {
    const child = { parent: this };
    const activate = [["systemctl", "daemon-reload"]] as const;
    new ConfigSet(`${name}-watch`, { host, files: watchFiles(name), activate }, child);
    const ready = ["systemctl", "is-active", "--quiet", timer] as const;
    new Unit(`${name}-watch-timer`, { host, unit: timer, ready }, child);
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
}

/** The name of the forum's container, which its commands and its backups know. */
const container = "app";

/** What the scripts of the component need on the machine. */
const tools = ["ca-certificates", "curl", "iproute2", "jq", "procps"];

/** What asks a database and a Redis elsewhere. */
const clients = ["postgresql-client", "redis-tools"];

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
