import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { dockerProvider } from "../../../lab/plugins/docker/provider.ts";
import { isObject, type Properties, text, type Value } from "../../../provider/grpc/values.ts";
import { assertSameAnswer } from "../../support/transcript-form.ts";
import { type Entry, type Plugin, start, transcript } from "../../support/transcript.ts";
import { FakeDaemon } from "./fake-daemon.ts";

const fake = new FakeDaemon();
const entries = transcript("docker");

let plugin: Plugin;
before(async () => {
  plugin = await start(dockerProvider(() => fake.daemon));
});
after(() => {
  plugin.close();
});

/** What was done by hand before a run was recorded. */
const byHand: Record<string, () => void> = {
  "11-stopped-by-hand": () => {
    fake.stop("gitlab-a");
  },
  "12-removed-by-hand": () => {
    fake.remove("gitlab-a");
  },
};

/** The id that the recorded daemon chose; a failed Create tells it in a later call only. */
function idOf({ request, response }: Entry): string {
  const later = entries.find((entry) => entry.request.urn === request.urn && entry.request.id);
  return text(response?.["id"]) || (later?.request.id ?? "");
}

function objects(value: Value | undefined): Properties[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** Lets the fake choose as the recorded daemon did. */
function chooseAsRecorded(entry: Entry): void {
  const state = (entry.response?.["properties"] ?? {}) as Properties;
  const sick = { networkName: "bridge", gateway: "172.18.0.1", ipAddress: "172.18.0.2" };
  fake.chosen = {
    id: idOf(entry),
    networkDatas: entry.errors
      ? [{ ...sick, ipPrefixLength: 16, macAddress: "02:42:ac:12:00:02" }]
      : objects(state["networkDatas"]),
    ipamConfigs: objects(state["ipamConfigs"]),
  };
  const image = text(state["imageId"]);
  if (image.startsWith("sha256:")) fake.images.set(text(state["name"]), image);
}

suite("the stand-in for docker answers as the real plugin did", () => {
  const steps = Map.groupBy(entries, ({ recorded }) => recorded.split(":")[0] ?? "");
  for (const [step, recorded] of steps) {
    test(`${step}, ${recorded.length} answers`, async () => {
      byHand[step]?.();
      for (const entry of recorded) {
        if (entry.method === "Create") chooseAsRecorded(entry);
        const impatient: Properties = entry.errors ? { waitTimeout: 0 } : {};
        const properties = { ...entry.request.properties, ...impatient };
        const answer = await plugin.ask(entry.method, { ...entry.request, properties });
        assertSameAnswer(entry, answer, { unordered: ["volumes"] });
      }
    });
  }
});

test("an unhealthy container stays in the state as the real plugin leaves it", async () => {
  const failing = entries.find(({ method, errors }) => method === "Create" && errors);
  assert.ok(failing);
  chooseAsRecorded(failing);
  const properties = { ...failing.request.properties, waitTimeout: 0 };
  const { partial } = await plugin.ask("Create", { ...failing.request, properties });
  const next = entries.find(
    ({ method, request }) => method === "Read" && request.urn === failing.request.urn,
  );
  assert.ok(partial);
  assert.equal(partial.id, idOf(failing));
  assert.deepEqual({ ...partial.properties, waitTimeout: 6 }, next?.request.properties);
});
