import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
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
import { container, containerArgs } from "./container.ts";
import { awaitForum, finishMigrations, keepPrevious, saveBefore, watched } from "./deployment.ts";
import { buildsBeside, storesElsewhere } from "./environment.ts";
import { forumImage, keepStores } from "./layout.ts";
import type { DiscourseOptions } from "./options.ts";
import { imageNote, timer, watchFiles } from "./watch.ts";
import { preflight } from "./preflight.ts";
import { innerFiles } from "./port.ts";
import { forumBackup, forumSite, sharedDirectory, sharedMode, upstreamOf } from "./site.ts";
import { dataContainer } from "./two-containers.ts";

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

/** A Discourse forum in one container, or in two, that listens on a unix socket; its data lies in directories of the host. */
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
    const brought = this.bring(name, args);
    const image = new docker.RemoteImage(
      `${name}-image`,
      { name: brought, keepLocally: true },
      { ...engine.after(this), ...anew },
    );
    this.checkImage(name, host, image.imageId, plugins(options));
    if (!("launcher" in options.image)) this.save(name, args, image.imageId);
    if (options.port !== undefined)
      new ConfigSet(`${name}-port`, { host, files: innerFiles() }, child);
    const made = containerArgs(name, image.imageId, engine, options);
    const { hostname, bootSeconds, database } = options;
    const deployment = {
      ...{ host, container, site: name, hostname, upstream: upstreamOf(options), database, made },
      ...{ bootSeconds, beside: buildsBeside(options) },
      stores: options.data && dataContainer,
    };
    const told = watched(deployment);
    const quiet = watcher?.deployment(`${name}-unwatched`, "begin", told, child);
    const dependsOn = quiet ? [quiet] : [];
    keepPrevious(`${name}-previous`, deployment, { ...child, dependsOn });
    const app = new docker.Container(`${name}-app`, made, { ...engine.after(this), ...anew });
    chain(host, app);
    const ready = awaitForum(`${name}-ready`, app.id, deployment, child);
    watcher?.deployment(`${name}-watched`, "end", told, { ...child, dependsOn: [ready] });
    this.watch(name, host, options, image.imageId);
    if ("launcher" in options.image && deployment.beside) {
      const { minutes } = options.image.launcher;
      finishMigrations(`${name}-migrated`, deployment, { image: brought, minutes }, child);
    }

    this.containerId = app.id;
    this.sites = [forumSite(name, options)];
    this.checks = forumChecks(name, options);
    this.backups = [forumBackup(name, options)];
    const { containerId, sites, checks, backups } = this;
    this.registerOutputs({ containerId, sites, checks, backups });
  }

  /** Sees that the image is on the machine, ready or built there; gives its name. */
  private bring(name: string, { host, engine, options, watcher }: DiscourseArgs): string {
    const { image } = options;
    const child = { parent: this };
    if (!("launcher" in image)) {
      engine.loadImage(`${name}-archive`, image, child);
      return image.name;
    }
    const wanted = forumImage(options, image);
    this.save(name, { host, options }, imageName(container, wanted)); // a build migrates the database
    const built = new DiscourseImage(`${name}-build`, { host, options: image.launcher }, child);
    if (options.data) keepStores(name, { host, engine, options, watcher }, { image, built }, this);
    return built.build({ container, wanted, stores: storesElsewhere(options) });
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

  private keepName(name: string, host: Host, options: DiscourseOptions) {
    const script = new URL("./hostname.sh", import.meta.url);
    const { hostname, renamedFrom = "", layout, layoutFrom = "" } = options;
    const names = { NAME: container, HOST: hostname, FORMER: renamedFrom };
    const values = { ...names, LAYOUT: layout, LAYOUT_FROM: layoutFrom };
    const state = { hostname, layout };
    new Script(`${name}-hostname`, { host, script, values, state }, { parent: this });
  }

  private watch(
    name: string,
    host: Host,
    { data }: DiscourseOptions,
    image: pulumi.Output<string>,
  ) {
    const child = { parent: this };
    const activate = [["systemctl", "daemon-reload"]] as const;
    const declared = { path: imageNote, content: image.apply((id) => `${id}\n`) };
    const containers = [container, ...(data ? [dataContainer] : [])];
    const files = [...watchFiles(name, containers), declared];
    new ConfigSet(`${name}-watch`, { host, files, activate }, child);
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

/** What the scripts of the component need on the machine. */
const tools = ["ca-certificates", "curl", "iproute2", "jq", "procps"];

/** What asks a database and a Redis elsewhere. */
const clients = ["postgresql-client", "redis-tools"];

/** Folders of plugins that the image must have. */
function plugins({ image, plugins: named }: DiscourseOptions): readonly string[] {
  return "launcher" in image ? [...named, ...image.launcher.plugins.map(pluginName)] : named;
}
