import type * as pulumi from "@pulumi/pulumi";
import { ConfigSet, type Host, Service, Unit } from "../host/index.ts";
import { driftCheck, driftFiles, driftTimer } from "./comparison.ts";

/** Compares a machine with how the platform left it, a few times an hour. */
export class Drift extends Service {
  constructor(
    name: string,
    { host }: { readonly host: Host },
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("platform:icinga:Drift", name, opts);
    const child = { parent: this };
    const reload = [["systemctl", "daemon-reload"]] as const;
    new ConfigSet(
      `${name}-files`,
      { host, files: driftFiles(), activate: reload, deactivate: reload },
      child,
    );
    const ready = ["systemctl", "is-active", "-q", driftTimer] as const;
    new Unit(`${name}-timer`, { host, unit: driftTimer, ready }, child);
    this.checks = [driftCheck(name, host.name)];
    this.registerOutputs({ checks: this.checks });
  }
}
