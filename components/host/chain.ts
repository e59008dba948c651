import type * as pulumi from "@pulumi/pulumi";
import type { Host } from "./words.ts";

const lastOn = new WeakMap<Host, pulumi.Resource>();

/** The resource that was put on the host last; the next one waits for it. */
export function lastResource(host: Host): pulumi.Resource | undefined {
  return lastOn.get(host);
}

/** Makes what comes next on the host wait for this resource. */
export function chain(host: Host, resource: pulumi.Resource): void {
  lastOn.set(host, resource);
}

/** Options with which a resource waits for the host's last one, besides what the caller wants. */
export function chained(
  host: Host,
  opts: pulumi.CustomResourceOptions = {},
): pulumi.CustomResourceOptions {
  const last = lastOn.get(host);
  const wanted = opts.dependsOn === undefined ? [] : [opts.dependsOn].flat();
  return { ...opts, dependsOn: last ? [...(wanted as pulumi.Resource[]), last] : opts.dependsOn };
}
