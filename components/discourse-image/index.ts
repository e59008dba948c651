import * as pulumi from "@pulumi/pulumi";
import { ConfigSet, type Host, Packages, Script } from "../host/index.ts";
import { appText, imageId, type ImageWanted } from "./app.ts";
import type { LauncherOptions } from "./options.ts";
import { pluginName } from "./plugins.ts";
import { defaultMajor } from "./templates.ts";

export type { ImageWanted } from "./app.ts";
export { edition, LauncherOptions, storesInImage } from "./options.ts";
export { pluginName } from "./plugins.ts";
export { webWorkers } from "./scaling.ts";
export { variable, variableValue } from "./values.ts";

/** Where discourse_docker is expected by all who help with it. */
const directory = "/var/discourse";

/** The launcher's own rule: with less for Docker than this it builds nothing. */
const leastFreeBytes = 5 * 1024 ** 3;

/** Seconds that a build may take besides its own: the forum is stopped before, for 10 minutes at most, and started after. */
const aroundSeconds = 900;

/** Arguments of what builds images. */
export interface DiscourseImageArgs {
  readonly host: Host;
  readonly options: LauncherOptions;
}

/** An image that is to be built. */
export interface Build {
  /** Its container, which gives the image and its file in `containers/` their names. */
  readonly container: string;
  readonly wanted: ImageWanted;
  /** Variables, secret or not, by which the build reaches the database and the Redis that are elsewhere. */
  readonly stores?: Readonly<Record<string, pulumi.Input<string>>>;
  /** Other containers that work with what is in this one, and so are stopped with it. */
  readonly users?: readonly string[];
}

/** The name that an image gets, with its tag, which stands for all that it is built from. */
export function imageName(container: string, wanted: ImageWanted): string {
  return `local_discourse/${container}:${imageId(wanted)}`;
}

/**
 * The images of a forum, built on its machine by the launcher of discourse_docker, which is a checkout at one commit there. Each
 * name holds an id of all that the image is built from, so whoever has it needs no build. Where the database is elsewhere, an
 * image is built beside the forum that serves; else that has to be stopped.
 */
export class DiscourseImage extends pulumi.ComponentResource {
  readonly #name: string;
  readonly #args: DiscourseImageArgs;

  constructor(name: string, args: DiscourseImageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("platform:discourse-image:DiscourseImage", name, {}, opts);
    this.#name = name;
    this.#args = args;
    const { host, options } = args;
    const child = { parent: this };
    new Packages(`${name}-tools`, { host, packages: ["git"] }, child);
    new Script(
      `${name}-checkout`,
      {
        host,
        script: new URL("./checkout.sh", import.meta.url),
        values: { DIRECTORY: directory, REPOSITORY: options.repository, COMMIT: options.commit },
        state: { clean: true, commit: options.commit, detached: true },
      },
      child,
    );
    this.registerOutputs({});
  }

  /** Keeps an image; gives its name with its tag. */
  build({ container, wanted, stores = {}, users = [] }: Build): string {
    const name = wanted.part === undefined ? this.#name : `${this.#name}-${wanted.part}`;
    const { host, options } = this.#args;
    const child = { parent: this };
    const image = imageName(container, wanted);
    const path = `${directory}/containers/${container}.yml`;
    const content = pulumi.all(stores).apply(appText(wanted));
    const files = [{ path, content, mode: "0600" }];
    new ConfigSet(`${name}-file`, { host, files }, child);
    const kept = { DIRECTORY: directory, CONTAINER: container, IMAGE: image, USERS: users };
    const values = { ...kept, ...buildValues(wanted) };
    const { POSTGRES: postgres } = values;
    const state = { image, ...(postgres === "" ? {} : { postgres }) };
    const timeoutSeconds = 60 * options.minutes + aroundSeconds;
    new Script(`${name}-image`, { host, script: scripts, values, state, timeoutSeconds }, child);
    return image;
  }
}

const scripts = ["bootstrap", "postgres", "outcome", "build"].map(
  (file) => new URL(`./${file}.sh`, import.meta.url),
);

/** What the script of a build has to know of what is wanted. */
function buildValues({ options, shared, elsewhere, part }: ImageWanted) {
  const { plugins, minutes, postgres = defaultMajor, upgradePostgresFrom } = options;
  const beside = elsewhere !== undefined;
  const from = beside || upgradePostgresFrom === undefined ? "" : String(upgradePostgresFrom);
  return {
    SHARED: shared,
    PLUGINS: part === "data" ? [] : plugins.map(pluginName),
    MINUTES: String(minutes),
    FREE: String(leastFreeBytes),
    BESIDE: beside ? "yes" : "",
    POSTGRES: beside ? "" : String(postgres),
    UPGRADE_FROM: from,
  };
}
