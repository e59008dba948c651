import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { RemoteScript, type Host, type SiteDeployment } from "../host/index.ts";
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
): pulumi.Resource {
  const script = new URL("./deployment.sh", import.meta.url);
  const { change, secondsMax } = deploymentOf({ host, site, made, bootSeconds });
  const values = { STEP: step, SITE: site, SECONDS_MAX: String(secondsMax), CHANGE: change };
  return new RemoteScript(name, { host, script, values }, opts);
}

/** The same for who watches the site. */
export function deploymentOf({ host, site, made, bootSeconds }: Deployment): SiteDeployment {
  return { host, site, change: change(made), secondsMax: stopSeconds + bootSeconds + 60 };
}

/** A digest of what replaces a container. Docker changes its memory while it runs. */
function change(made: docker.ContainerArgs): pulumi.Output<string> {
  return pulumi.output({ ...made, memory: undefined, memorySwap: undefined }).apply(digest);
}
