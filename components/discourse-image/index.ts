import * as pulumi from "@pulumi/pulumi";
import { ConfigSet, type Host, Packages, Script } from "../host/index.ts";
import { appText, imageId, type ImageWanted } from "./app.ts";
import { pluginName } from "./plugins.ts";

export type { ImageWanted } from "./app.ts";
export { LauncherOptions } from "./options.ts";
export { pluginName } from "./plugins.ts";
export { webWorkers } from "./scaling.ts";
export { variable, variableValue } from "./values.ts";

/** Where discourse_docker is expected by all who help with it. */
const directory = "/var/discourse";

/** The launcher's own rule: with less for Docker than this it builds nothing. */
const leastFreeBytes = 5 * 1024 ** 3;

/** Seconds that a build may take besides its own: the forum is stopped before, for 10 minutes at most, and started after. */
const aroundSeconds = 900;

/** Arguments of an image. */
export interface DiscourseImageArgs {
  readonly host: Host;
  /** The forum's container, which gives the image and its file in `containers/` their names. */
  readonly container: string;
  readonly wanted: ImageWanted;
}

/** The name that an image gets, with its tag, which stands for all that it is built from. */
export function imageName(container: string, wanted: ImageWanted): string {
  return `local_discourse/${container}:${imageId(wanted)}`;
}

/**
 * A forum's image, built on its machine by the launcher of discourse_docker, which is a checkout at one commit there. Its name
 * holds an id of all that it is built from, so whoever has it needs no build.
 */
export class DiscourseImage extends pulumi.ComponentResource {
  /** The image's name with its tag. */
  readonly image: string;

  constructor(name: string, args: DiscourseImageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("platform:discourse-image:DiscourseImage", name, {}, opts);
    const { host, container, wanted } = args;
    const { repository, commit, plugins, minutes, postgres, upgradePostgresFrom } = wanted.options;
    const child = { parent: this };
    this.image = imageName(container, wanted);
    new Packages(`${name}-tools`, { host, packages: ["git"] }, child);
    new Script(
      `${name}-checkout`,
      {
        host,
        script: new URL("./checkout.sh", import.meta.url),
        values: { DIRECTORY: directory, REPOSITORY: repository, COMMIT: commit },
        state: { clean: true, commit, detached: true },
      },
      child,
    );
    const path = `${directory}/containers/${container}.yml`;
    const files = [{ path, content: appText(wanted), mode: "0600" }];
    new ConfigSet(`${name}-file`, { host, files }, child);
    new Script(
      `${name}-image`,
      {
        host,
        script: ["bootstrap.sh", "postgres.sh", "outcome.sh", "build.sh"].map(
          (file) => new URL(`./${file}`, import.meta.url),
        ),
        values: {
          DIRECTORY: directory,
          CONTAINER: container,
          IMAGE: this.image,
          SHARED: wanted.shared,
          PLUGINS: plugins.map(pluginName),
          MINUTES: String(minutes),
          FREE: String(leastFreeBytes),
          POSTGRES: String(postgres),
          UPGRADE_FROM: upgradePostgresFrom === undefined ? "" : String(upgradePostgresFrom),
        },
        state: { image: this.image, postgres: String(postgres) },
        timeoutSeconds: 60 * minutes + aroundSeconds,
      },
      child,
    );
    this.registerOutputs({});
  }
}
