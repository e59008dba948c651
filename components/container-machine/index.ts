import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import type { DockerEngine } from "../docker-engine/index.ts";
import { type Host, type HostOptions, madeHost, Script } from "../host/index.ts";
import { type ContainerOptions, published } from "./options.ts";

export { ContainerOptions } from "./options.ts";

/** The script that keeps a machine in a container, in parts. */
export const containerScripts = ["container.sh", "verbs.sh"].map(
  (name) => new URL(`./${name}`, import.meta.url),
);

/** Where the container runs, and how it is reached once it is there. */
export interface ContainerMachineArgs {
  /** The machine that it runs on, and its Docker. */
  readonly on: Host;
  readonly engine: DockerEngine;
  readonly options: ContainerOptions;
  readonly reach: HostOptions;
}

/**
 * A machine in a container of another machine's Docker, as the lab's are: for labs and trials, since whoever is root in it
 * is root on the other one, too. It is state there, as a virtual machine is; the container's id is its `instance`.
 */
export class ContainerMachine extends pulumi.ComponentResource {
  /** The machine; its `instance` is known when it has been made. */
  readonly host: Host;

  constructor(name: string, args: ContainerMachineArgs, opts?: pulumi.ComponentResourceOptions) {
    super("platform:container-machine:ContainerMachine", name, {}, opts);
    const { on, engine, options, reach } = args;
    const child = { parent: this };
    const key = new tls.PrivateKey(`${name}-host-key`, { algorithm: "ED25519" }, child);
    const hostKey = key.publicKeyOpenssh.apply((line) => line.trim());
    engine.loadImage(`${name}-image`, options.image, child);
    const ports = published(options.ports);
    const values = {
      MACHINE: name,
      IMAGE: options.image.name,
      HOST_KEY: hostKey,
      HOST_PRIVATE: key.privateKeyOpenssh,
      AUTHORIZED_KEYS: options.authorizedKeys,
      PORTS: ports,
      FOLDERS: options.folders,
    };
    const state = { autostart: true, ports, running: true };
    const machine = new Script(
      `${name}-machine`,
      { host: on, script: containerScripts, values, state },
      { ...child, protect: options.protect },
    );
    this.host = madeHost(name, reach, { hostKey, by: machine, protect: options.protect });
    this.registerOutputs({});
  }
}
