import { bytes, sizeOf, type Size as Amount } from "../../formats/size.ts";

/** The plans by name, the smallest first. */
export const planNames = ["S", "M", "L", "XL"] as const;

/** A plan's name. */
export type PlanName = (typeof planNames)[number];

/** What an instance gets, and how GitLab divides it. Nothing of it is left to be detected: GitLab would see the machine's. */
export interface Size {
  /** How many people it is for. */
  readonly users: number;
  readonly cpus: number;
  /** The container's limit, of memory and swap together. */
  readonly memoryBytes: number;
  /** Puma's workers. */
  readonly puma: number;
  /** Sidekiq's threads. */
  readonly sidekiq: number;
  /** PostgreSQL's shared_buffers. */
  readonly sharedBuffersBytes: number;
  /** What repositories, uploads, the database and logs may take. */
  readonly diskBytes: number;
  /** The container's /dev/shm, where metrics of the processes lie. */
  readonly shmBytes: number;
  /** Most processes and threads of the container. */
  readonly pids: number;
}

/** The plans. The largest is what the vendor says of one machine: 1,000 users, 20 requests in a second. */
export const plans: Readonly<Record<PlanName, Size>> = {
  S: size(20, 2, "8 GiB", { puma: 2, sidekiq: 10, buffers: "512 MiB", disk: "40 GiB" }),
  M: size(100, 4, "12 GiB", { puma: 3, sidekiq: 15, buffers: "1 GiB", disk: "100 GiB" }),
  L: size(500, 8, "16 GiB", { puma: 5, sidekiq: 20, buffers: "2 GiB", disk: "250 GiB" }),
  XL: size(1000, 8, "24 GiB", { puma: 8, sidekiq: 20, buffers: "4 GiB", disk: "500 GiB" }),
};

interface Division {
  readonly puma: number;
  readonly sidekiq: number;
  readonly buffers: Amount;
  readonly disk: Amount;
}

function size(users: number, cpus: number, memory: Amount, of: Division): Size {
  const { puma, sidekiq, buffers, disk } = of;
  return {
    ...{ users, cpus, puma, sidekiq, pids: 8192 },
    memoryBytes: bytes(memory),
    sharedBuffersBytes: bytes(buffers),
    diskBytes: bytes(disk),
    shmBytes: bytes("256 MiB"),
  };
}

/** Memory after which a worker of Puma is replaced; the vendor's own figure. */
export const workerMemory: Amount = "1200 MiB";

/** Whether GitLab's own Prometheus and its exporters run: not on the smallest, where the machine's monitoring has to do. */
export function watchesItself({ memoryBytes }: Size): boolean {
  return memoryBytes >= bytes("12 GiB");
}

/** What an instance needs, and for what. */
export interface Budget {
  /** In bytes. */
  readonly needed: number;
  readonly parts: readonly { readonly what: string; readonly bytes: number }[];
}

/** How much memory an instance needs at least, part by part. */
export function budget(of: Size): Budget {
  const parts = [
    { what: "Gitaly, Workhorse, Redis, nginx and the rest", bytes: bytes("1536 MiB") },
    { what: `${of.puma} workers of Puma`, bytes: of.puma * bytes(workerMemory) },
    { what: "Sidekiq", bytes: bytes("1536 MiB") },
    { what: "PostgreSQL's shared buffers", bytes: of.sharedBuffersBytes },
    { what: "shared memory", bytes: of.shmBytes },
    { what: "a command of gitlab-rails or a backup", bytes: bytes("1 GiB") },
    { what: "cached files", bytes: bytes("512 MiB") },
    ...(watchesItself(of) ? [{ what: "Prometheus and exporters", bytes: bytes("300 MiB") }] : []),
  ];
  return { needed: parts.reduce((sum, part) => sum + part.bytes, 0), parts };
}

/** Why an instance of this size cannot work, one reason; undefined when it can. */
export function planProblem(of: Size): string | undefined {
  return limits(of) ?? divided(of) ?? tooLittle(of);
}

function limits({
  users,
  sharedBuffersBytes,
  shmBytes,
  pids,
  diskBytes,
}: Size): string | undefined {
  if (users > 1000) {
    return (
      `is for ${users} users, and one container ends at 1000: more need several machines, for which ` +
      "the vendor has reference architectures (docs/gitlab.md)"
    );
  }
  if (sharedBuffersBytes < bytes("256 MiB")) return "has shared buffers below 256 MiB";
  if (shmBytes < bytes("256 MiB")) return "has shared memory below 256 MiB, where metrics are lost";
  if (pids < 4096) return `allows ${pids} processes and threads, and GitLab needs 4096`;
  if (diskBytes < bytes("20 GiB")) return "has a disk below 20 GiB";
  return undefined;
}

function divided({ users, cpus, puma, sidekiq, memoryBytes, sharedBuffersBytes }: Size) {
  if (puma < 2) {
    return `has fewer than 2 workers of Puma (${puma}): one request that takes long would stop all others`;
  }
  if (puma > Math.max(2, cpus)) return `has ${puma} workers of Puma on ${cpus} processors`;
  const name = planNames.find((one) => plans[one].users >= users) ?? "XL";
  const least = plans[name].puma;
  if (puma < least) {
    return `has ${puma} workers of Puma for ${users} users, and the plan ${name}, which is for so many, has ${least}`;
  }
  if (sidekiq < 5 || sidekiq > 20) {
    return `has ${sidekiq} threads of Sidekiq: one process takes 5 to 20`;
  }
  if (sharedBuffersBytes > memoryBytes / 4) {
    return "has shared buffers of more than a quarter of its memory";
  }
  return undefined;
}

function tooLittle(of: Size): string | undefined {
  const { needed, parts } = budget(of);
  if (needed <= of.memoryBytes) return undefined;
  const sum = parts.map((part) => `${sizeOf(part.bytes)} for ${part.what}`).join(", ");
  return `has ${sizeOf(of.memoryBytes)} of memory and needs ${sizeOf(needed)}: ${sum}`;
}

/** What a machine has; what is absent is not asked. */
export interface Machine {
  readonly memoryBytes?: number | undefined;
  readonly cpus?: number | undefined;
}

/** What the system, nginx, Docker and what monitors them need beside the instances. */
const besides = bytes("1 GiB");

/**
 * Why instances of these sizes do not fit on one machine, one reason; undefined when they do. They share processors in time,
 * so that only the largest number has to be there; memory is nobody else's.
 */
export function hostProblem(sizes: readonly Size[], machine: Machine): string | undefined {
  const { memoryBytes, cpus } = machine;
  const most = Math.max(0, ...sizes.map((one) => one.cpus));
  if (cpus !== undefined && most > cpus) {
    return `has ${cpus} processors, and an instance on it has ${most}`;
  }
  const sum = sizes.reduce((all, one) => all + one.memoryBytes, 0) + besides;
  if (memoryBytes === undefined || sizes.length === 0 || sum <= memoryBytes) return undefined;
  const each = sizes.map((one) => sizeOf(one.memoryBytes)).join(" + ");
  return `has ${sizeOf(memoryBytes)} of memory, and needs ${sizeOf(sum)}: ${each} for its instances, ${sizeOf(besides)} for itself`;
}
