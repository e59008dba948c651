import * as docker from "@pulumi/docker";
import type { DockerEngine, ImageOptions } from "../docker-engine/index.ts";
import { ConfigSet, Packages, RemoteScript, Service, Unit, type Host } from "../host/index.ts";
import type { InstanceOptions } from "./options.ts";
import { questions } from "./questions.ts";
import { timer, watchFiles } from "./watch.ts";

/** Arguments of what the instances of a machine share. */
export interface GitLabMachineArgs {
  readonly host: Host;
  readonly engine: DockerEngine;
  /** All instances of the machine by name. */
  readonly instances: Readonly<Record<string, InstanceOptions>>;
}

/**
 * What the instances of a machine share: programs, a timer that has all of them looked into, questions to the machine, and the
 * images that they run from.
 */
export class GitLabMachine extends Service {
  readonly host: Host;
  readonly engine: DockerEngine;
  readonly #name: string;
  readonly #images = new Map<string, docker.RemoteImage>();

  constructor(name: string, { host, engine, instances }: GitLabMachineArgs) {
    super("platform:gitlab:GitLabMachine", name);
    this.#name = name;
    this.host = host;
    this.engine = engine;
    const child = { parent: this };
    const packages = ["ca-certificates", "curl", "iproute2", "jq", "procps"];
    new Packages(`${name}-tools`, { host, packages }, child);
    const preflight = new URL("./preflight.sh", import.meta.url);
    const asked = { host, script: preflight, values: questions(Object.entries(instances)) };
    new RemoteScript(`${name}-preflight`, asked, child);
    const activate = [["systemctl", "daemon-reload"]] as const;
    new ConfigSet(`${name}-watch`, { host, files: watchFiles(), activate }, child);
    const ready = ["systemctl", "is-active", "--quiet", timer] as const;
    new Unit(`${name}-watch-timer`, { host, unit: timer, ready }, child);
    this.registerOutputs({});
  }

  /** An image in the machine's engine, once however many run from it; one that nobody wants any more stays there. */
  image({ name, archive }: ImageOptions): docker.RemoteImage {
    const known = this.#images.get(name);
    if (known) return known;
    this.engine.loadImage(`${this.#name}-archive-${name}`, { name, archive }, { parent: this });
    const image = new docker.RemoteImage(
      `${this.#name}-image-${name}`,
      { name, keepLocally: true },
      { ...this.engine.after(this), replacementTrigger: this.host.instance }, // on one made anew nothing is there
    );
    this.#images.set(name, image);
    return image;
  }
}
