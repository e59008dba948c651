import type * as pulumi from "@pulumi/pulumi";
import { ConfigSet, type Host, Packages, Service, Unit } from "../host/index.ts";
import { MonitoringAuthority } from "./authority.ts";
import {
  certificates,
  deployer,
  directory,
  icingaSource,
  liveProbe,
  masterFiles,
  ownChecks,
} from "./master.ts";
import type { IcingaOptions } from "./options.ts";

export { IcingaOptions } from "./options.ts";

/** Arguments of a monitoring machine. */
export interface IcingaArgs {
  readonly host: Host;
  readonly options: IcingaOptions;
}

/**
 * Icinga 2 as the master of its own zone, without a web interface. Its base is files that Icinga itself judges, and
 * certificates of the stack; nothing of it is made by `icinga2 node setup`, which does something else each time.
 */
export class Icinga extends Service {
  constructor(name: string, args: IcingaArgs, opts?: pulumi.ComponentResourceOptions) {
    super("platform:icinga:Icinga", name, opts);
    const { host, options } = args;
    const child = { parent: this };
    const authority = new MonitoringAuthority(`${name}-authority`, child);
    const node = authority.identity(`${name}-node`, host.name, child);
    const deploy = authority.identity(`${name}-deploy`, deployer, child);
    const packages = new Packages(
      `${name}-packages`,
      {
        host,
        packages: ["icinga2", "monitoring-plugins-basic", "curl", "jq", "openssl"],
        sources: options.source === "icinga" ? [icingaSource(host.release)] : [],
      },
      child,
    );
    const { files, id } = masterFiles(host.name, options);
    const own = { owner: "nagios:nagios" };
    new ConfigSet(
      `${name}-files`,
      {
        host,
        files: [
          ...files,
          { path: `${certificates}/ca.crt`, content: authority.certPem, ...own },
          { path: `${certificates}/${host.name}.crt`, content: node.certificate, ...own },
          { path: `${certificates}/${host.name}.key`, content: node.key, mode: "0600", ...own },
          { path: `${directory}/deploy.crt`, content: deploy.certificate },
          { path: `${directory}/deploy.key`, content: deploy.key, mode: "0600" },
        ],
        validate: [["icinga2", "daemon", "-C"]],
        activate: [["systemctl", "reload-or-restart", "icinga2"]],
        deactivate: [["systemctl", "try-reload-or-restart", "icinga2"]],
        probe: [liveProbe(host.name, id, options)],
      },
      child,
    );
    const ready = liveProbe(host.name, id, options);
    new Unit(`${name}-unit`, { host, unit: "icinga2.service", ready, packages }, child);
    this.checks = ownChecks(name, host.name, options);
    this.registerOutputs({ checks: this.checks });
  }
}
