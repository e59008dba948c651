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

const makers = new WeakMap<Host, pulumi.Resource>();

/** Says which resource makes a machine: what is on it goes with it, and needs no removal of its own then. */
export function madeBy(host: Host, resource: pulumi.Resource): void {
  makers.set(host, resource);
}

/** The option by which a resource on a machine goes with it; none for a machine that was there. */
export function goesWith(host: Host): Pick<pulumi.CustomResourceOptions, "deletedWith"> {
  const deletedWith = makers.get(host);
  return deletedWith ? { deletedWith } : {};
}

/** Options with which a resource waits for the host's last one, besides what the caller wants. */
export function chained(
  host: Host,
  opts: pulumi.CustomResourceOptions = {},
): pulumi.CustomResourceOptions {
  const last = lastOn.get(host);
  const wanted = opts.dependsOn === undefined ? [] : [opts.dependsOn].flat();
  return {
    ...goesWith(host),
    ...opts,
    dependsOn: last ? [...(wanted as pulumi.Resource[]), last] : opts.dependsOn,
  };
}
