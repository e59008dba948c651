import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { Script, type Backup, type Host, type SiteDeployment } from "../host/index.ts";
import { digest } from "./digest.ts";
import type { DatabaseOptions } from "./stores.ts";

/** Seconds that a container may take to stop, as Discourse's launcher has it. */
export const stopSeconds = 600;

/** What has to be known of a container to replace it by another one, and to go back. */
export interface Deployment {
  readonly host: Host;
  /** Its name with Docker. */
  readonly container: string;
  /** The site that it serves, the name of that, and where on the host it is reached. */
  readonly site: string;
  readonly hostname: string;
  readonly upstream: string;
  /** Its database, when that is elsewhere. */
  readonly database?: DatabaseOptions | undefined;
  /** The container of its database, when that has one of its own. */
  readonly stores?: string | undefined;
  /** When this is that container: which one works with it, and where on the host the data lie. */
  readonly data?: { readonly web: string; readonly directory: string };
  /** Whether the image is built, and the database brought near its version, while the one before serves. */
  readonly beside: boolean;
  /** What the container is made from. */
  readonly made: docker.ContainerArgs;
  /** Seconds that the new one may take until it answers. */
  readonly bootSeconds: number;
}

/** Seconds that a copy of a large forum, and the trial of it, may take. */
const copySeconds = 4 * 3600;

/** Sees that there is a good copy of the forum in a container before that gets another image. */
export function saveBefore(
  name: string,
  forum: { readonly host: Host; readonly container: string; readonly backup: Backup },
  image: pulumi.Input<string>,
  opts: pulumi.CustomResourceOptions,
): void {
  const { host, container, backup } = forum;
  const values = {
    ...{ NAME: container, IMAGE: image, BACKUP: backup.name },
    ...{ COPY: backup.prepare ?? [], TRY: backup.verify },
  };
  const saved = new URL("./saved.sh", import.meta.url);
  const args = { host, script: saved, values, state: { image }, timeoutSeconds: copySeconds };
  new Script(name, args, opts);
}

function scripts(name: string, { data }: Deployment): URL[] {
  const parts = ["answers", "twin", ...(data ? ["stores-answer"] : []), name];
  return parts.map((file) => new URL(`./${file}.sh`, import.meta.url));
}

/**
 * Before a container is replaced: closes the site, and keeps what the container was as a stopped twin. Its state is whether
 * that twin serves, since the last deployment went wrong.
 */
export function keepPrevious(
  name: string,
  deployment: Deployment,
  opts: pulumi.CustomResourceOptions,
): void {
  const { host, made } = deployment;
  const values = { ...common(deployment), IMAGE: made.image };
  const timeoutSeconds = stopSeconds + 120;
  const state = { serving: false };
  const script = scripts("previous", deployment);
  new Script(name, { host, script, values, state, timeoutSeconds }, opts);
}

/**
 * After that: waits until the container answers, opens the site, and drops the twin; or goes back to it. Keeps the container
 * running from then on.
 */
export function awaitForum(
  name: string,
  container: pulumi.Input<string>,
  deployment: Deployment,
  opts: pulumi.CustomResourceOptions,
): Script {
  const { host, bootSeconds } = deployment;
  const values = {
    ...{ CONTAINER: container, SECONDS_MAX: String(bootSeconds) },
    ...common(deployment),
  };
  const timeoutSeconds = 2 * (bootSeconds + stopSeconds) + 120; // both may have to stop, and both to start
  const state = { running: true, twin: false };
  const ready = { host, script: scripts("ready", deployment), values, state, timeoutSeconds };
  return new Script(name, ready, opts);
}

/** When the forum serves by an image that was built beside it: finishes the migrations that its build left out. */
export function finishMigrations(
  name: string,
  { host, container }: Pick<Deployment, "host" | "container">,
  built: { readonly image: string; readonly minutes: number },
  opts: pulumi.CustomResourceOptions,
): void {
  const { image, minutes } = built;
  const values = { NAME: container, IMAGE: image };
  const migrated = new URL("./migrated.sh", import.meta.url);
  const args = { host, script: migrated, values, state: { image }, timeoutSeconds: 60 * minutes };
  new Script(name, args, opts);
}

function common(deployment: Deployment) {
  const { container, site, hostname, upstream, database, stores = "", data, made } = deployment;
  const seconds = String(deployment.bootSeconds);
  return {
    ...{ NAME: container, SITE: site, HOST: hostname, UPSTREAM: upstream, CHANGE: change(made) },
    BESIDE: deployment.beside ? "yes" : "",
    STORES: stores,
    ...(data ? { WEB: data.web, DATA: data.directory, SECONDS_MAX: seconds } : {}),
    ...(database ? connection(database) : { DATABASE: [] }),
    STOP_MAX: String(stopSeconds),
    CLOSED_MAX: String(closedSeconds(deployment)),
  };
}

/** The same for who watches the site. */
export function watched({ host, site, made, bootSeconds }: Deployment): SiteDeployment {
  return { host, site, change: change(made), secondsMax: closedSeconds({ bootSeconds }) };
}

/** Seconds that the site is closed at the most. */
export function closedSeconds({ bootSeconds }: Pick<Deployment, "bootSeconds">): number {
  return stopSeconds + bootSeconds + 60;
}

/** How a client of PostgreSQL is called, and the password that it finds in its environment. */
export function connection({ address, port, name, user, password }: DatabaseOptions) {
  return {
    DATABASE: ["-h", address, "-p", String(port), "-U", user, "-d", name],
    DATABASE_PASSWORD: password,
  };
}

/** A digest of what replaces a container, so that both steps run then. Docker changes its memory while it runs. */
function change(made: docker.ContainerArgs): pulumi.Output<string> {
  return pulumi.output({ ...made, memory: undefined, memorySwap: undefined }).apply(digest);
}
