import assert from "node:assert/strict";
import { test } from "node:test";
import { hostProvider } from "../../../provider/provider.ts";
import { FakeHost, manifest, motd, onFakeHost, setLines, urn } from "./fake-host.ts";

test("the provider takes secrets, tells previews, and needs no configuration", async () => {
  await onFakeHost(async (run) => {
    const handshake = await run.ask("Handshake", {});
    assert.deepEqual(handshake.response, { acceptSecrets: true, acceptsByteString: true });
    assert.deepEqual((await run.ask("CheckConfig", { news: { version: "1.0.0" } })).response, {
      inputs: { version: "1.0.0" },
    });
    assert.deepEqual((await run.ask("DiffConfig", {})).response, {});
    assert.deepEqual((await run.ask("Configure", { args: {} })).response, {
      acceptSecrets: true,
      supportsPreview: true,
    });
    assert.deepEqual((await run.ask("GetPluginInfo", {})).response, { version: "1.0.0" });
  });
});

test("it has five types of resources, and names one that it does not have", async () => {
  const types = ["ConfigSet", "DataDirectory", "Packages", "Script", "Unit"].map(
    (name) => `host:index:${name}`,
  );
  assert.deepEqual(Object.keys(hostProvider({ log: () => undefined }).resources), types);
  await onFakeHost(async (run) => {
    const other = urn("Unit").replace("Unit", "Machine");
    assert.deepEqual((await run.ask("Check", { urn: other, news: motd })).errors, [
      "rpc error: code = Unknown desc = this provider has no resource type host:index:Machine",
    ]);
  });
});

test("each answer about a resource asks to be read again before the next preview", async () => {
  const machine = new FakeHost();
  machine.manifest = manifest(...setLines("a", {}));
  const set = hostProvider({ log: () => undefined, open: machine.open, env: {} }).resources[
    "host:index:ConfigSet"
  ];
  assert.ok(set);
  const call = {
    urn: urn("ConfigSet"),
    name: "web",
    id: "a",
    signal: new AbortController().signal,
  };
  const answers = [
    await set.create({ ...call, inputs: motd, preview: false }),
    await set.read({ ...call, inputs: motd, state: motd }),
    await set.update({ ...call, news: motd, olds: motd, oldInputs: motd, preview: false }),
  ];
  for (const answer of answers) assert.equal(answer?.refreshBeforeUpdate, true);
});
