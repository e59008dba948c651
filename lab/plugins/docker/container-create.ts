import {
  isObject,
  type Properties,
  text,
  UNKNOWN,
  type Value,
} from "../../../provider/grpc/values.ts";

const MIB = 1024 * 1024;
const unitsInNanoseconds = { h: 3.6e12, m: 6e10, s: 1e9, ms: 1e6, us: 1e3, µs: 1e3, ns: 1 };

/** The body of the call that creates a container, from its planned properties. */
export function createBody(planned: Properties): object {
  const given = Object.fromEntries(
    Object.entries(planned).filter(([, value]) => value !== UNKNOWN && value !== null),
  );
  return {
    Image: given["image"],
    Hostname: given["hostname"],
    Domainname: given["domainname"],
    Env: given["envs"],
    Cmd: given["command"],
    Entrypoint: given["entrypoints"],
    User: given["user"],
    WorkingDir: given["workingDir"],
    StopSignal: given["stopSignal"],
    StopTimeout: given["stopTimeout"],
    Labels: labelsOf(given["labels"]),
    Healthcheck: healthcheck(given["healthcheck"]),
    ExposedPorts: Object.fromEntries(objects(given["ports"]).map((port) => [portKey(port), {}])),
    Volumes: Object.fromEntries(
      objects(given["volumes"]).map((volume) => [text(volume["containerPath"]), {}]),
    ),
    HostConfig: hostConfig(given),
  };
}

function hostConfig(given: Properties): object {
  const bindings: Record<string, object[]> = {};
  for (const port of objects(given["ports"])) {
    const external = port["external"];
    const HostPort = typeof external === "number" ? String(external) : "";
    (bindings[portKey(port)] ??= []).push({ HostIp: port["ip"], HostPort });
  }
  const capabilities = isObject(given["capabilities"]) ? given["capabilities"] : {};
  const cpus = text(given["cpus"]);
  return {
    ...resources(given),
    Binds: objects(given["volumes"]).flatMap(bind),
    CapAdd: capabilities["adds"],
    CapDrop: capabilities["drops"],
    Init: given["init"] ?? false,
    LogConfig: { Type: text(given["logDriver"]), Config: given["logOpts"] ?? {} },
    Mounts: objects(given["mounts"]).map((mount) => ({
      Type: mount["type"],
      Source: mount["source"],
      Target: mount["target"],
      ReadOnly: mount["readOnly"] ?? false,
    })),
    NanoCpus: cpus === "" ? undefined : Math.round(Number(cpus) * 1e9),
    NetworkMode: given["networkMode"],
    PortBindings: bindings,
    RestartPolicy: { Name: given["restart"], MaximumRetryCount: 0 },
    SecurityOpt: given["securityOpts"],
    ShmSize: megabytes(given["shmSize"]),
    Tmpfs: given["tmpfs"],
    Ulimits: objects(given["ulimits"]).map(({ name, soft, hard }) => ({
      Name: name,
      Soft: soft,
      Hard: hard,
    })),
  };
}

/** The limits that can change while a container runs; the daemon wants bytes. */
export function resources(properties: Properties): object {
  return {
    Memory: megabytes(properties["memory"]),
    MemorySwap: megabytes(properties["memorySwap"]),
  };
}

/** The endpoint of a container in a network. */
export function endpointConfig(network: Properties): object {
  return {
    Aliases: network["aliases"],
    IPAMConfig: { IPv4Address: network["ipv4Address"], IPv6Address: network["ipv6Address"] },
  };
}

/** Labels as the daemon has them, from the list of the inputs. */
export function labelsOf(labels: Value | undefined): Record<string, string> {
  return Object.fromEntries(objects(labels).map((one) => [text(one["label"]), text(one["value"])]));
}

/** The objects in a list; nothing for anything else. */
export function objects(value: Value | undefined): Properties[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function megabytes(value: Value | undefined): number | undefined {
  if (typeof value !== "number" || value === 0) return undefined;
  return value < 0 ? value : value * MIB;
}

function portKey(port: Properties): string {
  return `${Number(port["internal"])}/${text(port["protocol"])}`;
}

function bind(volume: Properties): string[] {
  const source = text(volume["hostPath"]) || text(volume["volumeName"]);
  if (source === "") return [];
  return [
    `${source}:${text(volume["containerPath"])}:${volume["readOnly"] === true ? "ro" : "rw"}`,
  ];
}

function healthcheck(check: Value | undefined): object | undefined {
  if (!isObject(check)) return undefined;
  return {
    Test: check["tests"],
    Interval: nanoseconds(check["interval"]),
    Timeout: nanoseconds(check["timeout"]),
    StartPeriod: nanoseconds(check["startPeriod"]),
    StartInterval: nanoseconds(check["startInterval"]),
    Retries: check["retries"],
  };
}

/** A duration as Go writes it: "1m30s". */
function nanoseconds(duration: Value | undefined): number {
  const parts = text(duration).matchAll(/([\d.]+)(h|ms|m|s|us|µs|ns)/g);
  return [...parts].reduce((sum, [, amount, unit]) => {
    return sum + Number(amount) * unitsInNanoseconds[unit as keyof typeof unitsInNanoseconds];
  }, 0);
}
