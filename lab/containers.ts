import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { privilegeFlags } from "./capabilities.ts";
import type { Release } from "./images/apt.ts";

/** What makes a machine. */
export interface MachineSpec {
  /** Also its host name. */
  readonly name: string;
  /** A loopback address of its own (127.x.y.z), on which its ports are published. */
  readonly address: string;
  /** The folder of the lab, absolute: keys, archives, logs. */
  readonly labDir: string;
  /** A folder of image archives, absolute; the machine sees it at /var/lib/platform/images. */
  readonly images?: string;
  /** `bookworm` by default. */
  readonly release?: Release;
  /** Debian packages that its image has besides the usual ones; none by default. */
  readonly packages?: readonly string[];
  /** Begins the container's name; `platform-lab` by default. */
  readonly prefix?: string;
}

/** The labels by which a lab finds what it made. */
export const labels = {
  lab: "community-platform.lab",
  machine: "community-platform.machine",
  spec: "community-platform.spec",
} as const;

const ports = [22, 80, 443];

/** Where a machine sees the archives of images that it may load. */
export const imagesPath = "/var/lib/platform/images";

/** The container that is a machine. */
export function containerName({ name, prefix }: Pick<MachineSpec, "name" | "prefix">): string {
  return `${prefix ?? "platform-lab"}-${name}`;
}

/** An id of all that cannot be changed in a machine once it is made. */
export function specId(spec: MachineSpec, publicKeys: readonly string[]): string {
  const { address, images = "", release = "bookworm", packages = [] } = spec;
  return createHash("sha256")
    .update(JSON.stringify([address, ports, images, release, publicKeys, ...packages]))
    .digest("hex")
    .slice(0, 12);
}

/** The flags of `docker create` for a machine, fit for the daemon of this computer. */
export async function createArguments(spec: MachineSpec, id: string): Promise<string[]> {
  const pid = (await readFile("/run/docker.pid", "utf8").catch(() => "self")).trim();
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  const last = Number(await readFile("/proc/sys/kernel/cap_last_cap", "utf8"));
  const ipv6 = existsSync("/proc/sys/net/ipv6");
  return [...machineFlags(spec, id, ipv6), ...privilegeFlags(status, last)];
}

/** The flags that make a container behave as a machine, without those for its privileges. */
export function machineFlags(spec: MachineSpec, id: string, ipv6: boolean): string[] {
  return [
    `--name=${containerName(spec)}`,
    `--hostname=${spec.name}`,
    `--label=${labels.lab}=${spec.labDir}`,
    `--label=${labels.machine}=${spec.name}`,
    `--label=${labels.spec}=${id}`,
    "--stop-signal=SIGRTMIN+3", // the power button
    "--tty", // systemd says on the console how it boots: `docker logs`
    "--cgroupns=host", // with a private one, Docker inside fails on cgroup v1
    "--volume=/sys/fs/cgroup:/sys/fs/cgroup:rw",
    "--tmpfs=/run:exec,mode=0755",
    "--tmpfs=/tmp:exec,mode=1777",
    "--volume=/var/lib/docker", // overlay2 cannot lie on an overlay
    ...(spec.images === undefined ? [] : [`--volume=${spec.images}:${imagesPath}:ro`]),
    ...ports.map((port) => `--publish=${spec.address}:${port}:${port}`),
    ...(ipv6 ? ["--sysctl=net.ipv6.conf.all.disable_ipv6=0"] : []), // Docker turns it off, even ::1
  ];
}
