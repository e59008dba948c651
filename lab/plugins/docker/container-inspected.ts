/** The parts of the daemon's description of a container that are read back. */
export interface Inspected {
  Id: string;
  Name: string;
  Image: string;
  Platform: string;
  State: { Running: boolean; ExitCode: number; Health?: { Status: string } };
  Config: {
    Image: string;
    Hostname: string;
    Domainname: string;
    Cmd: string[] | null;
    Entrypoint: string[] | null;
    User: string;
    WorkingDir: string;
    StopSignal?: string;
    StopTimeout?: number;
    Tty: boolean;
    OpenStdin: boolean;
    Healthcheck?: {
      Test?: string[];
      Interval?: number;
      Timeout?: number;
      StartPeriod?: number;
      StartInterval?: number;
      Retries?: number;
    };
  };
  HostConfig: {
    AutoRemove: boolean;
    CapAdd: string[] | null;
    CapDrop: string[] | null;
    CpuShares: number;
    CpusetCpus: string;
    Dns: string[] | null;
    DnsOptions: string[] | null;
    DnsSearch: string[] | null;
    GroupAdd: string[] | null;
    Init?: boolean | null;
    IpcMode: string;
    LogConfig: { Type: string; Config: Record<string, string> | null };
    Memory: number;
    MemoryReservation: number;
    MemorySwap: number;
    Mounts?: { Type: string; Source: string; Target: string; ReadOnly?: boolean }[];
    NanoCpus: number;
    NetworkMode: string;
    Privileged: boolean;
    PublishAllPorts: boolean;
    ReadonlyRootfs: boolean;
    RestartPolicy: { Name: string; MaximumRetryCount: number };
    Runtime: string;
    SecurityOpt: string[] | null;
    ShmSize: number;
    StorageOpt?: Record<string, string> | null;
    Sysctls?: Record<string, string> | null;
    Tmpfs?: Record<string, string> | null;
    Ulimits: { Name: string; Soft: number; Hard: number }[] | null;
    UsernsMode: string;
  };
  NetworkSettings: {
    Bridge?: string;
    Ports: Record<string, { HostIp: string; HostPort: string }[] | null> | null;
    Networks: Record<string, Endpoint> | null;
  };
}

interface Endpoint {
  IPAddress: string;
  IPPrefixLen: number;
  Gateway: string;
  GlobalIPv6Address: string;
  GlobalIPv6PrefixLen: number;
  IPv6Gateway: string;
  MacAddress: string;
}
