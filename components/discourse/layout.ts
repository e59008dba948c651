import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { imageName, type DiscourseImage, type ImageWanted } from "../discourse-image/index.ts";
import type { DockerEngine } from "../docker-engine/index.ts";
import { chain, DataDirectory, Script, type Host, type Watcher } from "../host/index.ts";
import { container, dataArgs } from "./container.ts";
import { awaitForum, closedSeconds, keepPrevious, saveBefore, watched } from "./deployment.ts";
import { language, seedEnvironment } from "./environment.ts";
import type { DiscourseOptions } from "./options.ts";
import { forumBackup, sharedDirectory, sharedMode, upstreamOf } from "./site.ts";
import { databaseOf, dataContainer, dataDirectory, forumNetwork } from "./two-containers.ts";

/** What the container of the database is made from. */
export interface StoresArgs {
  readonly host: Host;
  readonly engine: DockerEngine;
  readonly options: DiscourseOptions;
  readonly watcher?: Watcher | undefined;
}

type Built = Extract<DiscourseOptions["image"], { readonly launcher: unknown }>;

/** What the image of the forum's own container is built from. */
export function forumImage(options: DiscourseOptions, { launcher }: Built): ImageWanted {
  const { uploadLimit, memory, data } = options;
  const database = databaseOf(options);
  return {
    ...{ options: launcher, shared: sharedDirectory, uploadLimit },
    environment: seedEnvironment(options),
    ...(memory === undefined ? {} : { memory }),
    ...(database ? { elsewhere: `${database.address}:${database.port}/${database.name}` } : {}),
    ...(data ? { network: forumNetwork } : {}),
  };
}

/** What that of its database and Redis is built from, when they have a container of their own. */
function dataImage({ uploadLimit, memory, data }: DiscourseOptions, { launcher }: Built) {
  return {
    options: { ...launcher, edition: data?.edition },
    ...{ shared: dataDirectory, uploadLimit, environment: language, part: "data" },
    ...(memory === undefined ? {} : { memory }),
  } as const satisfies ImageWanted;
}

/**
 * The forum's database and Redis in a container of their own, which the forum's own reaches by a network that nobody else is in.
 * Its image is built, and it is replaced, with the same care as the forum's; then its password is set.
 */
export function keepStores(
  name: string,
  args: StoresArgs,
  from: { readonly image: Built; readonly built: DiscourseImage },
  parent: pulumi.Resource,
): void {
  const { host, engine, options } = args;
  const child = { parent };
  const anew = { replacementTrigger: host.instance };
  new DataDirectory(`${name}-stores-data`, { host, path: dataDirectory, mode: sharedMode }, child);
  const wanted = dataImage(options, from.image);
  if (options.copyBeforeUpgrade) {
    const forum = { host, container: dataContainer, backup: forumBackup(name, options) };
    saveBefore(`${name}-stores-saved`, forum, imageName(dataContainer, wanted), child);
  }
  const brought = from.built.build({ container: dataContainer, wanted, users: [container] });
  const network = new docker.Network(
    `${name}-network`,
    { name: forumNetwork, driver: "bridge" },
    { ...engine.after(parent), ...anew },
  );
  chain(host, network);
  const image = new docker.RemoteImage(
    `${name}-stores-image`,
    { name: brought, keepLocally: true },
    { ...engine.after(parent), ...anew },
  );
  replaceStores(name, args, dataArgs(name, image.imageId, engine, options), parent);
  setPassword(name, args, child);
}

/** Replaces the container, with a way back. */
function replaceStores(
  name: string,
  { host, engine, options, watcher }: StoresArgs,
  made: docker.ContainerArgs,
  parent: pulumi.Resource,
): void {
  const child = { parent };
  const { hostname, bootSeconds } = options;
  const deployment = {
    ...{ host, container: dataContainer, site: name, hostname, upstream: upstreamOf(options) },
    ...{ bootSeconds, beside: false, data: { web: container, directory: dataDirectory }, made },
  };
  const told = watched(deployment);
  const quiet = watcher?.deployment(`${name}-stores-unwatched`, "begin", told, child);
  const dependsOn = quiet ? [quiet] : [];
  keepPrevious(`${name}-stores-previous`, deployment, { ...child, dependsOn });
  const anew = { replacementTrigger: host.instance };
  const stores = new docker.Container(`${name}-stores-container`, made, {
    ...engine.after(parent),
    ...anew,
  });
  chain(host, stores);
  const ready = awaitForum(`${name}-stores-ready`, stores.id, deployment, child);
  watcher?.deployment(`${name}-stores-watched`, "end", told, { ...child, dependsOn: [ready] });
}

/** The image does not hold the password, for it would for ever. */
function setPassword(
  name: string,
  { host, options }: StoresArgs,
  opts: pulumi.CustomResourceOptions,
): void {
  const password = options.data?.password ?? "";
  const values = {
    ...{ NAME: container, STORES: dataContainer, PASSWORD: password, SITE: name },
    ...{ HOST: options.hostname, UPSTREAM: upstreamOf(options) },
    CLOSED_MAX: String(closedSeconds(options)),
    ...{ DATABASE: [], BESIDE: "" },
  };
  const script = ["answers", "twin", "stores"].map(
    (file) => new URL(`./${file}.sh`, import.meta.url),
  );
  new Script(`${name}-stores`, { host, script, values, state: { password } }, opts);
}
