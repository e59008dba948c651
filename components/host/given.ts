import type * as pulumi from "@pulumi/pulumi";

/**
 * Registers a resource of the SDK with the properties that are given and the outputs that are named, and no others. For each that
 * it has, set or not, the SDK makes an Output of four promises, and a Docker container has 78, which a fleet's program
 * feels (docs/benchmarks.md). What is not named is undefined then, whatever its type says; `id` and `urn` are always there.
 */
export function onlyGiven(...outputs: readonly string[]): pulumi.ResourceTransformation {
  return ({ props, opts }) => ({
    props: Object.fromEntries(
      Object.entries(props).filter(
        ([name, value]) => value !== undefined || outputs.includes(name),
      ),
    ),
    opts,
  });
}
