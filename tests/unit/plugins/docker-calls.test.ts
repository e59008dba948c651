import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { Answer, Daemon } from "../../../lab/plugins/docker/daemon.ts";
import { endpointOf } from "../../../lab/plugins/docker/endpoint.ts";
import { dockerProvider } from "../../../lab/plugins/docker/provider.ts";
import type { Properties } from "../../../provider/grpc/values.ts";
import { type Plugin, start } from "../../support/transcript.ts";
import { FakeDaemon } from "./fake-daemon.ts";

const urn = (type: string) => `urn:pulumi:s::p::docker:index/${type}::x`;
const container = urn("container:Container");

async function withDaemon(daemon: Daemon, work: (plugin: Plugin) => Promise<void>): Promise<void> {
  const plugin = await start(dockerProvider(() => daemon));
  try {
    await plugin.ask("Configure", {});
    await work(plugin);
  } finally {
    plugin.close();
  }
}

/** A daemon that gives one answer to everything. */
const always =
  (answer: Answer): Daemon =>
  () =>
    Promise.resolve(answer);

async function failures(news: Properties, type = "container:Container") {
  const plugin = await start(dockerProvider());
  const { response } = await plugin.ask("Check", { urn: urn(type), news });
  plugin.close();
  return response?.["failures"];
}

suite("the stand-in for docker asks the daemon", () => {
  test("for a container with all that was given, in the daemon's units", async () => {
    const fake = new FakeDaemon();
    fake.chosen = { id: "c".repeat(64), networkDatas: [], ipamConfigs: [] };
    await withDaemon(fake.daemon, async (plugin) => {
      const news: Properties = {
        ...{ name: "app", image: "sha256:1", networkMode: "cust", cpus: "1.5", memory: 64 },
        ...{ memorySwap: -1, shmSize: 2, init: true, securityOpts: ["no-new-privileges"] },
        envs: ["A=1"],
        healthcheck: { tests: ["CMD", "x"], interval: "1m30s", timeout: "500ms" },
        labels: [{ label: "a", value: "b" }],
        mounts: [{ type: "bind", source: "/s", target: "/t", readOnly: true }],
        networksAdvanced: [{ name: "cust", aliases: ["x"], ipv4Address: "172.30.5.10" }],
        ports: [{ internal: 80, external: 8080 }],
        ulimits: [{ name: "nofile", soft: 1, hard: 2 }],
        volumes: [
          { hostPath: "/srv", containerPath: "/shared", readOnly: true },
          { volumeName: "data", containerPath: "/data" },
          { containerPath: "/anonymous" },
        ],
      };
      const checked = await plugin.ask("Check", { urn: container, news });
      const properties = checked.response?.["inputs"] as Properties;
      await plugin.ask("Create", { urn: container, properties });
    });
    const id = "c".repeat(64);
    assert.deepEqual(fake.calls, [
      "POST /containers/create?name=app",
      "POST /networks/bridge/disconnect",
      "POST /networks/cust/connect",
      `POST /containers/${id}/start`,
      `GET /containers/${id}/json`,
    ]);
    assert.deepEqual(fake.bodies[0], {
      Env: ["A=1"],
      ExposedPorts: { "80/tcp": {} },
      Healthcheck: {
        Interval: 90e9,
        Retries: 0,
        StartInterval: 0,
        StartPeriod: 0,
        Test: ["CMD", "x"],
        Timeout: 5e8,
      },
      HostConfig: {
        Binds: ["/srv:/shared:ro", "data:/data:rw"],
        Init: true,
        LogConfig: { Config: {}, Type: "" },
        Memory: 64 * 1024 * 1024,
        MemorySwap: -1,
        Mounts: [{ ReadOnly: true, Source: "/s", Target: "/t", Type: "bind" }],
        NanoCpus: 1.5e9,
        NetworkMode: "cust",
        PortBindings: { "80/tcp": [{ HostIp: "0.0.0.0", HostPort: "8080" }] },
        RestartPolicy: { MaximumRetryCount: 0, Name: "no" },
        SecurityOpt: ["no-new-privileges"],
        ShmSize: 2 * 1024 * 1024,
        Ulimits: [{ Hard: 2, Name: "nofile", Soft: 1 }],
      },
      Image: "sha256:1",
      Labels: { a: "b" },
      Volumes: { "/anonymous": {}, "/data": {}, "/shared": {} },
    });
    assert.deepEqual(fake.bodies[2], {
      Container: id,
      EndpointConfig: {
        Aliases: ["x"],
        IPAMConfig: { IPv4Address: "172.30.5.10", IPv6Address: "" },
      },
    });
  });

  test("to stop a container in its time, then to remove it with its anonymous volumes", async () => {
    const fake = new FakeDaemon();
    await withDaemon(fake.daemon, async (plugin) => {
      const properties = { destroyGraceSeconds: 60, removeVolumes: true };
      const { errors } = await plugin.ask("Delete", { urn: container, id: "abc", properties });
      assert.equal(errors, undefined);
    });
    assert.deepEqual(fake.calls, [
      "POST /containers/abc/stop?t=60",
      "DELETE /containers/abc?force=1&v=1",
      "POST /containers/abc/wait?condition=not-running",
    ]);
  });

  test("to remove an image only when it is not kept", async () => {
    const fake = new FakeDaemon();
    const image = urn("remoteImage:RemoteImage");
    await withDaemon(fake.daemon, async (plugin) => {
      const properties = { name: "a/b:1", keepLocally: true };
      await plugin.ask("Delete", { urn: image, id: "x", properties });
      await plugin.ask("Delete", { urn: image, id: "x", properties: { name: "a/b:1" } });
    });
    assert.deepEqual(fake.calls, ["DELETE /images/a%2Fb%3A1"]);
  });
});

