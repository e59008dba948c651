import * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import {
  chain,
  ConfigSet,
  DataDirectory,
  onlyGiven,
  Service,
  type Site,
  type Watcher,
} from "../host/index.ts";
import { allocate } from "./allocation.ts";
import { instanceChecks } from "./checks.ts";
import { containerArgs, madeOf, networkArgs } from "./container.ts";
import {
  askRelay,
  awaitReady,
  before,
  handOver,
  keepSettings,
  watched,
  type FirstPasswords,
} from "./deployment.ts";
import { configurationOf, instanceFiles } from "./files.ts";
import type { GitLabMachine } from "./machine.ts";
import type { InstanceOptions } from "./options.ts";
import { containerName, directoryOf, program } from "./paths.ts";
import { instanceSites, namesOf, providerSites } from "./site.ts";

export { fleetFaults } from "./faults.ts";
export type { FleetFault, MachineOf } from "./written.ts";
export { GitLabMachine } from "./machine.ts";
export { InstanceOptions, instanceName } from "./options.ts";
export { firstPasswords, type FirstPasswords } from "./deployment.ts";
export { instanceSiteName };

/** What the site and the certificate of an instance are called. */
const instanceSiteName = containerName;

/** Arguments of an instance. */
export interface InstanceArgs {
  readonly machine: GitLabMachine;
  readonly passwords: FirstPasswords;
  /** What it is called in the configuration. */
  readonly instance: string;
  readonly options: InstanceOptions;
  /** Whether the provider's name has another certificate than the instance's other names, since those come with the customer's. */
  readonly apart?: boolean;
  /** Who watches it, if anybody does. */
  readonly watcher?: Watcher | undefined;
}

/**
 * A customer's GitLab EE in one container with a network of its own; its data lie in a directory of the host. Copies of them
 * are not yet made: `backups` is empty.
 */
export class Instance extends Service {
  /** Id of the running container. */
  readonly containerId: pulumi.Output<string>;
  /** The first password of its administrator, root; secret. */
  readonly rootPassword: pulumi.Output<string>;
  /** All names that its certificate has to hold, the one in the address bar first. */
  readonly names: readonly [string, ...string[]];
  /** The provider's name, where it is apart. */
  readonly providerSites: readonly Site[];
  /** How git reaches it over SSH. */
  readonly sshPort: number;

  constructor(name: string, args: InstanceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("platform:gitlab:Instance", name, opts);
    const { machine, passwords, instance, options, watcher, apart = false } = args;
    const { host, engine } = machine;
    const child = { parent: this };
    const allocation = allocate(instance, { slot: options.slot, sshPort: options.ssh.port });
    const deployed = { host, instance, options, allocation };
    const { quota, bootSeconds } = options;
    const place = { host, path: directoryOf(instance), mode: "0700" };
    new DataDirectory(`${name}-data`, { ...place, ...(quota ? { quota } : {}) }, child);
    const image = machine.image(options.image);
    askRelay(deployed, child);
    before(deployed, child);
    const told = watched(deployed);
    const quiet = watcher?.deployment(`${name}-unwatched`, "begin", told, child);
    const configuration = configurationOf(options, allocation);
    const files = instanceFiles(instance, options, allocation, configuration);
    const made = madeOf(instance, options, allocation);
    const reconfigure = [[program, "reconfigure", instance, made]] as const;
    const set = { host, files, activate: reconfigure, deactivate: [], commandSeconds: bootSeconds };
    new ConfigSet(`${name}-files`, set, { ...child, dependsOn: quiet ? [quiet] : [] });
    const trigger = { replacementTrigger: host.instance }; // on a machine made anew nothing is there
    const anew = { ...trigger, transformations: [onlyGiven()] };
    const network = new docker.Network(`${name}-network`, networkArgs(instance, allocation), {
      ...engine.after(this),
      ...anew,
    });
    const from = { image: image.imageId, network: network.name };
    const app = new docker.Container(
      `${name}-app`,
      containerArgs(instance, from, engine, options, allocation),
      { ...engine.after(this), ...anew },
    );
    chain(host, app);
    const ready = awaitReady(deployed, app.id, configuration, child);
    keepSettings(deployed, child);
    this.rootPassword = passwords(instance, options.passwordEdition);
    handOver(deployed, this.rootPassword, child);
    watcher?.deployment(`${name}-watched`, "end", told, { ...child, dependsOn: [ready] });

    this.containerId = app.id;
    this.names = namesOf(options, apart);
    this.providerSites = apart ? providerSites(instance, options) : [];
    this.sshPort = allocation.sshPort;
    this.sites = instanceSites(instance, options, allocation, apart);
    this.checks = instanceChecks(instance, options, allocation);
    const { containerId, sites, checks } = this;
    this.registerOutputs({ containerId, sites, checks });
  }
}
