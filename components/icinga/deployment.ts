import * as pulumi from "@pulumi/pulumi";
import { ConfigSet, type Host, Service, Unit } from "../host/index.ts";
import {
  deploymentCheck,
  deploymentFiles,
  deploymentService,
  deploymentTimer,
} from "./downtimes.ts";

/** Arguments of what knows the stack's deployments. */
export interface DeploymentsArgs {
  readonly host: Host;
  /** By which scripts speak with Icinga. */
  readonly api: Readonly<Record<string, string>>;
}

/** On the machine that monitors, what opens and ends downtimes for deployments, also for those that never came to their end. */
export class Deployments extends Service {
  constructor(
    name: string,
    { host, api }: DeploymentsArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("platform:icinga:Deployments", name, opts);
    const child = { parent: this };
    const stack = pulumi.getStack();
    const reload = [["systemctl", "daemon-reload"]] as const;
    const files = deploymentFiles(api, `${host.name}!${deploymentService(stack)}`);
    const loaded = { files, activate: reload, deactivate: reload };
    new ConfigSet(`${name}-files`, { host, ...loaded }, child);
    const ready = ["systemctl", "is-active", "-q", deploymentTimer] as const;
    new Unit(`${name}-timer`, { host, unit: deploymentTimer, ready }, child);
    this.checks = [deploymentCheck(name, host.name, stack)];
    this.registerOutputs({ checks: this.checks });
  }
}
