import { bytes, type Size } from "../../formats/size.ts";

/**
 * Memory in whole GB, as Discourse's wizard counts it: decimal, rounded down; a machine with a little less than one has one
 * (discourse_docker, image/setup_wizard, system_checks.rb).
 */
export function gigabytes(memory: Size): number {
  const megabytes = Math.floor(bytes(memory) / 1e6);
  return megabytes >= 990 && megabytes < 1000 ? 1 : Math.floor(megabytes / 1000);
}

/**
 * PostgreSQL's shared buffers for a machine with that memory, by the wizard's rule (resource_scaler.rb): 128 MB with up to
 * 1 GB, 256 MB with 2 GB, then 256 MB for each GB, 4096 MB at most.
 */
export function sharedBuffers(memory: Size): string {
  const memoryGb = gigabytes(memory);
  if (memoryGb <= 2) return memoryGb === 2 ? "256MB" : "128MB";
  return `${Math.min(256 * memoryGb, 4096)}MB`;
}

/**
 * How many web workers a machine with that memory and so many processors gets, by the wizard's rule: two for each GB with
 * up to 2 GB, else two for each processor, 1 to 8. The wizard counts a processor with two threads twice; this does not.
 */
export function webWorkers(memory: Size, cores: number): number {
  const memoryGb = gigabytes(memory);
  const workers = 2 * (memoryGb <= 2 ? memoryGb : cores);
  return Math.min(Math.max(workers, 1), 8);
}
