import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigSet, Packages, type Host } from "../../components/host/index.ts";
import { connection, sshOptions } from "../../components/host/connection.ts";
import { docker } from "../../lab/docker.ts";
import { commandProvider } from "../../lab/plugins/command/provider.ts";
import { dockerProvider } from "../../lab/plugins/docker/provider.ts";
import { stopMachine } from "../../lab/machines.ts";
import { must } from "../../lab/process.ts";
import { openConnection } from "../../provider/connection.ts";
import { type Properties, text } from "../../provider/grpc/values.ts";
import { heldAgent } from "../support/agent.ts";
import { behindBastion } from "../support/bastion.ts";
import { deploy } from "../support/deploy.ts";
import { type ProviderRun, withProvider } from "../support/host-provider.ts";
import { testSpec } from "../support/machine.ts";
import { urnOf } from "../support/scripts.ts";
import { start } from "../support/transcript.ts";

const { gate, inner, host, bastion, addresses, lend, logins } = await behindBastion();
process.env["SSH_AUTH_SOCK"] = (await heldAgent()).SSH_AUTH_SOCK;

const path = "/etc/behind.conf";

/** A set of one file, as it is registered. */
async function set(on: Partial<Host> = {}, name = "set", at = path) {
  const build = () =>
    new ConfigSet(name, { host: { ...host, ...on }, files: [{ path: at, content: "one\n" }] });
  const registered = (await deploy(build)).resource(name);
  return { urn: urnOf(registered), inputs: registered.wire as Properties };
}

async function applied(run: ProviderRun, on?: Partial<Host>) {
  const { urn, inputs } = await set(on);
  return run.apply(urn, inputs);
}

const refusal = async (on: Partial<Host>) => {
  const before = await logins(inner);
  const [, { op, error }] = await withProvider((run) => applied(run, on));
  assert.equal(op, "failed");
  assert.deepEqual(await logins(inner), before, "nobody has logged in behind the bastion");
  return error;
};

test("a machine behind a bastion is changed, read and put right, on one connection", async () => {
  const before = { gate: await logins(gate), inner: await logins(inner) };
  await withProvider(async (run) => {
    const { urn, inputs } = await set();
    const [made, { op, error }] = await run.apply(urn, inputs);
    assert.deepEqual([op, error], ["create", ""]);
    assert.equal(await inner.succeed(`cat ${path}`), "one\n");
    const found = made && (await run.refresh(made));
    assert.equal((await run.apply(urn, inputs, found))[1].op, "same");
    assert.equal(run.connections(), 1);
    const { jump } = await logins(gate);
    const { root } = await logins(inner);
    assert.deepEqual([jump, root], [before.gate.jump + 1, before.inner.root + 1]);
  });
  await withProvider(async (run) => {
    const { urn, inputs } = await set();
    const [made] = await run.apply(urn, inputs);
    await inner.succeed(`echo by hand >${path}`);
    const found = made && (await run.refresh(made));
    const [, { changes }] = await run.apply(urn, inputs, found);
    assert.equal(changes[`files["${path}"].content`], "UPDATE");
    assert.equal(await inner.succeed(`cat ${path}`), "one\n");
  });
});

test("it is reached by a name that only its bastion knows, and by IPv6 at both ends", async (context) => {
  const { name, six } = addresses;
  const op = async (way: Partial<Host>) => (await withProvider((run) => applied(run, way)))[1].op;
  assert.equal(await op({ address: name }), "create");
  const way = (port: number) => ({ address: six, bastion: { ...bastion, address: "::1", port } });
  const lent = await lend((port) => op(way(port)));
  if (lent === undefined) context.diagnostic("there is no IPv6 here: not tried");
  else assert.equal(lent, "create");
});

test("a bastion with another key than the pinned one is refused, and nothing goes through it", async () => {
  const other = { ...bastion, hostKey: inner.hostKey };
  assert.match(
    await refusal({ bastion: other }),
    /^behind \([\d.]+:22\) cannot be reached: its bastion [\d.]+:22 shows another host key than the pinned one, so nothing/,
  );
  assert.match(
    await refusal({ bastion: { ...bastion, user: "nobody-here" } }),
    /: its bastion [\d.]+:22 accepts no key of the ssh-agent for nobody-here: /,
  );
});

test("a machine with another key is refused behind the right bastion, which is not blamed", async () => {
  const said = await refusal({ hostKey: gate.hostKey });
  assert.match(
    said,
    /^behind \([\d.]+:22\) shows another host key than the pinned one, so nothing /,
  );
  assert.doesNotMatch(said, /bastion/);
});

