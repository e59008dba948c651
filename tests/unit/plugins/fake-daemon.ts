import type { Daemon } from "../../../lab/plugins/docker/daemon.ts";
import { isObject, type Properties, text } from "../../../provider/grpc/values.ts";

/** What a daemon chooses by itself: the next id, and the addresses of what gets it. */
export interface Chosen {
  id: string;
  /** As in the state of a container. */
  networkDatas: Properties[];
  /** As in the state of a network. */
  ipamConfigs: Properties[];
}

/**
 * A Docker daemon that is none: it keeps what it is told to make and describes it as Docker does.
 * Nothing runs; a health check that says /bin/false makes its container unhealthy.
 */
export class FakeDaemon {
  chosen: Chosen = { id: "", networkDatas: [], ipamConfigs: [] };
  images = new Map<string, string>();
  /** Every call, as "POST /containers/…/start". */
  calls: string[] = [];
  bodies: Properties[] = [];
  #things = new Map<string, Properties>();

  readonly daemon: Daemon = (method, path, body) => {
    this.calls.push(`${method} ${path}`);
    this.bodies.push(JSON.parse(JSON.stringify(body ?? {})) as Properties);
    const [kind, id = "", verb = ""] = path.replace(/\?.*/, "").split("/").slice(1);
    const given = this.bodies.at(-1) ?? {};
    const answer = this.#answer(
      `${method} ${kind ?? ""}`,
      decodeURIComponent(id),
      verb,
      path,
      given,
    );
    return Promise.resolve(
      answer ? { status: 200, body: answer } : { status: 404, body: { message: "No such thing" } },
    );
  };

  /** What somebody does by hand: the container exits, or goes away. */
  stop(name: string): void {
    const found = this.#named(name);
    const networks =
      found && isObject(found["Networks"] ?? null) ? (found["Networks"] as Properties) : {};
    const ended = { IPAddress: "", IPPrefixLen: 0, Gateway: "", MacAddress: "" };
    for (const endpoint of Object.values(networks)) Object.assign(endpoint as Properties, ended);
    if (found) Object.assign(found, { Running: false, Ports: null });
  }

  remove(name: string): void {
    this.#things.delete(text(this.#named(name)?.["Id"]));
  }

  #named(name: string): Properties | undefined {
    return [...this.#things.values()].find((thing) => thing["Name"] === name);
  }

  #answer(call: string, id: string, verb: string, path: string, body: Properties): unknown {
    const thing = this.#things.get(id);
    if (call === "GET images") return this.#image(id);
    if (call === "DELETE images") return {};
    if (id === "create") return this.#create(call, path, body);
    if (call === "POST networks") return {};
    if (!thing) return undefined;
    if (call.startsWith("DELETE")) return this.#things.delete(id) && {};
    if (call === "GET containers") return inspected(thing);
    if (call.startsWith("GET")) return thing;
    if (verb === "start") Object.assign(thing, { Running: true });
    if (verb === "update") Object.assign(thing["HostConfig"] as Properties, body);
    return {};
  }

  #image(name: string): unknown {
    const id = this.images.get(name);
    return id === undefined ? undefined : { Id: id, RepoDigests: [] };
  }

  #create(call: string, path: string, body: Properties): unknown {
    const { id, networkDatas, ipamConfigs } = this.chosen;
    const name = text(body["Name"]) || (/name=(.*)/.exec(path)?.[1] ?? "");
    const key = call === "POST volumes" ? name : id;
    const kinds: Record<string, () => Properties> = {
      "POST containers": () => containerOf(body, networkDatas),
      "POST networks": () => networkOf(body, ipamConfigs),
      "POST volumes": () => volumeOf(name),
    };
    const made = kinds[call]?.() ?? {};
    this.#things.set(key, { ...made, Id: key, Name: name });
    return { Id: key, Name: name };
  }
}

function networkOf(body: Properties, chosen: Properties[]): Properties {
  const ipam = body["IPAM"] as Properties;
  const pools = chosen.map(({ subnet, gateway }) => ({
    Subnet: subnet ?? "",
    Gateway: gateway ?? "",
  }));
  return {
    ...{ Scope: "local", Driver: "bridge", EnableIPv6: false, Internal: false, Options: {} },
    ...{
      Attachable: false,
      Ingress: false,
      ...body,
      IPAM: { ...ipam, Options: null, Config: pools },
    },
  };
}

function volumeOf(name: string): Properties {
  const Mountpoint = `/var/lib/docker/volumes/${name}/_data`;
  return { Driver: "local", Labels: null, Options: null, Mountpoint };
}

function containerOf(body: Properties, chosen: Properties[]): Properties {
  const host = body["HostConfig"] as Properties;
  return { ...body, Ports: host["PortBindings"] ?? {}, Networks: endpointsOf(chosen) };
}

function endpointsOf(datas: Properties[]): Properties {
  return Object.fromEntries(
    datas.map((data) => [
      text(data["networkName"]),
      {
        IPAddress: data["ipAddress"] ?? "",
        IPPrefixLen: data["ipPrefixLength"] ?? 0,
        Gateway: data["gateway"] ?? "",
        GlobalIPv6Address: "",
        GlobalIPv6PrefixLen: 0,
        IPv6Gateway: "",
        MacAddress: data["macAddress"] ?? "",
      },
    ]),
  );
}

/** Docker's description of a container; version 23 and later spell capabilities with CAP_. */
function inspected(thing: Properties): unknown {
  const host = thing["HostConfig"] as Properties;
  const drops = host["CapDrop"];
  const log = host["LogConfig"] as Properties;
  const check = thing["Healthcheck"];
  const tests = isObject(check) && Array.isArray(check["Test"]) ? check["Test"] : [];
  const status = tests.includes("/bin/false") ? "unhealthy" : "healthy";
  return {
    Id: thing["Id"],
    Name: `/${text(thing["Name"])}`,
    Image: thing["Image"],
    Platform: "linux",
    State: { Running: thing["Running"] === true, ExitCode: 0, Health: { Status: status } },
    Config: {
      ...{ Domainname: "", User: "", WorkingDir: "", Tty: false, OpenStdin: false },
      ...thing,
      Hostname: thing["Hostname"] ?? text(thing["Id"]).slice(0, 12),
    },
    HostConfig: {
      ...{ AutoRemove: false, CpuShares: 0, CpusetCpus: "", IpcMode: "private", NanoCpus: 0 },
      ...{ Memory: 0, MemoryReservation: 0, MemorySwap: 0, ShmSize: 64 * 1024 * 1024 },
      ...{ Privileged: false, PublishAllPorts: false, ReadonlyRootfs: false, Runtime: "runc" },
      ...{ UsernsMode: "", ...host },
      CapDrop: Array.isArray(drops) ? drops.map((drop) => `CAP_${text(drop)}`) : null,
      LogConfig: { ...log, Type: text(log["Type"]) || "json-file" },
    },
    NetworkSettings: { Bridge: "", Ports: thing["Ports"], Networks: thing["Networks"] },
  };
}
