import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { RemoteScript, type Host } from "../host/index.ts";
import { digest } from "./digest.ts";

/** Seconds that a container may take to stop, as Discourse's launcher has it. */
export const stopSeconds = 600;

/** What has to be known to close a site while its container is replaced. */
export interface Deployment {
  readonly host: Host;
  readonly site: string;
  /** What the container is made from. */
  readonly made: docker.ContainerArgs;
  /** Seconds that the new one may take until it answers. */
  readonly bootSeconds: number;
}

/**
 * Closes the site before its container is replaced (`begin`) and opens it when the new one answers (`end`). Both run
 * when what the container is made from changes, and only then.
 */
export function deploymentStep(
  name: string,
  step: "begin" | "end",
  { host, site, made, bootSeconds }: Deployment,
  opts: pulumi.CustomResourceOptions,
): void {
  const script = new URL("./deployment.sh", import.meta.url);
  const secondsMax = String(stopSeconds + bootSeconds + 60);
  const values = { STEP: step, SITE: site, SECONDS_MAX: secondsMax, CHANGE: change(made) };
  new RemoteScript(name, { host, script, values }, opts);
}

/** A digest of what replaces a container. Docker changes its memory while it runs. */
function change(made: docker.ContainerArgs): pulumi.Output<string> {
  return pulumi.output({ ...made, memory: undefined, memorySwap: undefined }).apply(digest);
}