test("a bastion that forbids connections through it is told what to allow", async () => {
  const file = "/etc/ssh/sshd_config.d/forbid.conf";
  await gate.succeed(`echo 'AllowTcpForwarding no' >${file}; systemctl reload ssh`);
  const said = await refusal({});
  await gate.succeed(`rm ${file}; systemctl reload ssh`);
  let op = "failed"; // a reload takes effect some moments after it has returned
  for (let attempt = 0; op === "failed" && attempt < 20; attempt++) {
    op = (await withProvider((run) => applied(run)))[1].op;
  }
  assert.equal(op, "create");
  assert.match(
    said,
    /: its bastion [\d.]+:22 accepts jump but forbids the connection to the machine: its sshd must have `AllowTcpForwarding local`/,
  );
});

test("what happens once goes through the bastion, and refuses another key of either machine", async () => {
  const plugin = await start(commandProvider());
  const urn = "urn:pulumi:test::platform::command:remote:Command::once";
  const create = async (change: object) => {
    const given = connection({ ...host, ...change }) as unknown as Properties;
    const once = { dialErrorLimit: 0 };
    const dials = { ...given, ...once, proxy: { ...(given["proxy"] as Properties), ...once } };
    const properties = { connection: dials, create: "echo $SSH_CONNECTION" };
    const { response, errors } = await plugin.ask("Create", { urn, properties });
    return errors?.[0] ?? text((response?.["properties"] as Properties)["stdout"]);
  };
  assert.match(await create({}), new RegExp(`^${addresses.gate} \\d+ ${addresses.inner} 22$`));
  const failed = /proxy: after 0 failed attempts: Host key verification failed\.$/;
  assert.match(await create({ hostKey: gate.hostKey }), failed);
  assert.match(await create({ bastion: { ...bastion, hostKey: inner.hostKey } }), failed);
  plugin.close();
});

test("Docker is spoken to through the bastion, which need not know of it", async () => {
  const build = () => new Packages("docker", { host, packages: ["docker.io"] });
  const registered = (await deploy(build)).resource("docker");
  const inputs = registered.wire as Properties;
  const [made, { error }] = await withProvider((run) => run.apply(urnOf(registered), inputs));
  assert.equal(error, "");
  const options = sshOptions(inner.hostKey, inner.instance, bastion);
  const plugin = await start(dockerProvider());
  const args = { host: `ssh://root@${addresses.inner}:22`, sshOpts: JSON.stringify(options) };
  await plugin.ask("Configure", { args });
  const urn = "urn:pulumi:test::platform::docker:index/network:Network::net";
  const { response, errors } = await plugin.ask("Create", { urn, properties: { name: "behind" } });
  assert.deepEqual(errors, undefined);
  const listed = await inner.succeed("docker network ls --no-trunc --format '{{.ID}} {{.Name}}'");
  assert.ok(listed.includes(`${text(response?.["id"])} behind\n`));
  await inner.succeed("docker network rm behind");
  plugin.close();
  // The connection that is shared would stay for a minute.
  await must("ssh", [...options, "-O", "exit", "-l", "root", "-p", "22", "--", addresses.inner]);
  if (made) await withProvider((run) => run.remove(made));
});

test("a run that is cancelled does not wait for a bastion that hangs", async () => {
  const cancelled = new AbortController();
  await docker(["pause", gate.container]);
  try {
    const begun = performance.now();
    setTimeout(() => {
      cancelled.abort();
    }, 300);
    const reach = { ...host, address: addresses.inner, hostKey: inner.hostKey, bastion };
    await assert.rejects(openConnection(reach, cancelled.signal), /the run was cancelled/);
    assert.ok(performance.now() - begun < 5000);
  } finally {
    await docker(["unpause", gate.container]);
  }
});

test("a bastion that is down leaves what is behind it unverified, with one warning", async () => {
  const [one, two] = [await set(), await set({}, "two", "/etc/behind-two.conf")];
  const made = await withProvider(async (run) => [
    (await run.apply(one.urn, one.inputs))[0],
    (await run.apply(two.urn, two.inputs))[0],
  ]);
  await stopMachine(testSpec("gate"));
  await withProvider(async (run) => {
    const why =
      /^behind \([\d.]+:22\) cannot be reached: its bastion [\d.]+:22 did not answer: ssh: connect to host [\d.]+ port 22: Connection refused\. See that the bastion runs/;
    for (const kept of made) {
      assert.ok(kept);
      const found = await run.refresh(kept);
      assert.match(text(found?.properties["unverified"]), why);
    }
    assert.equal(run.logs.length, 1);
  });
});
