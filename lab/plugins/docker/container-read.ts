import type { Properties, Value } from "../../../provider/grpc/values.ts";
import type { Inspected } from "./container-inspected.ts";
import { isEmpty } from "./schema.ts";

const MIB = 1024 * 1024;

/** What the daemon tells of a container; `state` decides on what is only read if it was set. */
export function containerValues(inspected: Inspected, state: Properties): Properties {
  return {
    ...configValues(inspected, state),
    ...hostValues(inspected, state),
    ...networkValues(inspected, state),
    ...(inspected.State.Running ? {} : stoppedValues(inspected, state)),
  };
}

/** A stopped container that has to run reads as one that need not, which an update mends. */
function stoppedValues({ State }: Inspected, state: Properties): Properties {
  return { exitCode: State.ExitCode, ...(state["mustRun"] === true ? { mustRun: false } : {}) };
}

function configValues({ Name, Image, Platform, Config }: Inspected, state: Properties): Properties {
  const image = state["image"];
  const byId = typeof image === "string" && image.startsWith("sha256:");
  const check = Config.Healthcheck;
  return {
    name: Name.replace(/^\/+/, ""),
    image: byId ? Image : Config.Image,
    platform: Platform,
    hostname: Config.Hostname,
    domainname: Config.Domainname,
    command: Config.Cmd ?? [],
    entrypoints: Config.Entrypoint ?? [],
    user: Config.User,
    workingDir: Config.WorkingDir,
    stopSignal: Config.StopSignal ?? "",
    stopTimeout: Config.StopTimeout ?? 0,
    tty: Config.Tty,
    stdinOpen: Config.OpenStdin,
    ...(check && {
      healthcheck: {
        tests: check.Test ?? [],
        interval: duration(check.Interval),
        timeout: duration(check.Timeout),
        startPeriod: duration(check.StartPeriod),
        startInterval: duration(check.StartInterval),
        retries: check.Retries ?? 0,
      },
    }),
  };
}

function hostValues({ HostConfig: host }: Inspected, state: Properties): Properties {
  const adds = host.CapAdd ?? [];
  const drops = host.CapDrop ?? [];
  return {
    ...(adds.length + drops.length > 0 ? { capabilities: { adds, drops } } : {}),
    ...(host.NanoCpus > 0 ? { cpus: String(host.NanoCpus / 1e9) } : {}),
    ...(isEmpty(state["ulimits"]) ? {} : { ulimits: (host.Ulimits ?? []).map(ulimit) }),
    cpuSet: host.CpusetCpus,
    cpuShares: host.CpuShares,
    dns: host.Dns ?? [],
    dnsOpts: host.DnsOptions ?? [],
    dnsSearches: host.DnsSearch ?? [],
    groupAdds: host.GroupAdd ?? [],
    init: host.Init ?? false,
    ipcMode: host.IpcMode,
    logDriver: host.LogConfig.Type,
    logOpts: isEmpty(state["logOpts"]) ? {} : (host.LogConfig.Config ?? {}),
    maxRetryCount: host.RestartPolicy.MaximumRetryCount,
    memory: megabytes(host.Memory),
    memoryReservation: megabytes(host.MemoryReservation),
    memorySwap: megabytes(host.MemorySwap),
    mounts: (host.Mounts ?? []).map(({ Type, Source, Target, ReadOnly }) => ({
      bindOptions: null,
      readOnly: ReadOnly ?? false,
      source: Source,
      target: Target,
      tmpfsOptions: null,
      type: Type,
      volumeOptions: null,
    })),
    networkMode: host.NetworkMode,
    privileged: host.Privileged,
    publishAllPorts: host.PublishAllPorts,
    readOnly: host.ReadonlyRootfs,
    restart: host.RestartPolicy.Name,
    rm: host.AutoRemove,
    runtime: host.Runtime,
    securityOpts: host.SecurityOpt ?? [],
    shmSize: megabytes(host.ShmSize),
    storageOpts: host.StorageOpt ?? {},
    sysctls: host.Sysctls ?? {},
    tmpfs: host.Tmpfs ?? {},
    usernsMode: host.UsernsMode,
  };
}

function networkValues({ State, NetworkSettings: net }: Inspected, state: Properties): Properties {
  const portsMatter = !isEmpty(state["ports"]) && (State.Running || state["mustRun"] === true);
  return {
    bridge: net.Bridge ?? "",
    networkDatas: Object.entries(net.Networks ?? {}).map(([networkName, endpoint]) => ({
      gateway: endpoint.Gateway,
      globalIpv6Address: endpoint.GlobalIPv6Address,
      globalIpv6PrefixLength: endpoint.GlobalIPv6PrefixLen,
      ipAddress: endpoint.IPAddress,
      ipPrefixLength: endpoint.IPPrefixLen,
      ipv6Gateway: endpoint.IPv6Gateway,
      macAddress: endpoint.MacAddress,
      networkName,
    })),
    ...(portsMatter ? { ports: portsOf(net.Ports) } : {}),
  };
}

function portsOf(ports: Inspected["NetworkSettings"]["Ports"]): Value {
  const named = Object.entries(ports ?? {}).map(([key, bindings]) => {
    const [internal, protocol] = key.split("/");
    return { internal: Number(internal), protocol: protocol ?? "tcp", bindings: bindings ?? [] };
  });
  const sorted = named.sort(
    (one, other) =>
      one.internal - other.internal || one.protocol.localeCompare(other.protocol, "en"),
  );
  return sorted.flatMap(({ internal, protocol, bindings }) =>
    bindings.map(({ HostIp, HostPort }) => ({
      external: Number(HostPort),
      internal,
      ip: HostIp,
      protocol,
    })),
  );
}

function ulimit({ Name, Soft, Hard }: { Name: string; Soft: number; Hard: number }): Properties {
  return { hard: Hard, name: Name, soft: Soft };
}

function megabytes(bytes: number): number {
  return bytes > 0 ? Math.trunc(bytes / MIB) : bytes;
}

/** Nanoseconds as Go writes a duration: "5s", "1m30s", "1.5s", "0s". */
function duration(nanoseconds = 0): string {
  const seconds = nanoseconds / 1e9;
  if (seconds > 0 && seconds < 1) return `${nanoseconds / 1e6}ms`;
  const [hours, minutes] = [Math.trunc(seconds / 3600), Math.trunc(seconds / 60) % 60];
  const rest = `${Number((seconds % 60).toFixed(9))}s`;
  if (hours > 0) return `${hours}h${minutes}m${rest}`;
  return minutes > 0 ? `${minutes}m${rest}` : rest;
}
