import * as pulumi from "@pulumi/pulumi";
import {
  ConfigSet,
  type Host,
  Packages,
  Script,
  Service,
  type SiteDeployment,
  Unit,
  type Watcher,
} from "../host/index.ts";
import { MonitoringAuthority } from "./authority.ts";
import { Deployments } from "./deployment.ts";
import { Drift } from "./drift.ts";
import { machineChecks, masterChecks, masterPlugins } from "./checks.ts";
import { deployer, directory, masterFiles } from "./master.ts";
import { liveProbe, nodePackages } from "./node.ts";
import { curlWords, notifyProgram, relayWords, secrets, sendmailProbe } from "./notifications.ts";
import type { NotifyOptions } from "./notify-options.ts";
import type { IcingaOptions } from "./options.ts";
import { apiValues } from "./package.ts";
import { peersFiles, peersReady, peersUnit, peersValidate } from "./peers.ts";
import { forgetUpdates, systemFiles } from "./system.ts";

export { IcingaAgent } from "./agent.ts";
export { IcingaOptions } from "./options.ts";
export { checkFaults, lint } from "./lint.ts";
export { StackChecks } from "./package.ts";

/** Arguments of a monitoring machine. */
export interface IcingaArgs {
  readonly host: Host;
  readonly options: IcingaOptions;
  /** The names of the machines that have an agent. */
  readonly agents: readonly string[];
}

/**
 * Icinga 2 as the master of its own zone, without a web interface. Its base is files that Icinga itself judges, and
 * certificates of the stack; nothing of it is made by `icinga2 node setup`, which does something else each time.
 */
export class Icinga extends Service implements Watcher {
  /** By which all machines with an agent are known. */
  readonly authority: MonitoringAuthority;
  /** Its machine. */
  readonly host: Host;

  constructor(name: string, args: IcingaArgs, opts?: pulumi.ComponentResourceOptions) {
    super("platform:icinga:Icinga", name, opts);
    const { host, options, agents } = args;
    this.host = host;
    const child = { parent: this };
    const drift = new Drift(`${name}-drift`, { host }, child);
    this.authority = new MonitoringAuthority(`${name}-authority`, child);
    const deploy = this.authority.identity(`${name}-deploy`, deployer, child);
    const packages = new Packages(
      `${name}-packages`,
      { host, ...nodePackages(options, host.release) },
      child,
    );
    const { files, id } = masterFiles(host.name, agents, options);
    const as = `${directory}/deploy`;
    const ready = liveProbe({ node: host.name, id, listen: options.listen, as });
    new ConfigSet(
      `${name}-files`,
      {
        host,
        files: [
          ...files,
          ...systemFiles(),
          ...masterPlugins(),
          ...this.authority.nodeFiles(`${name}-node`, host.name, child),
          { path: `${as}.crt`, content: deploy.certificate },
          { path: `${as}.key`, content: deploy.key, mode: "0600" },
        ],
        validate: [["icinga2", "daemon", "-C"]],
        activate: [["systemctl", "reload-or-restart", "icinga2"]],
        deactivate: [["systemctl", "try-reload-or-restart", "icinga2"], forgetUpdates],
        probe: [ready],
      },
      child,
    );
    if (options.notify) this.tell(`${name}-notify`, options.notify);
    new Unit(`${name}-unit`, { host, unit: "icinga2.service", ready, packages }, child);
    const api = apiValues(host.name, options);
    const deployments = new Deployments(`${name}-deployments`, { host, api }, child);
    if (options.peers) this.guard(name, options.peers);
    const own = [machineChecks, masterChecks].flatMap((of) => of(name, host.name, options.listen));
    this.checks = [...own, ...deployments.checks, ...drift.checks];
    this.registerOutputs({ checks: this.checks });
  }

  /** Keeps all but the peers from its port. */
  private guard(name: string, peers: readonly string[]): void {
    const [host, child] = [this.host, { parent: this }];
    const reload = ["systemctl", "daemon-reload"] as const;
    // Apart from the others, so that it goes after the unit, which takes the rules away by it.
    new Packages(`${name}-peers-packages`, { host, packages: ["nftables"] }, child);
    new ConfigSet(
      `${name}-peers`,
      {
        host,
        files: peersFiles(peers),
        validate: [peersValidate],
        activate: [reload, ["systemctl", "try-reload-or-restart", peersUnit]],
        deactivate: [reload],
      },
      child,
    );
    new Unit(`${name}-peers-unit`, { host, unit: peersUnit, ready: peersReady }, child);
  }

  /** Opens a downtime for a site's services before it is deployed, and ends it when they are green again. */
  deployment(
    name: string,
    step: "begin" | "end",
    { host, site, change, secondsMax }: SiteDeployment,
    opts: pulumi.CustomResourceOptions,
  ): pulumi.Resource {
    const script = new URL("./deployment.sh", import.meta.url);
    const what = { STEP: step, SITE: site, SITE_HOST: host.name };
    const values = { ...what, SECONDS_MAX: String(secondsMax), CHANGE: change };
    // A run that was broken off leaves a deployment without an end: the next one begins it again, and ends it.
    const args = { host: this.host, script, values, timeoutSeconds: 600 };
    return step === "begin"
      ? new Script(name, { ...args, state: { lapsed: false } }, opts)
      : new Script(name, { ...args, state: { ended: true } }, opts);
  }

  /** Puts there what tells people, and how it reaches them, which only Icinga itself may read. */
  private tell(name: string, { mail, webhook }: NotifyOptions) {
    const own = { mode: "0600", owner: "nagios:nagios" };
    const relay = mail?.relay;
    const relayed =
      relay &&
      pulumi.all([relay.user, relay.password]).apply((login) => relayWords(mail, relay, login));
    const posted = webhook?.url.apply((url) => curlWords({ url }));
    const files = [
      notifyProgram(),
      ...(relayed ? [{ path: secrets("mail"), content: relayed, ...own }] : []),
      ...(posted ? [{ path: secrets("webhook"), content: posted, ...own }] : []),
    ];
    const validate = mail && !relay ? [sendmailProbe] : [];
    new ConfigSet(name, { host: this.host, files, validate }, { parent: this });
  }
}
