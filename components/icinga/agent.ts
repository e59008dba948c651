import type * as pulumi from "@pulumi/pulumi";
import { type Check, ConfigSet, type Host, Packages, Service, Unit } from "../host/index.ts";
import type { MonitoringAuthority } from "./authority.ts";
import { Drift } from "./drift.ts";
import { machineChecks, reachedChecks } from "./checks.ts";
import { certificates, liveProbe, nodePackages } from "./node.ts";
import type { IcingaOptions } from "./options.ts";
import { agentAbsent, agentFiles, agentListen, pluginsProbe } from "./remote.ts";
import { forgetUpdates, systemFiles } from "./system.ts";

/** Arguments of an agent. */
export interface IcingaAgentArgs {
  readonly host: Host;
  /** That of the master, which it knows by it. */
  readonly authority: MonitoringAuthority;
  readonly options: IcingaOptions;
  /** All checks of the stack; those of other machines, and those from outside, are not its business. */
  readonly checks: readonly Check[];
}

/**
 * Icinga 2 on a machine that is monitored. It connects to the master, takes no configuration from it, and runs for it what
 * stands in its own files, word for word.
 */
export class IcingaAgent extends Service {
  /** What its machine is called in Icinga. */
  readonly node: string;

  constructor(name: string, args: IcingaAgentArgs, opts?: pulumi.ComponentResourceOptions) {
    super("platform:icinga:IcingaAgent", name, opts);
    const { host, authority, options } = args;
    const child = { parent: this };
    const drift = new Drift(`${name}-drift`, { host }, child);
    const own = [...machineChecks(name, host.name, agentListen), ...drift.checks];
    this.checks = [...own, ...reachedChecks(name, host)];
    const wanted = args.checks.filter((one) => one.host === host.name && one.from === "inside");
    const checks = [...wanted, ...own];
    const node = (this.node = host.name);
    const packages = new Packages(
      `${name}-packages`,
      { host, ...nodePackages(options, host.release) },
      child,
    );
    const { files, id } = agentFiles({ node, monitor: options.host, options, checks });
    const as = `${certificates}/${node}`;
    const ready = liveProbe({ node, id, listen: agentListen, as });
    new ConfigSet(
      `${name}-files`,
      {
        host,
        files: [...files, ...systemFiles(), ...authority.nodeFiles(`${name}-node`, node, child)],
        absent: agentAbsent,
        validate: [["icinga2", "daemon", "-C"], pluginsProbe(checks)],
        activate: [["systemctl", "reload-or-restart", "icinga2"]],
        deactivate: [["systemctl", "try-reload-or-restart", "icinga2"], forgetUpdates],
        probe: [ready],
      },
      child,
    );
    new Unit(`${name}-unit`, { host, unit: "icinga2.service", ready, packages }, child);
    this.registerOutputs({ checks: this.checks });
  }
}