suite("the stand-in for docker", () => {
  test("says what to do when the host has no such image, for it pulls none", async () => {
    await withDaemon(new FakeDaemon().daemon, async (plugin) => {
      const image = urn("remoteImage:RemoteImage");
      const { errors } = await plugin.ask("Create", { urn: image, properties: { name: "a:1" } });
      assert.match(errors?.[0] ?? "", /the host has no image a:1, and the stand-in .* pulls none/);
    });
  });

  test("calls a resource gone only when the daemon says that it is not there", async () => {
    const ask = async (answer: Answer) => {
      const plugin = await start(dockerProvider(() => always(answer)));
      await plugin.ask("Configure", {});
      const told = await plugin.ask("Read", { urn: urn("network:Network"), id: "n" });
      plugin.close();
      return told;
    };
    assert.deepEqual(await ask({ status: 404, body: { message: "no" } }), { response: {} });
    const words = "Unable to inspect network: Error response from daemon: busy";
    const error = `refreshing ${urn("network:Network")}: 1 error occurred:\n\t* ${words}\n\n`;
    assert.deepEqual(await ask({ status: 500, body: { message: "busy" } }), {
      errors: [`rpc error: code = Unknown desc = ${error}`],
    });
  });

  test("plans an update for ever when only memory is given, as the real one does", async () => {
    await withDaemon(new FakeDaemon().daemon, async (plugin) => {
      const news = { name: "a", image: "b", memory: 64 };
      const olds = { ...news, memorySwap: 128 };
      const { response } = await plugin.ask("Diff", { urn: container, id: "1", olds, news });
      assert.deepEqual(response?.["detailedDiff"], { memorySwap: { kind: "DELETE" } });
    });
  });

  test("tells list places, set members and map keys apart in a difference", async () => {
    await withDaemon(new FakeDaemon().daemon, async (plugin) => {
      const olds = {
        ...{ command: ["a", "b"], envs: ["A=1", "B=1"], logOpts: { "max-size": "1m", mode: "x" } },
        ports: [{ internal: 80, external: 81, ip: "0.0.0.0", protocol: "tcp" }],
      };
      const news = {
        ...{ command: ["a", "c"], envs: ["B=1", "A=2"], logOpts: { "max-size": "2m" } },
        ports: [{ internal: 80, external: 82, ip: "0.0.0.0", protocol: "tcp" }],
      };
      const { response } = await plugin.ask("Diff", { urn: container, id: "1", olds, news });
      const replace = (kind: string) => ({ kind: `${kind}_REPLACE` });
      assert.deepEqual(response?.["detailedDiff"], {
        "command[1]": replace("UPDATE"),
        "envs[0]": replace("DELETE"),
        "envs[1]": replace("ADD"),
        'logOpts["max-size"]': replace("UPDATE"),
        "logOpts.mode": replace("DELETE"),
        "ports[0].external": replace("UPDATE"),
      });
      assert.deepEqual(response["replaces"], ["command", "envs", "logOpts", "ports"]);
      assert.equal(response["deleteBeforeReplace"], true);
    });
  });

  test("refuses what it does not know by name", async () => {
    const reason = "the stand-in for docker does not know this input; use the official plugin";
    const news: Properties = {
      ...{ name: "a", image: "b", privileged: true },
      volumes: [{ containerPath: "/a" }, { containerPath: "/b", selinuxRelabel: "z" }],
    };
    assert.deepEqual(await failures(news), [
      { property: "privileged", reason },
      { property: "volumes[1].selinuxRelabel", reason },
    ]);
    assert.deepEqual(await failures({}, "network:Network"), [
      { property: "name", reason: "missing required property 'name'" },
    ]);
  });

  test("reaches a daemon by ssh with the options given, by user, port and address", () => {
    const sshOpts = JSON.stringify(["-o", "BatchMode=yes"]);
    assert.deepEqual(endpointOf({ host: "ssh://root@[::1]:2222", sshOpts }), {
      name: "ssh://root@[::1]:2222",
      ssh: [
        ...["-o", "BatchMode=yes", "-o", "ConnectTimeout=30", "-T"],
        ...["-l", "root", "-p", "2222", "--", "::1", "docker", "system", "dial-stdio"],
      ],
    });
    assert.deepEqual(endpointOf({ host: "unix:///run/docker.sock" }), {
      name: "unix:///run/docker.sock",
      socket: "/run/docker.sock",
    });
  });

  test("refuses other ways to a daemon", async () => {
    const plugin = await start(dockerProvider());
    const news = { host: "tcp://1.2.3.4:2375", context: "x" };
    const { response } = await plugin.ask("CheckConfig", { urn: "", news });
    plugin.close();
    const unknown = "the stand-in for docker does not know this input; use the official plugin";
    const host = "the stand-in for docker knows unix:// and ssh:// hosts; use the official plugin";
    assert.deepEqual(response?.["failures"], [
      { property: "context", reason: unknown },
      { property: "host", reason: host },
    ]);
  });
});
