import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { before, suite, test } from "node:test";
import { pinnedOptions } from "../../formats/ssh.ts";
import { hostKey, operatorKey, withAgent } from "../../lab/identity.ts";
import { listMachines, startMachine, stopMachine } from "../../lab/machines.ts";
import { run } from "../../lab/process.ts";
import { ensureStandinImage } from "../../lab/standin-image.ts";
import { testLab, testMachine, testSpec, type TestMachine } from "../support/machine.ts";

let machine: TestMachine;
const socket = "/srv/shared/nginx.http.sock";
const curl = (path: string, options = "") =>
  `curl -sS ${options} --unix-socket ${socket} http://forum${path}`;

const status = "-o /dev/null -w '%{http_code}'";

let installed: Promise<void> | undefined;
const standin = () => (installed ??= installStandin());

async function installStandin(): Promise<void> {
  await machine.succeed(
    "apt-get -qq update && DEBIAN_FRONTEND=noninteractive " +
      "apt-get -qq -y install --no-install-recommends docker.io iptables >/dev/null",
  );
  await machine.waitForUnit("docker.service");
  const { name, archive } = await ensureStandinImage(testLab);
  assert.equal(await machine.succeed(`docker load -i ${archive}`), `Loaded image: ${name}\n`);
  await machine.succeed(
    "docker run -d --restart=always --name=app -e DISCOURSE_HOSTNAME=forum.example.org " +
      `-e STANDIN_BOOT_SECONDS=1 -v /srv/shared:/shared ${name}`,
  );
  await machine.waitUntilSucceeds(curl("/srv/status", "--fail"));
}

suite("the lab", () => {
  before(async () => {
    await ensureStandinImage(testLab);
    machine = await testMachine("lab");
  });

  test("a machine is a Debian bookworm where systemd runs without a failed unit", async () => {
    assert.equal(await machine.succeed("systemctl is-system-running"), "running\n");
    assert.match(await machine.succeed("cat /etc/os-release"), /^VERSION_CODENAME=bookworm$/m);
    assert.equal(await machine.succeed("hostname"), "lab\n");
  });

  test("sshd offers the one host key that was known before the machine started", async () => {
    const scan = await run("ssh-keyscan", ["-T", "10", machine.address]);
    const keys = scan.stdout.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    assert.deepEqual(keys, [`${machine.address} ${machine.hostKey}`]);
  });

  test("a host with another key than the pinned one is refused", async () => {
    const { publicKey } = await hostKey(testLab, "another");
    const { path } = await operatorKey(testLab);
    const login = ["-i", path, `root@${machine.address}`, "true"];
    const refused = await run("ssh", [...pinnedOptions(publicKey), ...login]);
    assert.equal(refused.code, 255);
    assert.match(refused.stderr, /Host key verification failed/);
    assert.equal((await run("ssh", [...pinnedOptions(machine.hostKey), ...login])).code, 0);
  });

  test("the agent holds this lab's key alone, logs in with it, and ends with its work", async () => {
    const { publicKey } = await operatorKey(testLab);
    const login = [...pinnedOptions(machine.hostKey), `root@${machine.address}`, "true"];
    const env = await withAgent(testLab, async (env) => {
      const keys = await run("ssh-add", ["-L"], { env });
      assert.equal(keys.stdout, `${publicKey} platform-lab\n`);
      assert.equal((await run("ssh", login, { env })).code, 0);
      return env;
    });
    assert.equal((await run("ssh-add", ["-l"], { env })).code, 2);
  });

  test("standard input and the exit code travel through SSH", async () => {
    const result = await machine.run("cat; echo problem >&2; exit 7", "one\ntwo\n");
    assert.deepEqual(result, { code: 7, stdout: "one\ntwo\n", stderr: "problem\n" });
  });

  test("IPv6 works on the machine's loopback", async () => {
    assert.match(await machine.succeed("ip -6 -o addr show dev lo"), /inet6 ::1\/128/);
  });

  test("apt installs Docker, whose engine runs the stand-in from the archive", async () => {
    await standin();
    assert.equal(await machine.succeed(curl("/srv/status")), "ok");
    assert.match(await machine.succeed(curl("/")), /forum\.example\.org.*is not Discourse/);
  });

  test("the stand-in breaks as its mode file says, and comes back", async () => {
    await standin();
    const modes = [
      ["app-down", `test $(${curl("/", status)}) = 502`],
      ["hang", `test $(${curl("/", status)}) = 504`],
      ["no-socket", `test ! -e ${socket}`],
      ["stale-socket", `test -S ${socket} && ! ${curl("/")}`],
      ["ok", `test $(${curl("/", status)}) = 200`],
    ] as const;
    for (const [mode, isSo] of modes) {
      await machine.succeed("cat >/srv/shared/standin-mode", mode);
      await machine.waitUntilSucceeds(isSo);
    }
  });

  test("the stand-in takes uploads up to its limit", async () => {
    await standin();
    const upload = (bytes: number) =>
      machine.succeed(
        `head -c ${bytes} /dev/zero | ${curl("/uploads.json", `${status} --data-binary @-`)}`,
      );
    assert.equal(await upload(10 * 1024 * 1024), "200");
    assert.equal(await upload(10 * 1024 * 1024 + 1), "413");
  });

  test("the stand-in echoes headers and tells the application's own errors", async () => {
    await standin();
    const headers = await machine.succeed(curl("/standin/headers", "-H 'X-Real-IP: 203.0.113.7'"));
    assert.equal((JSON.parse(headers) as Record<string, string>)["x-real-ip"], "203.0.113.7");
    assert.equal(await machine.succeed(curl("/standin/status/503", status)), "503");
    assert.deepEqual(JSON.parse(await machine.succeed(curl("/latest.json"))), {
      users: [],
      topic_list: { topics: [] },
    });
  });

  test("the stand-in's message bus sends its first chunk at once", async () => {
    await standin();
    const poll = curl("/message-bus/abc/poll", "--no-buffer --max-time 0.9 -d ''");
    assert.equal((await machine.fail(poll)).stdout, "[]\r\n|\r\n");
  });

  test("the stand-in removes its socket when it is stopped, and keeps its data", async () => {
    await standin();
    const visits = await machine.succeed(curl("/standin/visits"));
    await machine.succeed("timeout 2 docker stop app");
    await machine.fail(`test -e ${socket}`);
    await machine.succeed("docker start app");
    assert.equal(await machine.waitUntilSucceeds(curl("/standin/visits", "--fail")), visits);
  });

  test("a machine comes back from a reboot as the same one, with what ran on it", async () => {
    await standin();
    const spec = testSpec("lab");
    await stopMachine(spec);
    const stopped = (await listMachines(testLab)).filter(({ name }) => name === "lab");
    assert.deepEqual(stopped, [{ name: "lab", container: "platform-test-lab", running: false }]);
    const { instance, hostKey } = await startMachine(spec);
    assert.deepEqual([instance, hostKey], [machine.instance, machine.hostKey]);
    await machine.waitUntilSucceeds(curl("/srv/status", "--fail"));
  });

  test("a running machine is kept, and one made otherwise is not replaced", async () => {
    const spec = testSpec("lab");
    assert.equal((await startMachine(spec)).instance, machine.instance);
    await assert.rejects(
      startMachine({ ...spec, address: "127.81.0.1" }),
      /not replaced by itself/,
    );
    await assert.rejects(
      startMachine({ ...spec, labDir: `${testLab}/other` }),
      /belongs to the lab in/,
    );
    assert.equal(spawnSync("docker", ["inspect", machine.container]).status, 0);
  });
});
